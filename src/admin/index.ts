export { createAdminApi } from './api.ts'
export type { AdminDependencies } from './api.ts'
export type { StatusView } from './status-page.ts'
