import type { ClientFormat } from '../format.ts'
import { writeError, writeStreamError } from './errors.ts'
import { createLineSplitter } from './lines.ts'
import { readRequest } from './read-request.ts'
import { openStreamWriter } from './stream-writer.ts'
import { writeAnswer } from './write-answer.ts'

/**
 * Ollama's own chat, as clients speak it; its servers are asked through their OpenAI-style API. A client
 * that does not say whether it wants a stream gets the whole answer as the only line of one.
 * https://docs.ollama.com/api/chat
 */
export const ollamaChat = {
  name: 'ollama-chat',
  streamType: 'application/x-ndjson',
  modelPaths: ['model'],
  openSplitter: createLineSplitter,
  readRequest,
  writeAnswer,
  openStreamWriter,
  writeError,
  writeStreamError,
} as const satisfies ClientFormat
