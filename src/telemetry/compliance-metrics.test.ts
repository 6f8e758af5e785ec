import { expect, test } from 'bun:test'
import { createComplianceMetrics } from './compliance-metrics.ts'
import { createMetricsRegistry } from './metrics.ts'

test('decisions and findings are counted by direction, verdict and label', () => {
  const registry = createMetricsRegistry()
  const metrics = createComplianceMetrics(registry)
  const scores = [
    [95, 2],
    [50, 1],
  ] as const
  metrics.recordDecision('request', {
    verdict: 'redact',
    observations: [{ label: 'payment-card', scores }],
  })
  metrics.recordDecision('answer', { verdict: 'allow', observations: [] })
  metrics.recordInspection(0.0002)
  const text = registry.render()
  expect(text).toContain(
    'smartflow_compliance_decisions_total{direction="request",verdict="redact"} 1',
  )
  expect(text).toContain(
    'smartflow_compliance_findings_total{direction="request",label="payment-card"} 3',
  )
  expect(text).toContain('smartflow_compliance_request_inspection_seconds_bucket{le="0.00025"} 1')
})
