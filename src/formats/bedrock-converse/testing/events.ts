import type { NeutralAnswer, NeutralEvent } from '../../neutral.ts'

/** The events of an answer, each text in one delta, calls in parallel. */
export function eventsOf(neutral: NeutralAnswer): NeutralEvent[] {
  const events: NeutralEvent[] = [{ type: 'answer-start', id: neutral.id, model: neutral.model }]
  const late: NeutralEvent[] = []
  for (const [index, part] of neutral.content.entries()) {
    if (part.type === 'text') {
      events.push({ type: 'text-start', index }, { type: 'text-delta', index, text: part.text })
      events.push({ type: 'text-end', index })
    } else if (part.type === 'reasoning') {
      events.push({ type: 'reasoning-start', index })
      if (part.text !== '') events.push({ type: 'reasoning-delta', index, text: part.text })
      const { signature } = part
      if (signature !== undefined) events.push({ type: 'reasoning-signature', index, signature })
      events.push({ type: 'reasoning-end', index })
    } else if (part.type === 'redacted-reasoning') {
      events.push({ type: 'redacted-reasoning', index, data: part.data })
    } else if (part.type === 'tool-call') {
      events.push({ type: 'tool-call-start', index, id: part.id, name: part.name })
      const half = Math.ceil(part.arguments.length / 2)
      for (const piece of [part.arguments.slice(0, half), part.arguments.slice(half)]) {
        late.push({ type: 'tool-call-delta', index, arguments: piece })
      }
      late.push({ type: 'tool-call-end', index })
    }
  }
  const { stopReason, stopSequence, usage: counted } = neutral
  events.push(...late, {
    type: 'answer-end',
    stopReason,
    ...(stopSequence !== undefined && { stopSequence }),
    ...(counted !== undefined && { usage: counted }),
  })
  return [...events, { type: 'done' }]
}

/** Puts the events of a stream together again. */
export function assemble(events: readonly NeutralEvent[]): NeutralAnswer {
  const parts: NeutralAnswer['content'][number][] = []
  let end: Partial<NeutralAnswer> = {}
  for (const event of events) {
    const part = 'index' in event ? parts[event.index] : undefined
    if (event.type === 'text-start') parts[event.index] = { type: 'text', text: '' }
    else if (event.type === 'reasoning-start') parts[event.index] = { type: 'reasoning', text: '' }
    else if (event.type === 'redacted-reasoning') {
      parts[event.index] = { type: 'redacted-reasoning', data: event.data }
    } else if (event.type === 'tool-call-start') {
      const { id: callId, name } = event
      parts[event.index] = { type: 'tool-call', id: callId, name, arguments: '' }
    } else if ('index' in event && part !== undefined) parts[event.index] = grown(part, event)
    else if (event.type === 'answer-end') {
      const { type: _, ...rest } = event
      end = rest
    }
  }
  return { id: '', model: '', content: parts, stopReason: 'other', ...end }
}

function grown(part: NeutralAnswer['content'][number], event: NeutralEvent): typeof part {
  if (event.type === 'text-delta' && part.type === 'text') {
    return { ...part, text: part.text + event.text }
  }
  if (event.type === 'reasoning-delta' && part.type === 'reasoning') {
    return { ...part, text: part.text + event.text }
  }
  if (event.type === 'reasoning-signature' && part.type === 'reasoning') {
    return { ...part, signature: (part.signature ?? '') + event.signature }
  }
  if (event.type === 'tool-call-delta' && part.type === 'tool-call') {
    return { ...part, arguments: part.arguments + event.arguments }
  }
  return part
}
