export { limitsNotConfigured } from './not-configured.ts'
