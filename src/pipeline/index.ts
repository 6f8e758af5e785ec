export { answerChat } from './chat.ts'
export { openRealtime } from './realtime.ts'
export type { RealtimeSession } from './realtime.ts'
export type {
  Connection,
  InspectionStage,
  RealtimeEvents,
  RealtimeStages,
  SessionLimits,
} from './realtime-stages.ts'
export { createSessionRegistry } from './session-registry.ts'
export type { SessionPlace, SessionRegistry } from './session-registry.ts'
export type {
  AuditStage,
  AuditTrail,
  CacheStage,
  CatalogStage,
  ComplianceStage,
  IdentityStage,
  IntakeStage,
  LimitsStage,
  Offer,
  Parsed,
  Reservation,
  RoutingStage,
  Stages,
} from './stages.ts'
