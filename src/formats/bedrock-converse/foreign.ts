import { asArray, asObject, isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { ForeignOptions } from '../format.ts'
import { foreignSignature, ownSignature } from '../origin.ts'
import { familyOf } from './family.ts'

const fieldsPath = 'additionalModelRequestFields'

/**
 * Takes out what Bedrock refuses of a conversation that has been at another provider before: proofs its models
 * did not give, for Claude reasoning without any, and the wish to think on within a turn that was begun
 * without. Returns the members that change, `undefined` where none does.
 */
export function withoutForeign(
  body: JsonObject,
  { text, model, warn }: ForeignOptions,
): JsonObject | undefined {
  const isClaude = familyOf(model) === 'claude'
  const mustThink = isClaude && text.includes('"budget_tokens"')
  if (!text.includes('"reasoningText"') && !mustThink) return undefined
  let hasForeign = false
  const messages = asArray(body['messages']).map((message, index) => {
    if (!isObject(message) || !Array.isArray(message['content'])) return message
    const content = message['content'].filter((block, at) => {
      if (!isForeign(block, isClaude)) return true
      hasForeign = true
      const field = `messages[${index}].content[${at}]`
      warn({ type: 'dropped', field, detail: foreignSignature })
      return false
    })
    return { ...message, content }
  })
  const fields = asObject(body[fieldsPath])
  const isCut = mustThink && isUnthought(fields?.['thinking'], messages)
  if (isCut) {
    const detail = 'the turn was begun without'
    warn({ type: 'dropped', field: `${fieldsPath}.thinking`, detail })
  }
  if (!hasForeign && !isCut) return undefined
  return {
    ...(hasForeign ? { messages } : {}),
    ...(isCut ? { [fieldsPath]: { ...fields, thinking: undefined } } : {}),
  }
}

function isForeign(block: JsonValue, needsProof: boolean): boolean {
  const reasoning = isObject(block) ? asObject(block['reasoningContent']) : undefined
  const told = asObject(reasoning?.['reasoningText'])
  if (told === undefined) return false
  const { signature } = told
  if (typeof signature !== 'string') return needsProof
  return ownSignature(signature, 'claude') === undefined
}

/** Tells whether a turn with tool calls goes on whose reasoning is missing. */
function isUnthought(thinking: JsonValue | undefined, messages: readonly JsonValue[]): boolean {
  if (asObject(thinking)?.['type'] !== 'enabled') return false
  const turn = messages.findLast((each) => asObject(each)?.['role'] === 'assistant')
  const blocks = asArray(asObject(turn)?.['content']).map((block) => asObject(block) ?? {})
  const [first = {}] = blocks
  return blocks.some((block) => 'toolUse' in block) && !('reasoningContent' in first)
}
