export { answerChat } from './chat.ts'
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
