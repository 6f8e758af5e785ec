import { visible } from './bounds.ts'
import type { EventView } from './view.ts'

/** One named value of an event, for formats that are flat. */
export interface EventField {
  readonly name: string
  readonly value: string | number
}

/**
 * An event as a flat list, the most important first: where a format has no room for all, the last are left
 * out. Names consist of letters. Lists become one text, their entries separated by commas. No text is empty
 * or holds a control character.
 */
export function fieldsOf(view: EventView): readonly EventField[] {
  const { person, model, change } = view
  return present([
    ['eventId', view.id],
    ['kind', view.kind],
    ['topic', view.topic],
    ['severity', view.severity],
    ['action', view.action],
    ['outcome', view.outcome],
    ['user', person.user],
    ['source', view.source],
    ['requestId', view.requestId],
    ['ruleIds', joined(view.ruleIds)],
    ['findings', joined(view.findings.map(({ label, count }) => `${label}:${count}`))],
    ['findingCount', view.findingCount],
    ['labels', joined(view.labels)],
    ['status', view.status],
    ['errorCode', view.errorCode],
    ['tenant', person.tenant],
    ['department', person.department],
    ['product', person.product],
    ['keyId', person.keyId],
    ['command', change?.command],
    ['object', change?.object],
    ['changeType', change?.kind],
    ['changedFields', change && joined(change.fields)],
    ['model', model.modelUsed ?? model.modelAsked],
    ['modelAsked', model.modelAsked],
    ['provider', model.provider],
    ['operation', model.operation],
    ['inputTokens', model.inputTokens],
    ['outputTokens', model.outputTokens],
    ['costNanoUsd', model.costNanoUsd],
    ['cache', model.cache],
    ['attempts', model.attempts],
    ['tools', joined(model.tools)],
    ['bytesIn', view.bytesIn],
    ['durationMs', view.durationMs],
    ['firstByteMs', view.firstByteMs],
    ['holdId', view.holdId],
    ['traceId', view.traceId],
    ['spanId', view.spanId],
    ['count', view.count],
    ['firstAt', view.firstAt],
    ['lastAt', view.lastAt],
    ['method', view.method],
    ['path', view.path],
    ['groups', joined(person.groups)],
    ['policyVersion', view.policyVersion],
    ['configVersion', view.configVersion],
    ['priceVersion', model.priceVersion],
    ['isCut', view.isCut ? 'true' : undefined],
  ])
}

/** Returns the fields that have a value, their texts without control characters. */
function present(
  pairs: readonly (readonly [name: string, value: string | number | undefined])[],
): readonly EventField[] {
  return pairs.flatMap(([name, value]) => {
    if (value === undefined || value === '') return []
    return [{ name, value: typeof value === 'string' ? visible(value) : value }]
  })
}

/** Joins texts with commas; `undefined` for none. A comma within a text becomes a semicolon: it is no new entry. */
export function joined(texts: readonly string[]): string | undefined {
  return texts.length === 0 ? undefined : texts.map((text) => text.replaceAll(',', ';')).join(',')
}

/**
 * Joins parts in their order as long as there is room, and adds the mark where some had to be left out.
 * @param maxBytes what the parts, their separators and the mark may have together, in UTF-8
 */
export function joinWithin(
  parts: readonly string[],
  { separator, mark, maxBytes }: { separator: string; mark: string; maxBytes: number },
): string {
  const separatorBytes = Buffer.byteLength(separator)
  const sizes = parts.map((part) => Buffer.byteLength(part) + separatorBytes)
  const all = sizes.reduce((sum, size) => sum + size, 0) - separatorBytes
  if (all <= maxBytes) return parts.join(separator)
  const room = maxBytes - Buffer.byteLength(mark)
  const kept: string[] = []
  let used = 0
  for (const [index, part] of parts.entries()) {
    used += sizes[index] ?? 0
    if (used > room) break
    kept.push(part)
  }
  return [...kept, mark].join(separator)
}
