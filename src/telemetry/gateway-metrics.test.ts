import { expect, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import type { Operation, OutcomeRecord } from '../core/record.ts'
import { createGatewayMetrics } from './gateway-metrics.ts'
import { createMetricsRegistry } from './metrics.ts'
import { parseExposition } from './testing/parse-exposition.ts'

const outcome: OutcomeRecord = {
  type: 'outcome',
  requestId: 'r1',
  status: 200,
  endedBy: 'complete',
  provider: 'openai',
  modelUsed: 'gpt-4o-mini',
  attempts: [
    { provider: 'corp', model: 'm', status: 429, durationMs: 3 },
    { provider: 'corp', model: 'm', errorCode: 'provider_timeout', durationMs: 3 },
    { provider: 'openai', model: 'm', status: 200, durationMs: 9 },
  ],
  usage: { inputTokens: 100, outputTokens: 20, cacheReadTokens: 60, estimated: false },
  cost: { nanoUsd: 27_000, priceVersion: 'p1' },
  cache: 'miss',
  warnings: ['messages[0].name', 'seed'],
  durationMs: 42,
  firstByteMs: 12,
}

test('a call is counted with its provider, tokens, cost, attempts and warnings', () => {
  const { record, value } = gateway()
  record('chat', outcome)
  record('chat', outcome)
  expect(
    value('smartflow_requests_total', { operation: 'chat', status: '200', provider: 'openai' }),
  ).toBe(2)
  expect(value('smartflow_tokens_total', { direction: 'input', provider: 'openai' })).toBe(200)
  expect(value('smartflow_tokens_total', { direction: 'cache_read', provider: 'openai' })).toBe(120)
  expect(value('smartflow_tokens_total', { direction: 'reasoning', provider: 'openai' })).toBe(
    undefined,
  )
  expect(value('smartflow_cost_nanousd_total', { provider: 'openai' })).toBe(54_000)
  expect(value('smartflow_warnings_total', { operation: 'chat' })).toBe(4)
  const attempts = 'smartflow_upstream_attempts_total'
  expect(value(attempts, { provider: 'corp', outcome: '4xx' })).toBe(2)
  expect(value(attempts, { provider: 'corp', outcome: 'provider_timeout' })).toBe(2)
  expect(value(attempts, { provider: 'openai', outcome: '2xx' })).toBe(2)
  const buckets = 'smartflow_request_duration_seconds_bucket'
  const labels = { operation: 'chat', provider: 'openai' }
  expect(value(buckets, { ...labels, le: '0.025' })).toBe(0)
  expect(value(buckets, { ...labels, le: '0.05' })).toBe(2)
})

test('a refused call and a client that left are counted without a provider', () => {
  const { record, value } = gateway()
  const { provider: _provider, usage: _usage, cost: _cost, ...rest } = outcome
  record('embeddings', { ...rest, status: 499, endedBy: 'client', attempts: [], warnings: [] })
  expect(value('smartflow_client_aborts_total', { operation: 'embeddings' })).toBe(1)
  expect(
    value('smartflow_requests_total', { operation: 'embeddings', status: '499', provider: 'none' }),
  ).toBe(1)
})

test('inflight calls, audit log, reloads and the process are shown', () => {
  const { value, metrics } = gateway()
  metrics.recordReload('rejected')
  expect(value('smartflow_config_reloads_total', { result: 'rejected' })).toBe(1)
  expect(value('smartflow_inflight_requests')).toBe(3)
  expect(value('smartflow_audit_records_total')).toBe(10)
  expect(value('smartflow_audit_writable')).toBe(0)
  expect(value('smartflow_audit_pending_records')).toBe(4)
  expect(value('smartflow_audit_sync_seconds_bucket', { le: '0.001' })).toBe(5)
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000)
  expect(value('process_cpu_seconds_total')).toBeGreaterThan(0)
  const started = value('process_start_time_seconds') ?? 0
  expect(Math.abs(started - Date.now() / 1000)).toBeLessThan(3600)
})

const hasPromtool = spawnSync('promtool', ['--version']).status === 0
test.skipIf(!hasPromtool)(
  hasPromtool ? 'promtool finds nothing to say' : 'promtool finds nothing to say (not installed)',
  () => {
    const { record, registry } = gateway()
    record('chat', outcome)
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: registry.render() })
    expect(checked.stderr.toString() + checked.stdout.toString()).toBe('')
  },
)

function gateway() {
  const registry = createMetricsRegistry()
  const metrics = createGatewayMetrics(registry, {
    inFlight: () => 3,
    audit: {
      stats: {
        records: 10,
        bytes: 5000,
        commits: 5,
        failures: 1,
        rotations: 0,
        rejectedAppends: 2,
        delayedOutcomes: 0,
        lostOutcomes: 0,
        syncSeconds: { bounds: [0.001], counts: [5, 0], sum: 0.001 },
      },
      health: () => ({ state: 'failed', pending: 4, waitingOutcomes: 0 }),
    },
  })
  return {
    registry,
    metrics,
    record: (operation: Operation, record: OutcomeRecord) =>
      metrics.recordCall({ call: { operation } }, record),
    value: (name: string, labels: Record<string, string> = {}): number | undefined => {
      for (const { samples } of parseExposition(registry.render()).values()) {
        const sample = samples.find(
          (candidate) => candidate.name === name && Bun.deepEquals(candidate.labels, labels),
        )
        if (sample) return sample.value
      }
      return undefined
    },
  }
}
