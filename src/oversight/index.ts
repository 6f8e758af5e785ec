export { oversightConfigSchema } from './config.ts'
export type { OversightConfig } from './config.ts'
export type { EmergencyStops } from './emergency-stops.ts'
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
