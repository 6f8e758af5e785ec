import { asObject, asString, type JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { FrameVerdict, StreamObserver } from '../format.ts'
import { readFault } from './errors.ts'
import { parseFrame } from './stream-event.ts'
import { readUsage } from './usage.ts'

const forward: FrameVerdict = { type: 'forward' }

/**
 * Opens an observer of one Anthropic stream. Usage is part of every Anthropic stream, so no frame is
 * ever withheld; after a cut it is what `message_start` said.
 */
export function openStreamObserver(): StreamObserver {
  let usage: TokenUsage | undefined
  let outputLength = 0

  return {
    observe(frame) {
      const event = parseFrame(frame)
      switch (event.type) {
        case 'content_block_delta':
          outputLength += lengthOfDelta(asObject(event.data['delta']))
          return forward
        case 'message_start':
          usage = readUsage(asObject(event.data['message'])?.['usage'], usage)
          return forward
        case 'message_delta':
          usage = readUsage(event.data['usage'], usage)
          return forward
        case 'message_stop':
          return { type: 'end' }
        case 'error':
          return { type: 'fault', fault: readFault(event.data) }
        default:
          return forward
      }
    },
    usage: () => usage,
    outputLength: () => outputLength,
  }
}

function lengthOfDelta(delta: JsonObject | undefined): number {
  const text = delta?.['text'] ?? delta?.['partial_json'] ?? delta?.['thinking']
  return asString(text)?.length ?? 0
}
