import type { Direction, Observation } from '../core/facts.ts'
import type { MetricsRegistry } from './metrics.ts'

/** What was decided about one direction of a call, as far as it is counted. */
export interface CountedDecision {
  readonly verdict: string
  readonly observations: readonly Pick<Observation, 'label' | 'scores'>[]
}

/** Counts decisions of compliance, by the kinds of what was found: never by what it was. */
export interface ComplianceMetrics {
  recordDecision(direction: Direction, decision: CountedDecision): void
  /** @param seconds how long a request was looked through, waiting for people included */
  recordInspection(seconds: number): void
}

const inspectionBuckets = [
  0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 10,
]

/** Declares the metrics of compliance. Labels of findings are those of detectors and of the configuration. */
export function createComplianceMetrics(registry: MetricsRegistry): ComplianceMetrics {
  const decisions = registry.counter({
    name: 'smartflow_compliance_decisions_total',
    help: 'Requests and answers that were inspected, by direction and verdict.',
    labels: ['direction', 'verdict'],
  })
  const findings = registry.counter({
    name: 'smartflow_compliance_findings_total',
    help: 'Findings in inspected texts, by direction and label, whatever came of them.',
    labels: ['direction', 'label'],
    maxSeries: 2000,
  })
  const inspections = registry
    .histogram({
      name: 'smartflow_compliance_request_inspection_seconds',
      help: 'Time that the inspection of requests took.',
      labels: [],
      buckets: inspectionBuckets,
    })
    .with({})
  return {
    recordDecision(direction, { verdict, observations }) {
      decisions.with({ direction, verdict }).add(1)
      for (const { label, scores } of observations) {
        const count = scores.reduce((sum, [, each]) => sum + each, 0)
        findings.with({ direction, label }).add(count)
      }
    },
    recordInspection: (seconds) => inspections.observe(seconds),
  }
}
