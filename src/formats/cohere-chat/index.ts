import type { ProviderFormat } from '../format.ts'
import { readAnswer } from './answer.ts'
import { readError } from './errors.ts'
import { openStreamObserver } from './stream-observer.ts'
import { openStreamReader } from './stream-reader.ts'
import { readUsage } from './usage.ts'
import { writeRequest } from './write-request.ts'

/** Cohere's chat of the second API version, as providers speak it. https://docs.cohere.com/reference/chat */
export const cohereChat = {
  name: 'cohere-chat',
  writeRequest,
  readAnswer,
  openStreamReader,
  openStreamObserver,
  readUsage: (body) => readUsage(body['usage']),
  readError,
} as const satisfies ProviderFormat
