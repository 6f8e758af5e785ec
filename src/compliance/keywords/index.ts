export { createKeywordAutomaton } from './automaton.ts'
export type { KeywordAutomaton } from './automaton.ts'
