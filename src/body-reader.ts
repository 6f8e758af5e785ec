import type { BodyReader, SessionReader, StreamEnding } from './compliance/index.ts'
import { isStreamed } from './core/call.ts'
import type { Question } from './core/call.ts'
import type { Operation } from './core/record.ts'
import {
  answerTexts,
  bringsSound,
  openRealtimeReader,
  openStreamEnding,
  openTextGate,
  pieceLike,
  rangesIn,
  replacePiece,
  requestTexts,
  spokenBy,
} from './formats/index.ts'
import type { ClientFormat, JoinedText } from './formats/index.ts'

const encoder = new TextEncoder()
const eventStream = 'text/event-stream'
/** Calls that may be answered with sound or pictures: of others a type is only what a provider calls its words. */
const mediaOperations: ReadonlySet<Operation> = new Set(['audio', 'images', 'files'])

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
      return { ...texts, joined: texts.joined.map(joinedTexts) }
    },
    answer(question, { body, headers }) {
      const type = headers['content-type'] ?? ''
      const texts = answerTexts(question, isStreamed(body) ? '' : body, type)
      return { ...texts, joined: texts.joined.map(joinedTexts) }
    },
    streamKind(question, { headers }) {
      const type = headers['content-type'] ?? ''
      const mayBeMedia = mediaOperations.has(question.call.operation)
      if (mayBeMedia && /^(?:audio|image|video)\//.test(type)) return 'media'
      const streamType = formatOf(question).streamType ?? eventStream
      const isFrames = type.startsWith(eventStream) || type.startsWith(streamType)
      return question.stream && isFrames ? 'frames' : 'whole'
    },
    openGate: (question, openFilter, watch) =>
      openTextGate(formatOf(question).name, { openFilter, maxFrameBytes, ...watch }),
    openEnding: (question) => endingOf(formatOf(question), question),
    openSession,
  }
}

function openSession(): SessionReader {
  const reader = openRealtimeReader()
  return {
    request(event) {
      const texts = reader.request(event)
      return { ...texts, joined: texts.joined.map(joinedTexts) }
    },
    openGate: (open) => reader.openGate(open),
    bringsSound,
    spokenBy,
    replacePiece,
    pieceLike,
  }
}

function joinedTexts(joined: JoinedText) {
  return {
    text: joined.text,
    parts: joined.parts,
    rangesOf: (range: Parameters<typeof rangesIn>[1]) => rangesIn(joined, range),
  }
}

/** Opens the writer of the end of a stream that is stopped, in the dialect of its client. */
export function endingOf(format: ClientFormat, { call }: Question): StreamEnding {
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
