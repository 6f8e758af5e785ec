import { asNumber, asObject, asString, type JsonObject, type JsonValue } from '../../core/json.ts'
import { kindName, unheard, type Warn } from '../format.ts'
import type { NeutralEvent } from '../neutral.ts'
import { argumentsOf, badAnswer } from './answer.ts'

/** A content block that is open. */
interface OpenBlock {
  /** `other`: a kind the neutral form has no part for; its deltas are passed over. */
  readonly kind: 'text' | 'reasoning' | 'tool-call' | 'other'
  /** Index of the neutral part. */
  readonly index: number
  /** Arguments given with the start, in case no delta brings them. */
  readonly startInput?: JsonValue
  hasDelta: boolean
}

/** Reads the events of content blocks; numbers neutral parts without gaps where blocks are passed over. */
export function createBlockReader(warn: Warn = unheard) {
  const blocks = new Map<number, OpenBlock>()
  let nextIndex = 0

  return {
    start(data: JsonObject): NeutralEvent[] {
      const block = asObject(data['content_block'])
      if (block === undefined) throw badAnswer('content_block_start without a block')
      const { open, events } = startBlock(block, nextIndex)
      const wireIndex = wireIndexOf(data)
      if (events.length > 0) nextIndex++
      else warn({ type: 'dropped', field: `content[${wireIndex}]`, ...kindName(block['type']) })
      blocks.set(wireIndex, open)
      return events
    },
    delta(data: JsonObject): NeutralEvent[] {
      const wireIndex = wireIndexOf(data)
      const block = blocks.get(wireIndex)
      const change = asObject(data['delta'])
      if (block === undefined || change === undefined) throw badAnswer('a delta without its block')
      if (change['type'] === 'citations_delta') {
        warn({ type: 'dropped', field: `content[${wireIndex}].citations` })
      }
      return block.kind === 'other' ? [] : readDelta(block, change)
    },
    stop(data: JsonObject): NeutralEvent[] {
      const index = wireIndexOf(data)
      const block = blocks.get(index)
      blocks.delete(index)
      return block === undefined ? [] : endBlock(block)
    },
    /** Ends the blocks that the stream left open. */
    stopAll(): NeutralEvent[] {
      const open = [...blocks.values()]
      blocks.clear()
      return open.flatMap(endBlock)
    },
  }
}

function startBlock(
  block: JsonObject,
  index: number,
): { readonly open: OpenBlock; readonly events: NeutralEvent[] } {
  switch (asString(block['type']) ?? '') {
    case 'text': {
      const open: OpenBlock = { kind: 'text', index, hasDelta: false }
      return { open, events: [{ type: 'text-start', index }, ...textDelta(open, block['text'])] }
    }
    case 'thinking': {
      const open: OpenBlock = { kind: 'reasoning', index, hasDelta: false }
      const given = [
        ...reasoningDelta(open, block['thinking']),
        ...signatureDelta(open, block['signature']),
      ]
      return { open, events: [{ type: 'reasoning-start', index }, ...given] }
    }
    case 'redacted_thinking': {
      const data = asString(block['data']) ?? ''
      const open: OpenBlock = { kind: 'other', index, hasDelta: false }
      return { open, events: [{ type: 'redacted-reasoning', index, data }] }
    }
    case 'tool_use': {
      const id = asString(block['id'])
      const name = asString(block['name'])
      if (id === undefined || name === undefined) throw badAnswer('a tool call without id or name')
      const startInput = block['input'] ?? {}
      const open: OpenBlock = { kind: 'tool-call', index, startInput, hasDelta: false }
      return { open, events: [{ type: 'tool-call-start', index, id, name }] }
    }
    default:
      return { open: { kind: 'other', index, hasDelta: false }, events: [] }
  }
}

function readDelta(block: OpenBlock, change: JsonObject): NeutralEvent[] {
  switch (asString(change['type']) ?? '') {
    case 'text_delta':
      requireKind(block, 'text')
      return textDelta(block, change['text'])
    case 'thinking_delta':
      requireKind(block, 'reasoning')
      return reasoningDelta(block, change['thinking'])
    case 'signature_delta':
      requireKind(block, 'reasoning')
      return signatureDelta(block, change['signature'])
    case 'input_json_delta': {
      requireKind(block, 'tool-call')
      const args = change['partial_json']
      if (typeof args !== 'string' || args === '') return []
      block.hasDelta = true
      return [{ type: 'tool-call-delta', index: block.index, arguments: args }]
    }
    default:
      return []
  }
}

function requireKind(block: OpenBlock, kind: OpenBlock['kind']): void {
  if (block.kind !== kind) throw badAnswer('a delta that does not fit its block')
}

function textDelta({ index }: OpenBlock, text: JsonValue | undefined): NeutralEvent[] {
  return typeof text === 'string' && text !== '' ? [{ type: 'text-delta', index, text }] : []
}

function reasoningDelta({ index }: OpenBlock, text: JsonValue | undefined): NeutralEvent[] {
  return typeof text === 'string' && text !== '' ? [{ type: 'reasoning-delta', index, text }] : []
}

function signatureDelta({ index }: OpenBlock, signature: JsonValue | undefined): NeutralEvent[] {
  const isSigned = typeof signature === 'string' && signature !== ''
  return isSigned ? [{ type: 'reasoning-signature', index, signature }] : []
}

function endBlock(block: OpenBlock): NeutralEvent[] {
  const { index } = block
  switch (block.kind) {
    case 'text':
      return [{ type: 'text-end', index }]
    case 'reasoning':
      return [{ type: 'reasoning-end', index }]
    case 'tool-call': {
      // A call without deltas has its arguments in the start; `{}` there means none.
      const whole = argumentsOf(block.startInput)
      const given: NeutralEvent[] = block.hasDelta
        ? []
        : [{ type: 'tool-call-delta', index, arguments: whole }]
      return [...given, { type: 'tool-call-end', index }]
    }
    case 'other':
      return []
    default:
      return block.kind satisfies never
  }
}

function wireIndexOf(data: JsonObject): number {
  const index = asNumber(data['index'])
  if (index === undefined) throw badAnswer('an event without its index')
  return index
}
