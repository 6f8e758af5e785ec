export { complianceNotConfigured } from './not-configured.ts'
