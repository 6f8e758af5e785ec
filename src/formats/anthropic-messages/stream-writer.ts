import type { JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { StreamWriter } from '../format.ts'
import type { NeutralEvent } from '../neutral.ts'
import { formatSse } from '../sse.ts'
import { writeStreamFault } from './errors.ts'
import { writeStopReason } from './stop-reason.ts'
import { toolIdOf } from './tool-id.ts'
import { writeUsage } from './usage.ts'

type AnswerEnd = Extract<NeutralEvent, { type: 'answer-end' }>
type Kind = 'text' | 'thinking' | 'tool_use' | 'redacted_thinking'

/** A content block between its neutral start and its end on the wire. */
interface Block {
  readonly kind: Kind
  /** `content_block` of its start. */
  readonly start: JsonObject
  /** Deltas that wait because an earlier block is still open, or because the block has not begun. */
  waiting: string[]
  signature: string
  /** Whether the start is written; text and thinking begin with their first delta. */
  hasBegun: boolean
  hasEnded: boolean
}

/**
 * Opens a writer of one Anthropic stream. Anthropic's blocks never interleave: deltas of a later block,
 * as parallel tool calls have them, wait until the blocks before it ended.
 */
export function openStreamWriter(): StreamWriter {
  const queue = createBlockQueue()
  const holds = { toolCalls: false, refusal: false }
  let usage: TokenUsage | undefined

  return {
    write(event) {
      switch (event.type) {
        case 'answer-start':
          usage = event.usage
          return writeStart(event)
        case 'text-start':
          return queue.add(event.index, textBlock())
        case 'reasoning-start':
          return queue.add(event.index, thinkingBlock())
        case 'tool-call-start':
          holds.toolCalls = true
          return queue.add(event.index, toolBlock(event.id, event.name))
        case 'redacted-reasoning':
          return queue.add(event.index, redactedBlock(event.data)) + queue.end(event.index)
        case 'text-delta':
        case 'reasoning-delta':
          return queue.push(event.index, event.text)
        case 'tool-call-delta':
          return queue.push(event.index, event.arguments)
        case 'reasoning-signature':
          return queue.sign(event.index, event.signature)
        case 'refusal-delta':
          holds.refusal = true
          return queue.pushRefusal(event.text)
        case 'text-end':
        case 'reasoning-end':
        case 'tool-call-end':
          return queue.end(event.index)
        case 'answer-end':
          return queue.endAll() + writeEnd({ usage, ...event }, holds)
        case 'error':
          return writeStreamFault(event.fault)
        case 'done':
          return frame({ type: 'message_stop' })
        default:
          return event satisfies never
      }
    },
  }
}

/** Keeps blocks in the order of their starts and lets only the first of them write. */
function createBlockQueue() {
  const byIndex = new Map<number | 'refusal', Block>()
  let wireIndex = 0

  function flush(): string {
    let text = ''
    for (const [key, block] of byIndex) {
      text += writeWaiting(block, wireIndex)
      if (!block.hasEnded) break
      byIndex.delete(key)
      if (!block.hasBegun) continue
      text += writeStop(block, wireIndex)
      wireIndex++
    }
    return text
  }

  function push(key: number | 'refusal', text: string): string {
    const block = byIndex.get(key)
    if (block === undefined || text === '') return ''
    block.waiting.push(text)
    return flush()
  }

  function end(key: number | 'refusal'): string {
    const block = byIndex.get(key)
    if (block === undefined) return ''
    block.hasEnded = true
    return flush()
  }

  function add(key: number | 'refusal', block: Block): string {
    const refusal = byIndex.get('refusal')
    if (refusal !== undefined) refusal.hasEnded = true
    byIndex.set(key, block)
    return flush()
  }

  return {
    add,
    push,
    end,
    sign(index: number, signature: string): string {
      const block = byIndex.get(index)
      if (block !== undefined) block.signature += signature
      return ''
    },
    /** A refusal has no start: its first words begin a text block, the next block ends it. */
    pushRefusal(text: string): string {
      if (!byIndex.has('refusal')) add('refusal', textBlock())
      return push('refusal', text)
    },
    endAll(): string {
      for (const block of byIndex.values()) block.hasEnded = true
      return flush()
    },
  }
}

/** Writes what waits in the first block, its start before it when it is due. */
function writeWaiting(block: Block, index: number): string {
  const isDue = block.waiting.length > 0 || block.signature !== '' || isEager(block.kind)
  const start = block.hasBegun || !isDue ? '' : writeBlockStart(block, index)
  block.hasBegun ||= isDue
  if (block.waiting.length === 0) return start
  const text = block.waiting.join('')
  block.waiting = []
  return start + frame({ type: 'content_block_delta', index, delta: deltaOf(block.kind, text) })
}

/** Text and thinking that stay empty are not written at all: Anthropic refuses empty blocks as input. */
function isEager(kind: Kind): boolean {
  return kind === 'tool_use' || kind === 'redacted_thinking'
}

function writeBlockStart(block: Block, index: number): string {
  return frame({ type: 'content_block_start', index, content_block: block.start })
}

function writeStop(block: Block, index: number): string {
  const stop = frame({ type: 'content_block_stop', index })
  if (block.signature === '') return stop
  const delta = { type: 'signature_delta', signature: block.signature }
  return frame({ type: 'content_block_delta', index, delta }) + stop
}

function deltaOf(kind: Kind, text: string): JsonObject {
  if (kind === 'tool_use') return { type: 'input_json_delta', partial_json: text }
  return kind === 'thinking'
    ? { type: 'thinking_delta', thinking: text }
    : { type: 'text_delta', text }
}

function textBlock(): Block {
  return block('text', { type: 'text', text: '' })
}

function thinkingBlock(): Block {
  return block('thinking', { type: 'thinking', thinking: '', signature: '' })
}

function toolBlock(id: string, name: string): Block {
  return block('tool_use', { type: 'tool_use', id: toolIdOf(id), name, input: {} })
}

function redactedBlock(data: string): Block {
  return block('redacted_thinking', { type: 'redacted_thinking', data })
}

function block(kind: Kind, start: JsonObject): Block {
  return { kind, start, waiting: [], signature: '', hasBegun: false, hasEnded: false }
}

function writeStart(event: Extract<NeutralEvent, { type: 'answer-start' }>): string {
  const message = {
    id: event.id,
    type: 'message',
    role: 'assistant',
    model: event.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage: writeUsage(event.usage),
  }
  return frame({ type: 'message_start', message })
}

function writeEnd(
  event: { readonly usage: TokenUsage | undefined } & Omit<AnswerEnd, 'usage'>,
  holds: { readonly toolCalls: boolean; readonly refusal: boolean },
): string {
  const delta = {
    stop_reason: writeStopReason(event.stopReason, holds),
    stop_sequence: event.stopSequence ?? null,
    stop_details: null,
  }
  return frame({ type: 'message_delta', delta, usage: writeUsage(event.usage) })
}

function frame(data: JsonObject & { readonly type: string }): string {
  return formatSse({ event: data.type, data: JSON.stringify(data) })
}
