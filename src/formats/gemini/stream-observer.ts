import { asArray, asObject, isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { ErrorView, FrameVerdict, StreamObserver } from '../format.ts'
import type { SseFrame } from '../sse.ts'
import type { StreamEnding } from '../stream-ending.ts'
import { readBlock } from './answer.ts'
import { arrayEnd } from './array-splitter.ts'
import { readFault, writeError } from './errors.ts'
import { isFinishReason } from './finish-reason.ts'
import { readChunk } from './stream-reader.ts'
import { readUsage } from './usage.ts'

/** Opens an observer of a stream of server-sent events. */
export function openStreamObserver(): StreamObserver {
  const watch = new Watch()
  return {
    observe: (frame) => watch.observe(frame),
    usage: () => watch.usage,
    outputLength: () => watch.outputLength,
    end: () => watch.isFinished,
  }
}

/** Opens an observer of an array. A bracket that closes an incomplete answer is withheld: an error follows. */
export function openArrayObserver(): StreamObserver {
  const watch = new Watch()
  return {
    observe(frame) {
      if (frame.event !== arrayEnd) return watch.observe(frame)
      return { type: watch.isFinished ? 'end' : 'withhold' }
    },
    usage: () => watch.usage,
    outputLength: () => watch.outputLength,
    writeError: (error) => lastElement(error, watch.hasForwarded),
  }
}

/** Writes an error as the last element of an array, and its end. */
export function lastElement(error: ErrorView, hasElements: boolean): string {
  return `${hasElements ? ',\r\n' : '['}${JSON.stringify(writeError(error))}\r\n]\r\n`
}

/** Opens the ending of an array that was sent as far as whole elements. */
export function openArrayEnding(): StreamEnding {
  let hasElements = false
  return {
    see(bytes) {
      hasElements ||= bytes.includes(0x7b)
    },
    write: (error) => lastElement(error, hasElements),
  }
}

class Watch {
  usage: TokenUsage | undefined
  outputLength = 0
  isFinished = false
  hasForwarded = false

  observe(frame: SseFrame): FrameVerdict {
    const chunk = readChunk(frame)
    if (chunk === undefined) return { type: 'forward' }
    if (isObject(chunk['error'])) return { type: 'fault', fault: readFault(chunk) }
    this.hasForwarded = true
    // It counts from the beginning: the last one is the whole.
    this.usage = readUsage(chunk) ?? this.usage
    for (const each of asArray(chunk['candidates'])) {
      const candidate = asObject(each)
      this.outputLength += lengthOf(asObject(candidate?.['content']))
      if (isFinishReason(candidate?.['finishReason'])) this.isFinished = true
    }
    if (readBlock(chunk) !== undefined) this.isFinished = true
    return { type: 'forward' }
  }
}

/** Length of what the model wrote: answer, thinking, calls and code. */
function lengthOf(content: JsonObject | undefined): number {
  let length = 0
  for (const each of asArray(content?.['parts'])) {
    const part = asObject(each) ?? {}
    length += textLength(part['text'])
    for (const key of ['functionCall', 'executableCode'] as const) {
      if (isObject(part[key])) length += JSON.stringify(part[key]).length
    }
  }
  return length
}

function textLength(value: JsonValue | undefined): number {
  return typeof value === 'string' ? value.length : 0
}
