export { builtInLabels, lazyBuiltIns } from './built-ins.ts'
export type { BuiltIns } from './built-ins.ts'
export { createFinders } from './finders.ts'
export type { CustomPattern, FinderParts, Finders, LabelInfo, TextPlace } from './finders.ts'
export { Memo } from './memo.ts'
export type {
  HeldAction,
  HoldAnswer,
  HoldDesk,
  InspectionLimits,
  InspectionParts,
} from './parts.ts'
export { createCompliance } from './stage.ts'
export type { Compliance, Destinations } from './stage.ts'
export type {
  AnswerTexts,
  BodyReader,
  BodyText,
  BodyTool,
  RequestTexts,
  StreamEnding,
} from './texts.ts'
