export { toolCallContent } from './action-digest.ts'
export { analyseOversight } from './analytics.ts'
export type { OversightAlert, OversightReport, ReviewerStats } from './analytics.ts'
export { oversightConfigSchema } from './config.ts'
export type { OversightConfig } from './config.ts'
export type { EmergencyStops } from './emergency-stops.ts'
export { HoldRefused, holdStates } from './hold.ts'
export type { Hold, HoldFacts, HoldState, Verdict } from './hold.ts'
export type { HoldFilter } from './hold-store.ts'
export type { HeldAction, HoldAnswer, Holds } from './holds.ts'
export { openOversight } from './open.ts'
export type { Oversight, OversightOptions } from './open.ts'
export { StopRefused } from './stop-book.ts'
export type { StopChange, StopRequest } from './stop-book.ts'
export { stopModes } from './stop-scope.ts'
export type {
  EmergencyStop,
  ReleaseRequest,
  StopMode,
  StopScope,
  StopSubject,
} from './stop-scope.ts'
