export { auditConfigSchema } from './config.ts'
export type { AuditConfig } from './config.ts'
export { nodeFiles } from './files.ts'
export type { AuditFiles, SyncDone } from './files.ts'
export { openAuditLog } from './open.ts'
export type { AuditLogOptions } from './open.ts'
export { readAuditLog } from './read.ts'
export type { ReadOptions } from './read.ts'
export { createRefusalLog } from './refusals.ts'
export type { RefusalLimits, RefusalLog } from './refusals.ts'
export { AuditDamageError } from './segment.ts'
export type {
  AuditFault,
  AuditHealth,
  AuditLog,
  AuditStats,
  DurationCounts,
  StoredRecord,
} from './types.ts'
export { createAuditStage } from './trail.ts'
