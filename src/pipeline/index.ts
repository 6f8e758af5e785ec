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
  ControlsStage,
  IdentityStage,
  IntakeStage,
  LimitsStage,
  Offer,
  Parsed,
  Reservation,
  RoutingStage,
  RunningCall,
  Stages,
} from './stages.ts'
