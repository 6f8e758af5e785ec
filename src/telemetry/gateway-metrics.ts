import type { Call } from '../core/call.ts'
import type { AttemptRecord, OutcomeRecord } from '../core/record.ts'
import { createComplianceMetrics } from './compliance-metrics.ts'
import type { CountedDecision } from './compliance-metrics.ts'
import type { Distribution, MetricsRegistry } from './metrics.ts'
import { declareProcessMetrics } from './process-metrics.ts'

/** What the audit log tells about itself. */
export interface AuditSource {
  readonly stats: {
    readonly records: number
    readonly bytes: number
    readonly commits: number
    readonly failures: number
    readonly rotations: number
    readonly rejectedAppends: number
    readonly delayedOutcomes: number
    readonly lostOutcomes: number
    readonly syncSeconds: Distribution
  }
  health(): {
    readonly state: 'ok' | 'failed'
    readonly pending: number
    readonly waitingOutcomes: number
  }
}

/** Where numbers come from that are asked for at each scrape. */
export interface GatewayMetricsSources {
  /** Calls being answered right now. */
  readonly inFlight: () => number
  readonly audit: AuditSource
}

/** The gateway's own metrics, counted by what happens. */
export interface GatewayMetrics {
  /** Counts a call that ended. */
  recordCall(question: { readonly call: Pick<Call, 'operation'> }, outcome: OutcomeRecord): void
  /** Counts what compliance decided about a request, and how long it took. */
  recordDecision(decision: CountedDecision, seconds: number): void
  /** Counts an attempt to put a new configuration in force. */
  recordReload(result: 'applied' | 'rejected'): void
}

const durationBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300,
]
/** Stands for the provider of a call that none answered. */
const noProvider = 'none'

/** Declares the metrics of the gateway and of its process. All labels take few values. */
export function createGatewayMetrics(
  registry: MetricsRegistry,
  sources: GatewayMetricsSources,
): GatewayMetrics {
  declareProcessMetrics(registry)
  declareAuditMetrics(registry, sources.audit)
  registry.collect(
    'gauge',
    { name: 'smartflow_inflight_requests', help: 'Calls being answered right now.' },
    sources.inFlight,
  )
  const recordCall = declareCallMetrics(registry)
  const compliance = createComplianceMetrics(registry)
  const reloads = registry.counter({
    name: 'smartflow_config_reloads_total',
    help: 'Attempts to put a changed configuration in force, by result.',
    labels: ['result'],
  })
  return {
    recordCall({ call }, outcome) {
      recordCall(call.operation, outcome)
      if (outcome.answer !== undefined) compliance.recordDecision('answer', outcome.answer)
    },
    recordDecision(decision, seconds) {
      compliance.recordDecision('request', decision)
      compliance.recordInspection(seconds)
    },
    recordReload: (result) => reloads.with({ result }).add(1),
  }
}

type RecordCall = (operation: string, outcome: OutcomeRecord) => void

function declareCallMetrics(registry: MetricsRegistry): RecordCall {
  const requests = registry.counter({
    name: 'smartflow_requests_total',
    help: 'Calls that ended, by operation, HTTP status and answering provider.',
    labels: ['operation', 'status', 'provider'],
    maxSeries: 2000,
  })
  const durations = registry.histogram({
    name: 'smartflow_request_duration_seconds',
    help: 'Time from the arrival of a call to its last byte.',
    labels: ['operation', 'provider'],
    buckets: durationBuckets,
  })
  const firstBytes = registry.histogram({
    name: 'smartflow_time_to_first_byte_seconds',
    help: 'Time from the arrival of a call to the first byte of its answer.',
    labels: ['operation', 'provider'],
    buckets: durationBuckets,
  })
  const aborts = registry.counter({
    name: 'smartflow_client_aborts_total',
    help: 'Calls whose client left before the answer was complete.',
    labels: ['operation'],
  })
  const warnings = registry.counter({
    name: 'smartflow_warnings_total',
    help: 'Fields lost or changed in translation between formats.',
    labels: ['operation'],
  })
  const recordUse = declareUseMetrics(registry)
  // One object a combination: finding each child by its labels would cost a call as much as its audit record.
  const callOf = remember2((operation, provider) => ({
    duration: durations.with({ operation, provider }),
    firstByte: firstBytes.with({ operation, provider }),
    ended: remember((status) => requests.with({ operation, status, provider })),
  }))
  return (operation, outcome) => {
    const { status, provider = noProvider } = outcome
    const call = callOf(operation, provider)
    call.ended(String(status)).add(1)
    call.duration.observe(outcome.durationMs / 1000)
    if (outcome.firstByteMs !== undefined) call.firstByte.observe(outcome.firstByteMs / 1000)
    if (outcome.endedBy === 'client') aborts.with({ operation }).add(1)
    if (outcome.warnings.length > 0) warnings.with({ operation }).add(outcome.warnings.length)
    recordUse(outcome)
  }
}

/** Metrics of what was asked of providers and what it cost. */
function declareUseMetrics(registry: MetricsRegistry): (outcome: OutcomeRecord) => void {
  const attempts = registry.counter({
    name: 'smartflow_upstream_attempts_total',
    help: 'Attempts at providers, by provider and by status class or error code.',
    labels: ['provider', 'outcome'],
  })
  const tokens = registry.counter({
    name: 'smartflow_tokens_total',
    help: 'Tokens by direction; cached and reasoning tokens are parts of input and output.',
    labels: ['direction', 'provider'],
  })
  const cost = registry.counter({
    name: 'smartflow_cost_nanousd_total',
    help: 'Cost of answered calls in nano-dollars; calls without a known price are not in it.',
    labels: ['provider'],
  })
  const useOf = remember((provider) => ({
    cost: remember(() => cost.with({ provider })),
    tokens: remember((direction) => tokens.with({ direction, provider })),
    attempts: remember((outcome) => attempts.with({ provider, outcome })),
  }))
  return ({ attempts: tried, usage, cost: price, provider = noProvider }) => {
    for (const attempt of tried) useOf(attempt.provider).attempts(outcomeOf(attempt)).add(1)
    const use = useOf(provider)
    if (price !== undefined) use.cost('').add(price.nanoUsd)
    if (usage === undefined) return
    use.tokens('input').add(usage.inputTokens)
    use.tokens('output').add(usage.outputTokens)
    if (usage.cacheReadTokens) use.tokens('cache_read').add(usage.cacheReadTokens)
    if (usage.cacheWriteTokens) use.tokens('cache_write').add(usage.cacheWriteTokens)
    if (usage.reasoningTokens) use.tokens('reasoning').add(usage.reasoningTokens)
  }
}

/** Most results that are remembered in one place; the registry itself bounds how many there are in all. */
const maxRemembered = 1_000

/** Remembers what was made for a word. */
function remember<Made>(make: (word: string) => Made): (word: string) => Made {
  const made = new Map<string, Made>()
  return (word) => {
    const known = made.get(word)
    if (known !== undefined) return known
    const fresh = make(word)
    if (made.size < maxRemembered) made.set(word, fresh)
    return fresh
  }
}

/** Remembers what was made for two words. */
function remember2<Made>(
  make: (first: string, second: string) => Made,
): (first: string, second: string) => Made {
  const byFirst = remember((first) => remember((second) => make(first, second)))
  return (first, second) => byFirst(first)(second)
}

function outcomeOf({ status, errorCode }: AttemptRecord): string {
  if (errorCode !== undefined) return errorCode
  return status === undefined ? 'unknown' : `${Math.floor(status / 100)}xx`
}

function declareAuditMetrics(registry: MetricsRegistry, audit: AuditSource): void {
  const { stats } = audit
  const counters: [name: string, help: string, read: () => number][] = [
    ['records', 'Records given to the audit log.', () => stats.records],
    ['bytes', 'Bytes given to the audit log.', () => stats.bytes],
    ['commits', 'Synchronisations of the audit log that succeeded.', () => stats.commits],
    ['failures', 'Times the audit log became unwritable.', () => stats.failures],
    ['rotations', 'Audit segments that were completed.', () => stats.rotations],
    ['rejected_appends', 'Records the audit log refused.', () => stats.rejectedAppends],
    ['delayed_outcomes', 'Outcomes that waited for the audit log.', () => stats.delayedOutcomes],
    ['lost_outcomes', 'Outcomes the audit log had to give up.', () => stats.lostOutcomes],
  ]
  for (const [name, help, read] of counters) {
    registry.collect('counter', { name: `smartflow_audit_${name}_total`, help }, read)
  }
  const gauges: [name: string, help: string, read: () => number][] = [
    ['writable', 'Whether the audit log can be written.', () => Number(isWritable(audit))],
    ['pending_records', 'Records that are not durable yet.', () => audit.health().pending],
    [
      'waiting_outcomes',
      'Outcomes held in memory while the audit log is unwritable.',
      () => audit.health().waitingOutcomes,
    ],
  ]
  for (const [name, help, read] of gauges) {
    registry.collect('gauge', { name: `smartflow_audit_${name}`, help }, read)
  }
  registry.collectHistogram(
    { name: 'smartflow_audit_sync_seconds', help: 'Duration of audit log synchronisations.' },
    () => stats.syncSeconds,
  )
}

function isWritable(audit: AuditSource): boolean {
  return audit.health().state === 'ok'
}
