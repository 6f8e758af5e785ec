export { builtInLabels, lazyBuiltIns } from './built-ins.ts'
export type { BuiltIns } from './built-ins.ts'
export { dryRun } from './dry-run.ts'
export type { BarrierOpinion, DryRunReport, JudgedFinding, JudgedText } from './dry-run.ts'
export type { DryRunContent, DryRunInput } from './dry-run-input.ts'
export { createFinders } from './finders.ts'
export type { CustomPattern, FinderParts, Finders, LabelInfo, TextPlace } from './finders.ts'
export { hideFindings, hideFound } from './hide.ts'
export { Memo } from './memo.ts'
export type {
  HeldAction,
  HoldAnswer,
  HoldDesk,
  InspectionLimits,
  InspectionParts,
} from './parts.ts'
export type { EventTexts, ReadableEvent, SessionReader } from './session-reader.ts'
export { createCompliance } from './stage.ts'
export type { Compliance, Destinations } from './stage.ts'
export { letThrough } from './stream.ts'
export type { StreamJudge, StreamParts } from './stream.ts'
export type {
  AnswerTexts,
  BodyReader,
  BodyText,
  BodyTool,
  RequestTexts,
  StreamEnding,
} from './texts.ts'
