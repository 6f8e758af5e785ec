export { tokenRules } from './rules/index.ts'
export { createSecretScanner } from './scanner.ts'
export type { SecretScanner } from './scanner.ts'
export type { SecretLabel, SecretSighting, TokenRule } from './rule.ts'
