export { PatternError } from './pattern-error.ts'
export { createPatternCompiler } from './pattern-set.ts'
export type { PatternCompiler, PatternMatch, PatternSet, PatternSource } from './pattern-set.ts'
