import { asNumber, asObject, type JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import { badAnswer } from '../anthropic-messages/answer.ts'
import type { StreamReader, Warn } from '../format.ts'
import type { NeutralEvent } from '../neutral.ts'
import { newAnswerId, stopSequenceIn } from './answer.ts'
import { readStopReason } from './stop-reason.ts'
import { createBlockReader } from './stream-blocks.ts'
import { parseFrame } from './stream-event.ts'
import { readUsage } from './usage.ts'

type Ending = Omit<Extract<NeutralEvent, { type: 'answer-end' }>, 'usage'>

/**
 * Opens a reader of one stream of Converse. The usage comes in `metadata`, behind `messageStop`; a stream
 * that ends without it is complete too. Events of kinds not known here are passed over.
 */
export function openStreamReader(warn?: Warn): StreamReader {
  const blocks = createBlockReader(warn)
  let hasStarted = false
  let ending: Ending | undefined

  function start(): NeutralEvent[] {
    if (hasStarted) return []
    hasStarted = true
    return [{ type: 'answer-start', id: newAnswerId(), model: '' }]
  }

  function messageStop(data: JsonObject): NeutralEvent[] {
    const stopSequence = stopSequenceIn(data)
    const stopReason = readStopReason(data['stopReason'])
    ending = {
      type: 'answer-end',
      stopReason,
      ...(stopSequence !== undefined && { stopSequence }),
    }
    return blocks.stopAll()
  }

  function finish(usage: TokenUsage | undefined): NeutralEvent[] {
    if (ending === undefined) throw badAnswer('metadata before the end of the message')
    return [{ ...ending, ...(usage !== undefined && { usage }) }, { type: 'done' }]
  }

  function readEvent(name: string, data: JsonObject): NeutralEvent[] {
    switch (name) {
      case 'contentBlockStart':
        return blocks.start(indexOf(data), asObject(data['start']) ?? {})
      case 'contentBlockDelta':
        return blocks.delta(indexOf(data), asObject(data['delta']) ?? {})
      case 'contentBlockStop':
        return blocks.stop(indexOf(data))
      case 'messageStop':
        return messageStop(data)
      case 'metadata':
        return finish(readUsage(data['usage']))
      default:
        return []
    }
  }

  return {
    read(frame) {
      const event = parseFrame(frame)
      if (event.type === 'fault') return [{ type: 'error', fault: event.fault }]
      return [...start(), ...readEvent(event.name, event.data)]
    },
    end: () => (ending === undefined ? [] : finish(undefined)),
  }
}

function indexOf(data: JsonObject): number {
  const index = asNumber(data['contentBlockIndex'])
  if (index === undefined) throw badAnswer('an event without its index')
  return index
}
