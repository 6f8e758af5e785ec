import type { ClientFormat, ErrorView, ProviderFormat } from '../format.ts'
import { readAnswer, writeAnswer } from './answer.ts'
import { createArraySplitter } from './array-splitter.ts'
import { readError, writeError } from './errors.ts'
import { fieldNames } from './field-names.ts'
import { withoutForeign } from './foreign.ts'
import { readRequest } from './read-request.ts'
import {
  lastElement,
  openArrayEnding,
  openArrayObserver,
  openStreamObserver,
} from './stream-observer.ts'
import { openArrayReader, openStreamReader } from './stream-reader.ts'
import { openArrayWriter, openStreamWriter } from './stream-writer.ts'
import { readUsage } from './usage.ts'
import { writeRequest } from './write-request.ts'

export { hasSignedCalls, withoutCallSignatures } from './signature.ts'

const shared = {
  namesModelInPath: true,
  modelPaths: ['modelVersion'],
  fieldNames,
  readRequest,
  writeAnswer,
  writeError,
  writeRequest,
  withoutForeign,
  readAnswer,
  readUsage,
  readError,
} as const

/**
 * Gemini's `generateContent` and, with `alt=sse`, `streamGenerateContent`.
 * https://ai.google.dev/api/generate-content
 */
export const gemini = {
  ...shared,
  name: 'gemini',
  openStreamWriter,
  writeStreamError: (error: ErrorView) => `data: ${JSON.stringify(writeError(error))}\n\n`,
  openStreamReader,
  openStreamObserver,
} as const satisfies ClientFormat & ProviderFormat

/** The same with streams as a JSON array that grows, which is what `streamGenerateContent` is by itself. */
export const geminiArray = {
  ...shared,
  name: 'gemini-array',
  streamType: 'application/json',
  openStreamWriter: openArrayWriter,
  // The writers and observers know whether elements came before.
  writeStreamError: (error: ErrorView) => lastElement(error, false),
  openStreamEnding: openArrayEnding,
  openSplitter: createArraySplitter,
  openStreamReader: openArrayReader,
  openStreamObserver: openArrayObserver,
} as const satisfies ClientFormat & ProviderFormat
