export { createBarriers, dayText, openBarrierStore, readBarrierStore } from './barrier/index.ts'
export type {
  Barriers,
  BarriersConfig,
  BarrierStore,
  Crossing,
  Explanation,
  ExplainQuestion,
  Person,
  Seen,
} from './barrier/index.ts'
export { complianceNotConfigured, inspectionNotConfigured } from './not-configured.ts'
