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
  { model, warn }: ForeignOptions,
): JsonObject | undefined {
  const isClaude = familyOf(model) === 'claude'
  const given = asArray(body['messages'])
  const hasForeign = given.some((each) =>
    blocksOf(each).some((block) => isForeign(block, isClaude)),
  )
  const fields = asObject(body[fieldsPath])
  const mustThink = isClaude && asObject(fields?.['thinking'])?.['type'] === 'enabled'
  if (!hasForeign && !mustThink) return undefined
  const messages = given.map((message, index) => {
    if (!hasForeign || !isObject(message) || !Array.isArray(message['content'])) return message
    const content = message['content'].filter((block, at) => {
      if (!isForeign(block, isClaude)) return true
      const field = `messages[${index}].content[${at}]`
      warn({ type: 'dropped', field, detail: foreignSignature })
      return false
    })
    return { ...message, content }
  })
  const isCut = mustThink && isUnthought(messages)
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

/** The blocks of a turn of the assistant: reasoning stands nowhere else. */
function blocksOf(message: JsonValue): readonly JsonValue[] {
  if (!isObject(message) || message['role'] !== 'assistant') return []
  const { content } = message
  return Array.isArray(content) ? content : []
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
function isUnthought(messages: readonly JsonValue[]): boolean {
  const turn = messages.findLast((each) => asObject(each)?.['role'] === 'assistant')
  const blocks = asArray(asObject(turn)?.['content']).map((block) => asObject(block) ?? {})
  const [first = {}] = blocks
  return blocks.some((block) => 'toolUse' in block) && !('reasoningContent' in first)
}
