import type { ClientFormat, ProviderFormat } from '../format.ts'
import { readAnswer, writeAnswer } from './answer.ts'
import { readError, writeError, writeStreamError } from './errors.ts'
import { fieldNames } from './field-names.ts'
import { withoutForeign } from './foreign.ts'
import { readRequest } from './read-request.ts'
import { openStreamObserver } from './stream-observer.ts'
import { openStreamReader } from './stream-reader.ts'
import { openStreamWriter } from './stream-writer.ts'
import { readUsage } from './usage.ts'
import { writeRequest } from './write-request.ts'

export { defaultMaxTokens } from './reasoning.ts'

/** Anthropic's Messages API, as clients speak it and as providers do. */
export const anthropicMessages = {
  name: 'anthropic-messages',
  modelPaths: ['model', 'message.model'],
  fieldNames,
  readRequest,
  writeAnswer,
  openStreamWriter,
  writeError,
  writeStreamError,
  writeRequest,
  withoutForeign,
  readAnswer,
  openStreamReader,
  openStreamObserver,
  readUsage: (body) => readUsage(body['usage']),
  readError,
} as const satisfies ClientFormat & ProviderFormat
