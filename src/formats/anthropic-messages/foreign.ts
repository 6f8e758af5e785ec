import {
  asArray,
  asObject,
  asString,
  isObject,
  type JsonObject,
  type JsonValue,
} from '../../core/json.ts'
import type { ForeignOptions } from '../format.ts'
import { foreignSignature, ownSignature } from '../origin.ts'

/**
 * Takes out what Anthropic refuses of a conversation that has been at another provider before: thinking with
 * proofs of others, and the wish to think on within a turn that was begun without. Returns the members that
 * change, `undefined` where none does.
 */
export function withoutForeign(
  body: JsonObject,
  { text, warn }: ForeignOptions,
): JsonObject | undefined {
  // Most bodies are told by a look for a word; the pattern is slower.
  const hasForeign = text.includes('"signature"') && foreignMark.test(text)
  const mustThink = text.includes('"budget_tokens"')
  if (!hasForeign && !mustThink) return undefined
  const given = asArray(body['messages'])
  const messages = hasForeign
    ? given.map((each, index) => withoutThoughts(each, index, warn))
    : given
  const isCut = mustThink && isUnthought(body['thinking'], messages)
  if (isCut) warn({ type: 'dropped', field: 'thinking', detail: 'the turn was begun without' })
  if (!hasForeign && !isCut) return undefined
  return { ...(hasForeign && { messages: [...messages] }), ...(isCut && { thinking: undefined }) }
}

const foreignMark = /"signature"\s*:\s*"(?:"|gemini:|openai:)/

function withoutThoughts(
  message: JsonValue,
  index: number,
  warn: ForeignOptions['warn'],
): JsonValue {
  if (!isObject(message) || !Array.isArray(message['content'])) return message
  const content = message['content'].filter((block, at) => {
    if (!isForeign(block)) return true
    const field = `messages[${index}].content[${at}]`
    warn({ type: 'dropped', field, detail: foreignSignature })
    return false
  })
  return { ...message, content }
}

/** An empty proof is what this gateway writes for models that give none. */
function isForeign(block: JsonValue): boolean {
  if (!isObject(block) || block['type'] !== 'thinking') return false
  const { signature } = block
  if (typeof signature !== 'string') return false
  return signature === '' || ownSignature(signature, 'claude') === undefined
}

/** Tells whether a turn with tool calls goes on whose thinking is missing. */
function isUnthought(thinking: JsonValue | undefined, messages: readonly JsonValue[]): boolean {
  if (asObject(thinking)?.['type'] !== 'enabled') return false
  const turn = messages.findLast((each) => asObject(each)?.['role'] === 'assistant')
  const blocks = asArray(asObject(turn)?.['content']).map(asObject)
  const calls = blocks.some((block) => block?.['type'] === 'tool_use')
  return calls && asString(blocks[0]?.['type'])?.endsWith('thinking') !== true
}
