import { asObject, asString } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { FrameVerdict, StreamObserver } from '../format.ts'
import { readFault } from './errors.ts'
import { faultOf } from './stop-reason.ts'
import { parseFrame, type StreamEvent } from './stream-event.ts'
import { readUsage } from './usage.ts'

const forward: FrameVerdict = { type: 'forward' }

/** Opens an observer of one Cohere stream. Usage is part of every stream, so no frame is ever withheld. */
export function openStreamObserver(): StreamObserver {
  let usage: TokenUsage | undefined
  let outputLength = 0

  return {
    observe(frame) {
      const event = parseFrame(frame)
      switch (event.type) {
        case 'content-delta':
        case 'tool-plan-delta':
        case 'tool-call-delta':
          outputLength += lengthOf(event)
          return forward
        case 'message-end': {
          usage = readUsage(event.delta['usage'])
          const fault = faultOf(event.delta['finish_reason'], asString(event.delta['error']))
          return fault === undefined ? { type: 'end' } : { type: 'fault', fault }
        }
        case 'error':
          return { type: 'fault', fault: readFault(event.data, 502) }
        default:
          return forward
      }
    },
    usage: () => usage,
    outputLength: () => outputLength,
  }
}

function lengthOf({ message }: StreamEvent): number {
  const content = asObject(message['content'])
  const called = asObject(asObject(message['tool_calls'])?.['function'])
  const text =
    content?.['text'] ?? content?.['thinking'] ?? message['tool_plan'] ?? called?.['arguments']
  return asString(text)?.length ?? 0
}
