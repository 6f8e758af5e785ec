export { complianceNotConfigured, inspectionNotConfigured } from './not-configured.ts'
