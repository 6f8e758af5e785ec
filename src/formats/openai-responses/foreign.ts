import { asArray, asString, isObject, type JsonObject } from '../../core/json.ts'
import type { ForeignOptions } from '../format.ts'
import { foreignSignature, ownSignature } from '../origin.ts'
import { isInventedItem } from './ids.ts'
import { readSealed } from './sealed.ts'

/**
 * Returns the input without reasoning that another model did, where a conversation has been elsewhere
 * before: OpenAI refuses what it did not seal itself, and looks in its store for what is not sealed.
 */
export function withoutForeign(
  body: JsonObject,
  { text, warn }: ForeignOptions,
): JsonObject | undefined {
  if (!text.includes('"reasoning"') || !foreignMark.test(text)) return undefined
  const input = asArray(body['input']).filter((item, index) => {
    if (!isObject(item) || !isForeign(item)) return true
    warn({ type: 'dropped', field: `input[${index}]`, detail: foreignSignature })
    return false
  })
  return { input }
}

const foreignMark = /"encrypted_content"\s*:\s*"(?:claude|gemini|redacted):|"rs_[^"]*_\d+"/

function isForeign(item: JsonObject): boolean {
  if (item['type'] !== 'reasoning') return false
  const part = readSealed('', asString(item['encrypted_content']))
  if (part === undefined) return isInventedItem(asString(item['id']) ?? '')
  return part.type === 'redacted-reasoning' || ownSignature(part.signature, 'gpt') === undefined
}
