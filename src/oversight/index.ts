export { oversightConfigSchema } from './config.ts'
export type { OversightConfig } from './config.ts'
export { StopRefused } from './emergency-stops.ts'
export type { EmergencyStops, StopChange, StopRequest } from './emergency-stops.ts'
export { openOversight } from './open.ts'
export type { Oversight, OversightOptions } from './open.ts'
export { stopModes } from './stop-scope.ts'
export type {
  EmergencyStop,
  ReleaseRequest,
  StopMode,
  StopScope,
  StopSubject,
} from './stop-scope.ts'
