import { createEventStreamSplitter, eventStreamType } from '../event-stream.ts'
import type { ClientFormat, ProviderFormat } from '../format.ts'
import { readAnswer, writeAnswer } from './answer.ts'
import { errorHeaders, readError, writeError, writeStreamError } from './errors.ts'
import { fieldNames } from './field-names.ts'
import { withoutForeign } from './foreign.ts'
import { readRequest } from './read-request.ts'
import { openStreamObserver } from './stream-observer.ts'
import { openStreamReader } from './stream-reader.ts'
import { openStreamWriter } from './stream-writer.ts'
import { readUsage } from './usage.ts'
import { writeRequest } from './write-request.ts'

/**
 * Converse and ConverseStream of Amazon Bedrock, as clients speak it and as Bedrock does.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 */
export const bedrockConverse = {
  name: 'bedrock-converse',
  namesModelInPath: true,
  streamType: eventStreamType,
  openSplitter: createEventStreamSplitter,
  fieldNames,
  readRequest,
  writeAnswer,
  openStreamWriter,
  writeError,
  errorHeaders,
  writeStreamError,
  writeRequest,
  withoutForeign,
  readAnswer,
  openStreamReader,
  openStreamObserver,
  readUsage: (body) => readUsage(body['usage']),
  readError,
} as const satisfies ClientFormat & ProviderFormat
