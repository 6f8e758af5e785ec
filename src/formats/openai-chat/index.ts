import type { ClientFormat, ProviderFormat } from '../format.ts'
import { readAnswer } from './answer-reader.ts'
import { writeAnswer } from './answer-writer.ts'
import { readError, writeError, writeStreamError } from './errors.ts'
import { fieldNames } from './field-names.ts'
import { readRequest } from './request-reader.ts'
import { writeRequest } from './request-writer.ts'
import { openStreamObserver } from './stream-observer.ts'
import { openStreamReader } from './stream-reader.ts'
import { openStreamWriter } from './stream-writer.ts'
import { readUsage } from './usage.ts'

export { takesReasoningBack } from './model-traits.ts'

/**
 * OpenAI's chat completions, with the additions of the many servers that speak it.
 * https://platform.openai.com/docs/api-reference/chat
 */
export const openAiChat = {
  name: 'openai-chat',
  modelPaths: ['model'],
  tellsUsageWhenAsked: true,
  fieldNames,
  readRequest,
  writeAnswer,
  openStreamWriter,
  writeError,
  writeStreamError,
  writeRequest,
  readAnswer,
  openStreamReader,
  openStreamObserver,
  readUsage,
  readError,
} as const satisfies ClientFormat & ProviderFormat
