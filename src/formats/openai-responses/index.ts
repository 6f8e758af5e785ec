import type { ClientFormat, ProviderFormat } from '../format.ts'
import { writeError } from '../openai-chat/errors.ts'
import { readAnswer } from './answer-reader.ts'
import { writeAnswer } from './answer-writer.ts'
import { readError, writeStreamError } from './errors.ts'
import { fieldNames } from './field-names.ts'
import { withoutForeign } from './foreign.ts'
import { readRequest } from './request-reader.ts'
import { writeRequest } from './request-writer.ts'
import { openStreamEnding } from './stream-ending.ts'
import { openStreamObserver } from './stream-observer.ts'
import { openStreamReader } from './stream-reader.ts'
import { openStreamWriter } from './stream-writer.ts'
import { readUsage } from './usage.ts'

/**
 * OpenAI's Responses API; its error bodies are those of chat completions.
 * https://platform.openai.com/docs/api-reference/responses
 */
export const openAiResponses = {
  name: 'openai-responses',
  modelPaths: ['model', 'response.model'],
  fieldNames,
  readRequest,
  writeAnswer,
  openStreamWriter,
  writeError,
  writeStreamError,
  openStreamEnding,
  writeRequest,
  withoutForeign,
  readAnswer,
  openStreamReader,
  openStreamObserver,
  readUsage,
  readError,
} as const satisfies ClientFormat & ProviderFormat
