import type { ClientFormat, ProviderFormat } from '../format.ts'
import { readAnswer } from './answer.ts'
import { readError, writeError, writeStreamError } from './errors.ts'
import { fieldNames } from './field-names.ts'
import { readRequest } from './read-request.ts'
import { openStreamObserver } from './stream-observer.ts'
import { openStreamReader } from './stream-reader.ts'
import { openStreamWriter } from './stream-writer.ts'
import { readUsage } from './usage.ts'
import { writeAnswer } from './write-answer.ts'
import { writeRequest } from './write-request.ts'

/** Cohere's chat of the second version of its API. https://docs.cohere.com/reference/chat */
export const cohereChat = {
  name: 'cohere-chat',
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
  readUsage: (body) => readUsage(body['usage']),
  readError,
} as const satisfies ClientFormat & ProviderFormat
