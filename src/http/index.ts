export { serverConfigSchema } from './config.ts'
export type { ServerConfig, ServerLimits } from './config.ts'
export { watchConnections } from './connections.ts'
export { createDataPlane } from './data-plane.ts'
export type {
  DataPlaneDependencies,
  Peer,
  PlaneSnapshot,
  RefusedRequest,
  SnapshotLease,
} from './data-plane.ts'
export { createIntake } from './intake.ts'
export { adminOptions, dataPlaneOptions, openListener } from './listener.ts'
export type { RealtimePlane } from './realtime.ts'
export type { Listener, ListenOptions } from './listener.ts'
export { readTls } from './tls.ts'
export type { TlsFiles, TlsMaterial } from './tls.ts'
