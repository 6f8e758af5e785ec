export { askBarriers } from './ask.ts'
export type { BarrierAnswer, BarrierQuestion, KnownCaller } from './ask.ts'
export { createBarriers } from './barriers.ts'
export type { BarrierKnowledge, Barriers } from './barriers.ts'
export { barriersConfigSchema } from './config.ts'
export type { BarriersConfig } from './config.ts'
export {
  CrossingRefused,
  crossingStatus,
  proposeCrossing,
  wallsOpened,
} from './crossing-request.ts'
export type { CrossingRequest } from './crossing-request.ts'
export type { Explanation, ExplainQuestion, Reason } from './explain.ts'
export { overlayHistory } from './overlay-history.ts'
export { openBarrierStore, readBarrierStore } from './store.ts'
export type { BarrierStore } from './store.ts'
export { dayText } from './types.ts'
export type { ContactHistory, Crossing, CrossingLedger, Crossings, Person, Seen } from './types.ts'
