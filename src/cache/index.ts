export { cacheNotConfigured } from './not-configured.ts'
