import { asArray, asString, isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { ForeignOptions } from '../format.ts'
import { foreignSignature, ownSignature } from '../origin.ts'
import { isInventedItem } from './ids.ts'
import { readSealed } from './sealed.ts'

/**
 * Returns the input without reasoning that another model did, where a conversation has been elsewhere
 * before: OpenAI refuses what it did not seal itself, and looks in its store for what is not sealed.
 */
export function withoutForeign(body: JsonObject, { warn }: ForeignOptions): JsonObject | undefined {
  const given = asArray(body['input'])
  if (!given.some(isForeign)) return undefined
  const input = given.filter((item, index) => {
    if (!isForeign(item)) return true
    warn({ type: 'dropped', field: `input[${index}]`, detail: foreignSignature })
    return false
  })
  return { input }
}

function isForeign(item: JsonValue): boolean {
  if (!isObject(item) || item['type'] !== 'reasoning') return false
  const part = readSealed('', asString(item['encrypted_content']))
  if (part === undefined) return isInventedItem(asString(item['id']) ?? '')
  return part.type === 'redacted-reasoning' || ownSignature(part.signature, 'gpt') === undefined
}
