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
export function withoutForeign(body: JsonObject, { warn }: ForeignOptions): JsonObject | undefined {
  const given = asArray(body['messages'])
  const hasForeign = given.some((each) => blocksOf(each).some(isForeign))
  const mustThink = asObject(body['thinking'])?.['type'] === 'enabled'
  if (!hasForeign && !mustThink) return undefined
  const messages = hasForeign
    ? given.map((each, index) => withoutThoughts(each, index, warn))
    : given
  const isCut = mustThink && isUnthought(messages)
  if (isCut) warn({ type: 'dropped', field: 'thinking', detail: 'the turn was begun without' })
  if (!hasForeign && !isCut) return undefined
  return { ...(hasForeign && { messages: [...messages] }), ...(isCut && { thinking: undefined }) }
}

/** The blocks of a turn of the assistant: thinking stands nowhere else. */
function blocksOf(message: JsonValue): readonly JsonValue[] {
  if (!isObject(message) || message['role'] !== 'assistant') return []
  const { content } = message
  return Array.isArray(content) ? content : []
}

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
function isUnthought(messages: readonly JsonValue[]): boolean {
  const turn = messages.findLast((each) => asObject(each)?.['role'] === 'assistant')
  const blocks = asArray(asObject(turn)?.['content']).map(asObject)
  const calls = blocks.some((block) => block?.['type'] === 'tool_use')
  return calls && asString(blocks[0]?.['type'])?.endsWith('thinking') !== true
}
