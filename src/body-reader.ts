import type { BodyReader, StreamEnding } from './compliance/index.ts'
import { isStreamed } from './core/call.ts'
import type { Question } from './core/call.ts'
import {
  answerTexts,
  openStreamEnding,
  openTextGate,
  rangesIn,
  requestTexts,
} from './formats/index.ts'
import type { ClientFormat } from './formats/index.ts'

const encoder = new TextEncoder()
const eventStream = 'text/event-stream'

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
      const texts = requestTexts(question)
      const joined = texts.joined.map((each) => ({
        text: each.text,
        rangesOf: (range: Parameters<typeof rangesIn>[1]) => rangesIn(each, range),
      }))
      return { ...texts, joined }
    },
    answer: (question, { body, headers }) =>
      answerTexts(question, isStreamed(body) ? '' : body, headers['content-type'] ?? ''),
    streamKind(question, { headers }) {
      const type = headers['content-type'] ?? ''
      if (/^(?:audio|image|video)\//.test(type)) return 'media'
      const streamType = formatOf(question).streamType ?? eventStream
      const isFrames = type.startsWith(eventStream) || type.startsWith(streamType)
      return question.stream && isFrames ? 'frames' : 'whole'
    },
    openGate: (question, openFilter) =>
      openTextGate(formatOf(question).name, { openFilter, maxFrameBytes }),
    openEnding: (question) => endingOf(formatOf(question), question),
  }
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
