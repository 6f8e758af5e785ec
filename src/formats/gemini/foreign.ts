import { asArray, asObject, isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { ForeignOptions } from '../format.ts'
import { foreignSignature } from '../origin.ts'
import { traitsOfModel } from './models.ts'
import { message } from './proto.ts'
import { noSignature, unwrapForeign } from './signature.ts'

/**
 * Returns the contents without proofs that another model gave, where a conversation has been elsewhere
 * before: Gemini refuses them. Calls of functions that came without one get what stands for it, from the
 * third generation on. `undefined` where nothing has to change.
 */
export function withoutForeign(
  body: JsonObject,
  { model, warn }: ForeignOptions,
): JsonObject | undefined {
  const given = asArray(body['contents'])
  if (!given.some((content) => asObject(content)?.['role'] === 'model')) return undefined
  const needsProof = traitsOfModel(model).version >= 3
  let hasChanged = false

  function adopt(value: JsonValue, path: string): JsonValue[] {
    if (!isObject(value)) return [value]
    const { thoughtSignature, thought_signature: other, ...rest } = value
    const signature = thoughtSignature ?? other
    if (typeof signature !== 'string' || unwrapForeign(signature) === undefined) return [value]
    hasChanged = true
    warn({ type: 'changed', field: path, detail: `${foreignSignature} left out` })
    return rest['text'] === '' || Object.keys(rest).length === 0 ? [] : [rest]
  }

  /** Chats of the official clients keep each chunk as a content: the first call of them all needs a proof. */
  let hasCalled = false
  const contents = given.map((content, index) => {
    if (!isObject(content) || content['role'] !== 'model') {
      hasCalled = false
      return content
    }
    if (!Array.isArray(content['parts'])) return content
    const parts = content['parts'].flatMap((part, at) =>
      adopt(part, `contents[${index}].parts[${at}]`),
    )
    const first = parts.findIndex((part) => isObject(part) && isCall(part))
    const call = parts[first]
    const isFirst = needsProof && !hasCalled && isObject(call)
    if (isFirst && message(call)['thoughtSignature'] === undefined) {
      hasChanged = true
      parts[first] = { ...call, thoughtSignature: noSignature }
    }
    hasCalled ||= call !== undefined
    return { ...content, parts }
  })
  return hasChanged ? { contents } : undefined
}

function isCall(part: JsonObject): boolean {
  return message(part)['functionCall'] !== undefined
}
