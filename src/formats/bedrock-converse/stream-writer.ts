import type { JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import { eventEncoder } from '../event-stream.ts'
import type { StreamWriter } from '../format.ts'
import { splitCallId } from '../gemini/signature.ts'
import type { NeutralEvent } from '../neutral.ts'
import { signatureOfCall, unmeasured, writeBlob, writeStopSequence } from './answer.ts'
import { writeStreamFault } from './errors.ts'
import { writeStopReason } from './stop-reason.ts'
import { toolIdOf } from './tool-id.ts'
import { writeUsage } from './usage.ts'

/** Of a part, of a refusal, of the signature of a call. */
type BlockKey = number | 'refusal' | `signature ${number}`

/** A content block between its neutral start and its end on the wire. */
interface Block {
  readonly kind: 'text' | 'reasoning' | 'redacted' | 'tool-call'
  /** `start` of its `contentBlockStart`; only tool calls have one. */
  readonly start?: JsonObject
  /** Deltas that wait because an earlier block is still open. */
  waiting: string[]
  signature: string
  /** Whether anything of it is written; blocks without a start begin with their first delta. */
  hasBegun: boolean
  hasEnded: boolean
}

const encode = {
  messageStart: eventEncoder('messageStart'),
  contentBlockStart: eventEncoder('contentBlockStart'),
  contentBlockDelta: eventEncoder('contentBlockDelta'),
  contentBlockStop: eventEncoder('contentBlockStop'),
  messageStop: eventEncoder('messageStop'),
  metadata: eventEncoder('metadata'),
} as const
const nothing = new Uint8Array()

/**
 * Opens a writer of one stream of Converse. Clients expect one block after the other: deltas of a later
 * block, as parallel tool calls have them, wait until the blocks before it ended.
 */
export function openStreamWriter(): StreamWriter<Uint8Array> {
  const queue = createBlockQueue()
  const holds = { toolCalls: false, refusal: false }
  let usage: TokenUsage | undefined

  return {
    write(event) {
      if ('usage' in event && event.usage !== undefined) ({ usage } = event)
      switch (event.type) {
        case 'answer-start':
          return encode.messageStart({ role: 'assistant' })
        case 'text-start':
          return queue.add(event.index, block('text'))
        case 'reasoning-start':
          return queue.add(event.index, block('reasoning'))
        case 'tool-call-start':
          holds.toolCalls = true
          return addCall(queue, event)
        case 'redacted-reasoning':
          return queue.addWhole(event.index, { ...block('redacted'), waiting: [event.data] })
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
          return Buffer.concat([queue.endAll(), writeStop(event, holds)])
        case 'error':
          return writeStreamFault(event.fault)
        case 'done':
          return encode.metadata({ usage: writeUsage(usage), metrics: unmeasured })
        default:
          return event satisfies never
      }
    },
  }
}

/** Begins a call; the signature its id may carry stands in a block of its own before it. */
function addCall(
  queue: BlockQueue,
  { index, id, name }: Extract<NeutralEvent, { type: 'tool-call-start' }>,
): Uint8Array {
  const signature = signatureOfCall(id)
  const proof = { ...block('reasoning'), signature: signature ?? '' }
  const before = signature === undefined ? nothing : queue.addWhole(`signature ${index}`, proof)
  return Buffer.concat([before, queue.add(index, toolBlock(splitCallId(id).id, name))])
}

type BlockQueue = ReturnType<typeof createBlockQueue>

function writeStop(
  event: Extract<NeutralEvent, { type: 'answer-end' }>,
  holds: { readonly toolCalls: boolean; readonly refusal: boolean },
): Uint8Array {
  return encode.messageStop({
    stopReason: writeStopReason(event.stopReason, holds),
    ...writeStopSequence(event.stopSequence),
  })
}

/** Keeps blocks in the order of their starts and lets only the first of them write. */
function createBlockQueue() {
  const byIndex = new Map<BlockKey, Block>()
  let wireIndex = 0

  function flush(): Uint8Array {
    const frames: Uint8Array[] = []
    for (const [key, each] of byIndex) {
      frames.push(...writeWaiting(each, wireIndex))
      if (!each.hasEnded) break
      byIndex.delete(key)
      if (!each.hasBegun) continue
      frames.push(...writeEnd(each, wireIndex))
      wireIndex++
    }
    const [first = nothing, ...others] = frames
    return others.length === 0 ? first : Buffer.concat(frames)
  }

  function push(key: BlockKey, text: string): Uint8Array {
    const found = byIndex.get(key)
    if (found === undefined || text === '') return nothing
    found.waiting.push(text)
    return flush()
  }

  function add(key: BlockKey, added: Block): Uint8Array {
    const refusal = byIndex.get('refusal')
    if (refusal !== undefined) refusal.hasEnded = true
    byIndex.set(key, added)
    return flush()
  }

  return {
    add,
    push,
    addWhole: (key: BlockKey, added: Block) => add(key, { ...added, hasEnded: true }),
    end(key: number): Uint8Array {
      const found = byIndex.get(key)
      if (found === undefined) return nothing
      found.hasEnded = true
      return flush()
    },
    sign(key: number, signature: string): Uint8Array {
      const found = byIndex.get(key)
      if (found !== undefined) found.signature += signature
      return nothing
    },
    /** A refusal has no start: its first words begin a text block, the next block ends it. */
    pushRefusal(text: string): Uint8Array {
      const before = byIndex.has('refusal') ? nothing : add('refusal', block('text'))
      return Buffer.concat([before, push('refusal', text)])
    },
    endAll(): Uint8Array {
      for (const each of byIndex.values()) each.hasEnded = true
      return flush()
    },
  }
}

/** Writes what waits in the first block, its start before it when it is due. */
function writeWaiting(each: Block, contentBlockIndex: number): Uint8Array[] {
  const frames: Uint8Array[] = []
  const isDue = each.start !== undefined || each.waiting.length > 0 || each.signature !== ''
  if (!each.hasBegun && each.start !== undefined) {
    frames.push(encode.contentBlockStart({ start: each.start, contentBlockIndex }))
  }
  each.hasBegun ||= isDue
  if (each.waiting.length > 0) {
    const delta = deltaOf(each.kind, each.waiting.join(''))
    each.waiting = []
    frames.push(encode.contentBlockDelta({ delta, contentBlockIndex }))
  }
  return frames
}

function writeEnd(each: Block, contentBlockIndex: number): Uint8Array[] {
  const stop = encode.contentBlockStop({ contentBlockIndex })
  if (each.signature === '') return [stop]
  const delta = { reasoningContent: { signature: each.signature } }
  return [encode.contentBlockDelta({ delta, contentBlockIndex }), stop]
}

function deltaOf(kind: Block['kind'], text: string): JsonObject {
  switch (kind) {
    case 'text':
      return { text }
    case 'reasoning':
      return { reasoningContent: { text } }
    case 'redacted':
      return { reasoningContent: { redactedContent: writeBlob(text) } }
    case 'tool-call':
      return { toolUse: { input: text } }
    default:
      return kind satisfies never
  }
}

function toolBlock(id: string, name: string): Block {
  return { ...block('tool-call'), start: { toolUse: { toolUseId: toolIdOf(id), name } } }
}

function block(kind: Block['kind']): Block {
  return { kind, waiting: [], signature: '', hasBegun: false, hasEnded: false }
}
