export {
  CrossingRefused,
  askBarriers,
  createBarriers,
  crossingStatus,
  dayText,
  openBarrierStore,
  overlayHistory,
  proposeCrossing,
  readBarrierStore,
  wallsOpened,
} from './barrier/index.ts'
export type {
  BarrierAnswer,
  BarrierKnowledge,
  BarrierQuestion,
  BarrierStore,
  Barriers,
  BarriersConfig,
  ContactHistory,
  Crossing,
  CrossingLedger,
  CrossingRequest,
  Crossings,
  ExplainQuestion,
  Explanation,
  KnownCaller,
  Person,
  Reason,
  Seen,
} from './barrier/index.ts'
export { labelsOf } from './checks.ts'
export { createCategories } from './categories/index.ts'
export type { ComplianceConfig } from './config.ts'
export type { BarrierSet, CategorySet, PolicySet, TermFinder } from './contracts.ts'
export { createTermFinder, openDictionaries } from './dictionaries/index.ts'
export {
  createExactDataFinder,
  exactDataLimits,
  hashTable,
  openTables,
  parseColumns,
  readTable,
} from './exact-data/index.ts'
export type { ColumnReport, HashResult } from './exact-data/index.ts'
export {
  builtInLabels,
  createCompliance,
  createFinders,
  dryRun,
  hideFindings,
  hideFound,
  lazyBuiltIns,
  letThrough,
  Memo,
} from './inspect/index.ts'
export type {
  AnswerTexts,
  BarrierOpinion,
  BodyReader,
  BodyText,
  BodyTool,
  BuiltIns,
  Compliance,
  CustomPattern,
  Destinations,
  DryRunContent,
  DryRunInput,
  DryRunReport,
  FinderParts,
  Finders,
  HeldAction,
  HoldAnswer,
  HoldDesk,
  InspectionLimits,
  InspectionParts,
  JudgedFinding,
  JudgedText,
  LabelInfo,
  RequestTexts,
  SessionReader,
  StreamEnding,
  StreamJudge,
  TextPlace,
} from './inspect/index.ts'
export { complianceNotConfigured, inspectionNotConfigured } from './not-configured.ts'
export { createPatternCompiler } from './patterns/index.ts'
export {
  asksForCalls,
  casesOfPack,
  compilePolicies,
  factsOfCase,
  findProblems as findPolicyProblems,
  judgeFacts,
  openReplay,
  placesOf,
  policyPacks,
  policyWarnings,
  readCasesFile,
  replay as replayPolicies,
  runCases as runPolicyCases,
  vocabularyOf as policyVocabularyOf,
} from './policy/index.ts'
export type {
  CaseResult,
  DecisionFactsRecord,
  JudgedCase,
  PoliciesConfig,
  PolicyCase,
  PolicyProblem,
  PolicyVocabulary,
  Replay,
  ReplayChange,
  ReplayOptions,
  ReplayReport,
} from './policy/index.ts'
export { createHasher } from './redaction/index.ts'
export { createNameRecognizer, createNameTagger, readNameModel } from './tagger/index.ts'
export { tierOf as toolTierOf } from './tools/index.ts'
export { labelPattern } from './categories/index.ts'
export {
  backgroundTexts,
  createTopicScorer,
  decodeTopic,
  encodeTopic,
  maxTopicBytes,
  trainTopic,
} from './topics/index.ts'
export type { QualityAt, Topic, TopicSummary, TrainedTopic } from './topics/index.ts'
