import { asObject, asString, type JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { FrameVerdict, StreamObserver } from '../format.ts'
import { parseFrame } from './stream-event.ts'
import { readUsage } from './usage.ts'

const forward: FrameVerdict = { type: 'forward' }

/**
 * Opens an observer of one stream of Converse. Its last event is `metadata`, with the usage; a stream that
 * ends after `messageStop` without it is complete too.
 */
export function openStreamObserver(): StreamObserver {
  let usage: TokenUsage | undefined
  let outputLength = 0
  let hasStopped = false

  return {
    observe(frame) {
      const event = parseFrame(frame)
      if (event.type === 'fault') return event
      switch (event.name) {
        case 'contentBlockDelta':
          outputLength += lengthOfDelta(asObject(event.data['delta']))
          return forward
        case 'messageStop':
          hasStopped = true
          return forward
        case 'metadata':
          usage = readUsage(event.data['usage']) ?? usage
          return { type: 'end' }
        default:
          return forward
      }
    },
    end: () => hasStopped,
    usage: () => usage,
    outputLength: () => outputLength,
  }
}

function lengthOfDelta(delta: JsonObject | undefined): number {
  const text =
    delta?.['text'] ??
    asObject(delta?.['toolUse'])?.['input'] ??
    asObject(delta?.['reasoningContent'])?.['text']
  return asString(text)?.length ?? 0
}
