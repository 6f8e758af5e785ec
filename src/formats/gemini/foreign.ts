import { asArray, isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { ForeignOptions } from '../format.ts'
import { foreignSignature } from '../origin.ts'
import { traitsOfModel } from './models.ts'
import { message } from './proto.ts'
import { foreignPrefix, noSignature, unwrapForeign } from './signature.ts'

/**
 * Returns the contents without proofs that another model gave, where a conversation has been elsewhere
 * before: Gemini refuses them. Calls of functions that came without one get what stands for it, from the
 * third generation on. `undefined` where nothing has to change.
 */
export function withoutForeign(
  body: JsonObject,
  { text, model, warn }: ForeignOptions,
): JsonObject | undefined {
  const needsProof = traitsOfModel(model).version >= 3 && holdsCall(text)
  if (!needsProof && !text.includes(foreignPrefix)) return undefined
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

  const contents = asArray(body['contents']).map((content, index) => {
    if (!isObject(content) || !Array.isArray(content['parts'])) return content
    const parts = content['parts'].flatMap((part, at) =>
      adopt(part, `contents[${index}].parts[${at}]`),
    )
    const first = parts.findIndex((part) => isObject(part) && isCall(part))
    const call = parts[first]
    if (needsProof && isObject(call) && message(call)['thoughtSignature'] === undefined) {
      hasChanged = true
      parts[first] = { ...call, thoughtSignature: noSignature }
    }
    return { ...content, parts }
  })
  return hasChanged ? { contents } : undefined
}

function holdsCall(text: string): boolean {
  return text.includes('"functionCall"') || text.includes('"function_call"')
}

function isCall(part: JsonObject): boolean {
  return message(part)['functionCall'] !== undefined
}
