import { asObject, asString, type JsonObject } from '../../core/json.ts'
import { badAnswer } from '../anthropic-messages/answer.ts'
import { kindName, unheard, type Warn } from '../format.ts'
import type { NeutralEvent } from '../neutral.ts'

/** A content block that is open. */
interface OpenBlock {
  /** `other`: a kind the neutral form has no part for; its deltas are passed over. */
  readonly kind: Kind
  /** Index of the neutral part. */
  readonly index: number
  hasDelta: boolean
  /** Redacted reasoning so far; it has no deltas in the neutral form. */
  redacted: string
}

type Kind = 'text' | 'reasoning' | 'redacted' | 'tool-call' | 'other'

/**
 * Reads the events of content blocks. Only tool calls have a start on the wire, the other blocks begin
 * with their first delta. Numbers neutral parts without gaps where blocks are passed over.
 */
export function createBlockReader(warn: Warn = unheard) {
  const blocks = new Map<number, OpenBlock>()
  let nextIndex = 0

  function lose(wireIndex: number, content: JsonObject): void {
    const field = `output.message.content[${wireIndex}]`
    if ('citation' in content) {
      warn({ type: 'dropped', field: `${field}.citationsContent.citations` })
    } else warn({ type: 'dropped', field, ...kindName(Object.keys(content)[0]) })
  }

  function open(wireIndex: number, kind: Kind): OpenBlock {
    const index = kind === 'other' ? -1 : nextIndex++
    const block: OpenBlock = { kind, index, hasDelta: false, redacted: '' }
    blocks.set(wireIndex, block)
    return block
  }

  return {
    start(wireIndex: number, start: JsonObject): NeutralEvent[] {
      const use = asObject(start['toolUse'])
      if (use === undefined || use['type'] === 'server_tool_use') {
        if (Object.keys(start).length > 0) {
          lose(wireIndex, start)
          open(wireIndex, 'other')
        }
        return []
      }
      const id = asString(use['toolUseId'])
      const name = asString(use['name'])
      if (id === undefined || name === undefined) throw badAnswer('a tool call without id or name')
      return [{ type: 'tool-call-start', index: open(wireIndex, 'tool-call').index, id, name }]
    },
    delta(wireIndex: number, delta: JsonObject): NeutralEvent[] {
      const kind = kindOf(delta)
      const before = blocks.get(wireIndex)
      if (before?.kind === 'other') return []
      if (kind === 'other') {
        lose(wireIndex, delta)
        return before === undefined ? startOf(open(wireIndex, kind)) : []
      }
      if (before === undefined) {
        if (kind === 'tool-call') throw badAnswer('a delta without its block')
        const block = open(wireIndex, kind)
        return [...startOf(block), ...readDelta(block, delta)]
      }
      if (before.kind !== kind) throw badAnswer('a delta that does not fit its block')
      return readDelta(before, delta)
    },
    stop(wireIndex: number): NeutralEvent[] {
      const block = blocks.get(wireIndex)
      blocks.delete(wireIndex)
      return block === undefined ? [] : endOf(block)
    },
    /** Ends the blocks that the stream left open. */
    stopAll(): NeutralEvent[] {
      const left = [...blocks.values()]
      blocks.clear()
      return left.flatMap(endOf)
    },
  }
}

function kindOf(delta: JsonObject): Kind {
  if (typeof delta['text'] === 'string') return 'text'
  if (asObject(delta['toolUse']) !== undefined) return 'tool-call'
  const reasoning = asObject(delta['reasoningContent'])
  if (typeof reasoning?.['redactedContent'] === 'string') return 'redacted'
  return reasoning === undefined ? 'other' : 'reasoning'
}

function startOf({ kind, index }: OpenBlock): NeutralEvent[] {
  if (kind === 'text') return [{ type: 'text-start', index }]
  return kind === 'reasoning' ? [{ type: 'reasoning-start', index }] : []
}

function readDelta(block: OpenBlock, delta: JsonObject): NeutralEvent[] {
  const { kind, index } = block
  const reasoning = asObject(delta['reasoningContent'])
  switch (kind) {
    case 'text': {
      const text = asString(delta['text']) ?? ''
      return text === '' ? [] : [{ type: 'text-delta', index, text }]
    }
    case 'reasoning': {
      const text = asString(reasoning?.['text']) ?? ''
      const signature = asString(reasoning?.['signature']) ?? ''
      return [
        ...(text === '' ? [] : [{ type: 'reasoning-delta' as const, index, text }]),
        ...(signature === '' ? [] : [{ type: 'reasoning-signature' as const, index, signature }]),
      ]
    }
    case 'redacted':
      block.redacted += asString(reasoning?.['redactedContent']) ?? ''
      return []
    case 'tool-call': {
      const args = asString(asObject(delta['toolUse'])?.['input']) ?? ''
      if (args === '') return []
      block.hasDelta = true
      return [{ type: 'tool-call-delta', index, arguments: args }]
    }
    case 'other':
      return []
    default:
      return kind satisfies never
  }
}

function endOf(block: OpenBlock): NeutralEvent[] {
  const { kind, index } = block
  switch (kind) {
    case 'text':
      return [{ type: 'text-end', index }]
    case 'reasoning':
      return [{ type: 'reasoning-end', index }]
    case 'redacted':
      return [{ type: 'redacted-reasoning', index, data: block.redacted }]
    case 'tool-call': {
      // A call without deltas is one without arguments.
      const given: NeutralEvent[] = block.hasDelta
        ? []
        : [{ type: 'tool-call-delta', index, arguments: '{}' }]
      return [...given, { type: 'tool-call-end', index }]
    }
    case 'other':
      return []
    default:
      return kind satisfies never
  }
}
