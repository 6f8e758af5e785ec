import type { ClientFormat, ProviderFormat } from '../format.ts'
import { readError, writeError, writeStreamError } from '../openai-chat/errors.ts'
import { readUsage } from '../openai-chat/usage.ts'
import { readAnswer, writeAnswer } from './answer.ts'
import { fieldNames } from './field-names.ts'
import { readRequest, writeRequest } from './request.ts'
import { openStreamObserver, openStreamReader, openStreamWriter } from './stream.ts'

/**
 * OpenAI's legacy text completions; errors and usage are those of chat completions.
 * https://platform.openai.com/docs/api-reference/completions
 */
export const openAiCompletions = {
  name: 'openai-completions',
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
