export { createBarriers, dayText, openBarrierStore, readBarrierStore } from './barrier/index.ts'
export type {
  Barriers,
  BarriersConfig,
  BarrierStore,
  Crossing,
  Explanation,
  ExplainQuestion,
  Person,
  Seen,
} from './barrier/index.ts'
export { createCompliance, createFinders } from './inspect/index.ts'
export type {
  AnswerTexts,
  BodyReader,
  BodyText,
  BodyTool,
  Compliance,
  CustomPattern,
  Destinations,
  FinderParts,
  Finders,
  InspectionLimits,
  InspectionParts,
  LabelInfo,
  RequestTexts,
  StreamEnding,
  TextPlace,
} from './inspect/index.ts'
export { complianceNotConfigured, inspectionNotConfigured } from './not-configured.ts'
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
