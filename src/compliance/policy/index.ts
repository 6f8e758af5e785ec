export { asksForCalls } from './called-tools.ts'
export { compilePolicies, PolicyError } from './compile.ts'
export { placesOf, vocabularyOf } from './vocabulary.ts'
export type { ConfiguredPlaces, KnownFinding, PolicyVocabulary } from './vocabulary.ts'
export { policyWarnings } from './names.ts'
export { findProblems } from './problems.ts'
export { hundredthsOf } from './rule.ts'
export type { PolicyPath, PolicyProblem } from './rule.ts'
export { policyPacks } from './packs/index.ts'
export type { PolicyPack } from './packs/index.ts'
export { casesOfPack, factsOfCase, judgeFacts, readCasesFile, runCases } from './cases.ts'
export type { CaseResult, JudgedCase } from './cases.ts'
export type { PolicyCase } from './cases-schema.ts'
export { openReplay, replay } from './replay.ts'
export type {
  DecisionFactsRecord,
  Replay,
  ReplayChange,
  ReplayDifference,
  ReplayOptions,
  ReplayReport,
  ReplayVerdict,
  RuleChange,
  RuleReplay,
} from './replay.ts'
export type { PoliciesConfig, PolicyConfig, RuleConfig } from './schema.ts'
