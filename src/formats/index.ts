export { anthropicMessages } from './anthropic-messages/index.ts'
export { bedrockConverse } from './bedrock-converse/index.ts'
export { anthropicAtBedrock, anthropicVersion, bedrockInvoke } from './bedrock-invoke/index.ts'
export { encodeEvent, encodeException, eventStreamType } from './event-stream.ts'
export { cohereChat } from './cohere-chat/index.ts'
export { gemini, geminiArray, hasSignedCalls, withoutCallSignatures } from './gemini/index.ts'
export { readBodyUsage } from './body-usage.ts'
export type { Conversion } from './conversion.ts'
export {
  bedrockCohereEmbeddings,
  cohereEmbeddings,
  convertEmbeddings,
  geminiBatchEmbedContents,
  geminiEmbedContent,
  ollamaEmbed,
  openAiEmbeddings,
  titanEmbeddings,
  vertexPredict,
} from './embeddings/index.ts'
export type { EmbeddingsClientDialect, EmbeddingsProviderDialect } from './embeddings/index.ts'
export { bedrockRerank, cohereRerank, convertRerank, jinaRerank } from './rerank/index.ts'
export type { RerankClientDialect, RerankProviderDialect } from './rerank/index.ts'
export { ollamaChat } from './ollama-chat/index.ts'
export { openAiChat, takesReasoningBack } from './openai-chat/index.ts'
export { openAiCompletions } from './openai-completions/index.ts'
export { openAiResponses } from './openai-responses/index.ts'
export {
  bringsSound,
  openAiRealtime,
  openRealtimeReader,
  pieceLike,
  replacePiece,
  spokenBy,
} from './openai-realtime/index.ts'
export { readCompleteAnswer } from './complete-answer.ts'
export type { CompleteAnswer } from './complete-answer.ts'
export { setMembers } from './json-edit.ts'
export { addMultipartField, readMultipartField, setMultipartField } from './multipart.ts'
export { renameModel } from './rename-model.ts'
export { hasRepeatedMember, outlineJson } from './json-scan.ts'
export type { JsonOutline, Span } from './json-scan.ts'
export { openStreamEnding } from './stream-ending.ts'
export type { StreamEnding } from './stream-ending.ts'
export {
  answerTexts,
  clearedBy,
  openTextGate,
  rangesIn,
  replaceTexts,
  requestTexts,
  segmentsOf,
} from './texts/index.ts'
export type {
  AnswerTexts,
  AttachmentCount,
  BodyTexts,
  JoinedPart,
  JoinedText,
  ReadBody,
  RequestTexts,
  SegmentRange,
  TextGateOptions,
  TextSegment,
  ToolUse,
} from './texts/index.ts'
export { convertCount } from './tokenize.ts'
export { createSseSplitter, formatSse } from './sse.ts'
export type { SseFrame, SseSplitter } from './sse.ts'
export type {
  ClientFormat,
  ErrorView,
  FormatName,
  FrameVerdict,
  PathTarget,
  ProviderFormat,
  StreamObserver,
  StreamReader,
  StreamWriter,
  StreamWriterOptions,
  Warn,
  Warning,
  Wire,
} from './format.ts'
export type {
  NeutralAnswer,
  NeutralEvent,
  NeutralMessage,
  NeutralPart,
  NeutralRequest,
  ProviderFault,
} from './neutral.ts'
export { checkRequest } from './check-request.ts'
export { createLocator } from './trace.ts'
export type { Locate } from './trace.ts'
