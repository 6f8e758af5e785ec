import type { AdministrationRecord } from '../../core/record.ts'
import { isObject } from '../../core/json.ts'
import { maxListEntries, numberFrom } from './bounds.ts'
import type { Bounds } from './bounds.ts'
import type { EventChange, EventModel, EventPerson, EventView, FindingCount } from './view.ts'

/** Fields of a record by name. Whoever reads them checks what they hold. */
type Fields = ReadonlyMap<string, unknown>

/** Who a record is about: the caller, the administrator, or who asked for what is held. */
export function personFrom(fields: Fields, bounds: Bounds): EventPerson {
  const text = (name: string) => bounds.text(fields.get(name))
  return {
    user: text('user') ?? text('actor') ?? text('requester'),
    tenant: text('tenant'),
    department: text('department'),
    groups: bounds.list(fields.get('groups')),
    product: text('product'),
    keyId: text('keyId'),
  }
}

/** The AI side of a record. */
export function modelFrom(fields: Fields, bounds: Bounds): EventModel {
  const text = (name: string) => bounds.text(fields.get(name))
  const usage = part(fields.get('usage'))
  const cost = part(fields.get('cost'))
  const attempts = fields.get('attempts')
  return {
    operation: text('operation'),
    clientFormat: text('clientFormat'),
    modelAsked: text('modelAsked'),
    modelUsed: text('modelUsed') ?? text('model'),
    provider: text('provider'),
    inputTokens: numberFrom(usage['inputTokens']),
    outputTokens: numberFrom(usage['outputTokens']),
    cacheReadTokens: numberFrom(usage['cacheReadTokens']),
    reasoningTokens: numberFrom(usage['reasoningTokens']),
    costNanoUsd: numberFrom(cost['nanoUsd']),
    priceVersion: bounds.text(cost['priceVersion']),
    attempts: Array.isArray(attempts) ? attempts.length : undefined,
    cache: text('cache'),
    tools: toolsFrom(fields, bounds),
  }
}

function toolsFrom(fields: Fields, bounds: Bounds): readonly string[] {
  const held = bounds.text(fields.get('tool'))
  if (held !== undefined) return [held]
  const tools = part(fields.get('answer'))['tools']
  if (!Array.isArray(tools)) return []
  return bounds.list([...new Set(tools.map((tool) => part(tool)['name']))])
}

/**
 * Counts what was found, by label and category: findings one by one, or observations that are counted
 * already. Counting needs no more memory than there are labels.
 */
export function findingsFrom(
  found: unknown,
  bounds: Bounds,
): Pick<EventView, 'findings' | 'findingCount'> {
  const counts = new Map<string, { label: string; category: string; count: number }>()
  let findingCount = 0
  for (const entry of Array.isArray(found) ? found : []) {
    const { label: rawLabel, category: rawCategory, scores } = part(entry)
    const label = bounds.text(rawLabel) ?? 'unknown'
    const category = bounds.text(rawCategory) ?? 'unknown'
    const count = Array.isArray(scores) ? sumOf(scores) : 1
    findingCount += count
    const key = JSON.stringify([label, category])
    const known = counts.get(key)
    if (known === undefined) counts.set(key, { label, category, count })
    else known.count += count
  }
  const sorted: FindingCount[] = [...counts.values()].toSorted(
    (one, other) => other.count - one.count || (one.label < other.label ? -1 : 1),
  )
  bounds.isCut ||= sorted.length > maxListEntries
  return { findings: sorted.slice(0, maxListEntries), findingCount }
}

/** Adds up pairs of a score and how many had it. */
function sumOf(scores: readonly unknown[]): number {
  return scores.reduce<number>((sum, pair) => {
    const count = Array.isArray(pair) ? numberFrom(pair[1]) : undefined
    return sum + (count ?? 0)
  }, 0)
}

/** What an administrator changed, without the values. */
export function changeFrom(record: AdministrationRecord, bounds: Bounds): EventChange {
  const command = bounds.text(record.action) ?? ''
  const end = command.lastIndexOf('.')
  return {
    command,
    kind: kindOfChange(record),
    object: bounds.text(record.subject) ?? 'gateway',
    objectKind: end > 0 ? command.slice(0, end) : command,
    fields: bounds.list(changedFields(record.before, record.after)),
  }
}

function kindOfChange({ before, after }: AdministrationRecord): EventChange['kind'] {
  const [was, is] = [before ?? undefined, after ?? undefined]
  if (was === undefined && is !== undefined) return 'created'
  return was !== undefined && is === undefined ? 'deleted' : 'modified'
}

function changedFields(before: unknown, after: unknown): readonly string[] {
  const [was, is] = [part(before), part(after)]
  const names = new Set([...Object.keys(was), ...Object.keys(is)])
  return [...names].filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
}

const traceparentPattern = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/

/** The ids of a W3C `traceparent`. */
export function traceFrom(traceparent: unknown): Pick<EventView, 'traceId' | 'spanId'> {
  if (typeof traceparent !== 'string') return {}
  const [, traceId, spanId] = traceparentPattern.exec(traceparent) ?? []
  return { traceId, spanId }
}

/** Operations that are not always a POST. */
const operationsOfManyMethods: ReadonlySet<string> = new Set([
  'files',
  'batches',
  'realtime',
  'responses',
])

/** Method and path of a request: recorded of what became no call; of calls only the method is known. */
export function endpointFrom(fields: Fields, bounds: Bounds): Pick<EventView, 'method' | 'path'> {
  const endpoint = bounds.text(fields.get('endpoint'))
  if (endpoint !== undefined) {
    const [method, ...path] = endpoint.split(' ')
    return { method, path: path.join(' ') }
  }
  const operation = bounds.text(fields.get('operation'))
  if (operation === undefined || operationsOfManyMethods.has(operation)) return {}
  return { method: 'POST' }
}

function part(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {}
}
