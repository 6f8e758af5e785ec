import type { BodyReader, StreamEnding } from './compliance/index.ts'
import type { Answer, CallBody, Question } from './core/call.ts'
import { asObject, parseJson } from './core/json.ts'
import {
  clearedBy,
  openStreamEnding,
  openTextGate,
  replaceTexts,
  segmentsOf,
} from './formats/index.ts'
import type { ClientFormat } from './formats/index.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export interface BodyReaderOptions {
  readonly clientFormats: ReadonlyMap<string, ClientFormat>
  /** Largest frame of a stream, in bytes. */
  readonly maxFrameBytes: number
}

/** Joins compliance with the formats: it reads and rewrites bodies, and knows nothing of them itself. */
export function createBodyReader({ clientFormats, maxFrameBytes }: BodyReaderOptions): BodyReader {
  function formatOf({ call }: Question): ClientFormat {
    const format = clientFormats.get(call.clientFormat)
    if (format === undefined) throw new Error(`The format ${call.clientFormat} is not known.`)
    return format
  }

  return {
    request(question) {
      const { body } = question
      const { json, text } = body
      if (json === undefined || text === undefined) return unreadableRequest(body)
      const texts = segmentsOf(json, { format: formatOf(question).name, direction: 'request' })
      return {
        segments: texts.segments,
        tokens: texts.tokens,
        attachments: [],
        tools: [],
        isReadable: true,
        hasRepeatedMembers: false,
        replace(changed) {
          const rewritten = replaceTexts(text, changed, clearedBy(changed.keys(), texts))
          return {
            ...body,
            text: rewritten,
            bytes: encoder.encode(rewritten),
            json: asObject(parseJson(rewritten)),
          }
        },
      }
    },
    answer(question, { body }) {
      const text = textOf(body)
      const json = asObject(parseJson(text))
      if (json === undefined) return { segments: [], tools: [], replace: () => text }
      const texts = segmentsOf(json, { format: formatOf(question).name, direction: 'answer' })
      return {
        segments: texts.segments,
        tools: [],
        replace: (changed) => replaceTexts(text, changed, clearedBy(changed.keys(), texts)),
      }
    },
    openGate: (question, _answer, openFilter) =>
      openTextGate(formatOf(question).name, { openFilter, maxFrameBytes }),
    openEnding: (question) => endingOf(formatOf(question), question),
  }
}

function unreadableRequest(body: CallBody): ReturnType<BodyReader['request']> {
  return {
    segments: [],
    tokens: [],
    attachments: [],
    tools: [],
    isReadable: body.bytes.byteLength === 0,
    hasRepeatedMembers: false,
    replace: () => body,
  }
}

function textOf(body: Answer['body']): string {
  if (typeof body === 'string') return body
  return body instanceof Uint8Array ? decoder.decode(body) : ''
}

function endingOf(format: ClientFormat, { call }: Question): StreamEnding {
  const ending = openStreamEnding(format)
  return {
    see: (bytes) => ending.see(bytes),
    write({ status, code, message, source, failureClass }) {
      const { requestId } = call
      const wire = ending.write({ status, code, message, source, requestId, failureClass })
      return typeof wire === 'string' ? encoder.encode(wire) : wire
    },
  }
}
