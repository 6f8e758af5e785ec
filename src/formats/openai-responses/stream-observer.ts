import { asNumber, asObject, asString } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { ErrorView, FrameVerdict, StreamObserver } from '../format.ts'
import { readErrorEvent, readFailed, writeErrorEvent } from './errors.ts'
import { parseFrame } from './stream-event.ts'
import { readUsage } from './usage.ts'

const forward: FrameVerdict = { type: 'forward' }

/** Opens an observer of a stream of response events; usage is part of each, so none is withheld. */
export function openStreamObserver(): StreamObserver {
  let usage: TokenUsage | undefined
  let outputLength = 0
  /** Of the last event that was forwarded. */
  let lastSequence = -1

  return {
    observe(frame) {
      const { type, data } = parseFrame(frame)
      const isFault = type === 'response.failed' || type === 'error'
      if (!isFault) lastSequence = asNumber(data['sequence_number']) ?? lastSequence
      switch (type) {
        case 'response.completed':
        case 'response.incomplete':
          usage = readUsage(asObject(data['response']) ?? {}) ?? usage
          return { type: 'end' }
        case 'response.failed':
          return { type: 'fault', fault: readFailed(asObject(data['response'])) }
        case 'error':
          return { type: 'fault', fault: readErrorEvent(data) }
        default:
          // Every kind of delta is something the model wrote, and paid for.
          if (type.endsWith('.delta')) outputLength += asString(data['delta'])?.length ?? 0
          return forward
      }
    },
    usage: () => usage,
    outputLength: () => outputLength,
    writeError: (error: ErrorView) => writeErrorEvent(error, lastSequence + 1),
  }
}
