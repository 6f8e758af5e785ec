import type { TokenUsage } from '../../core/usage.ts'
import { asObject, asString, type JsonObject } from '../../core/json.ts'
import type { StreamReader, Warn } from '../format.ts'
import type { NeutralEvent, StopReason } from '../neutral.ts'
import { badAnswer, readRefusal } from './answer.ts'
import { readFault } from './errors.ts'
import { readStopReason } from './stop-reason.ts'
import { createBlockReader } from './stream-blocks.ts'
import { parseFrame } from './stream-event.ts'
import { readUsage } from './usage.ts'

/** Opens a reader of one Anthropic stream. Events of kinds not known here are passed over. */
export function openStreamReader(warn?: Warn): StreamReader {
  const blocks = createBlockReader(warn)
  let usage: TokenUsage | undefined
  let stopReason: StopReason = 'other'
  let stopSequence: string | undefined

  function messageStart(data: JsonObject): NeutralEvent[] {
    const message = asObject(data['message'])
    if (message === undefined) throw badAnswer('message_start without a message')
    usage = readUsage(message['usage'], usage)
    const id = asString(message['id']) ?? ''
    const model = asString(message['model']) ?? ''
    return [{ type: 'answer-start', id, model, ...(usage !== undefined && { usage }) }]
  }

  function messageDelta(data: JsonObject): NeutralEvent[] {
    usage = readUsage(data['usage'], usage)
    const change = asObject(data['delta']) ?? {}
    const reason = asString(change['stop_reason'])
    if (reason !== undefined) stopReason = readStopReason(reason)
    stopSequence = asString(change['stop_sequence']) ?? stopSequence
    return readRefusal(change).map(({ text }) => ({ type: 'refusal-delta', text }))
  }

  function messageStop(): NeutralEvent[] {
    const ending = { stopReason, ...(stopSequence !== undefined && { stopSequence }) }
    const counted = usage === undefined ? {} : { usage }
    return [...blocks.stopAll(), { type: 'answer-end', ...ending, ...counted }, { type: 'done' }]
  }

  return {
    read(frame) {
      const { type, data } = parseFrame(frame)
      switch (type) {
        case 'message_start':
          return messageStart(data)
        case 'content_block_start':
          return blocks.start(data)
        case 'content_block_delta':
          return blocks.delta(data)
        case 'content_block_stop':
          return blocks.stop(data)
        case 'message_delta':
          return messageDelta(data)
        case 'message_stop':
          return messageStop()
        case 'error':
          return [{ type: 'error', fault: readFault(data) }]
        default:
          return []
      }
    },
  }
}
