import type { JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { Warn } from '../format.ts'
import type { NeutralAnswer, NeutralPart } from '../neutral.ts'
import { writeStopReason } from './stop-reason.ts'
import { writeUsage } from './usage.ts'

/** Writes a complete answer. Words before tool calls are their plan, as Cohere calls it. */
export function writeAnswer(answer: NeutralAnswer, warn: Warn): JsonObject {
  const calls = answer.content.filter((part) => part.type === 'tool-call')
  const spoken: string[] = []
  const content: JsonObject[] = []
  for (const [index, part] of answer.content.entries()) {
    const text = textOf(part)
    if (text === undefined) content.push(...writeOther(part, `content[${index}]`, warn))
    else if (calls.length > 0) spoken.push(text)
    else if (text !== '') content.push({ type: 'text', text })
  }
  return {
    id: answer.id,
    finish_reason: writeStopReason(answer.stopReason),
    message: {
      role: 'assistant',
      ...(content.length > 0 && { content }),
      ...(spoken.length > 0 && { tool_plan: spoken.join('') }),
      ...(calls.length > 0 && {
        tool_calls: calls.map(({ id, name, arguments: args }) => ({
          id,
          type: 'function',
          function: { name, arguments: args },
        })),
      }),
    },
    ...usageOf(answer.usage),
  }
}

function usageOf(usage: TokenUsage | undefined): JsonObject {
  return usage === undefined ? {} : { usage: writeUsage(usage) }
}

function textOf(part: NeutralPart): string | undefined {
  return part.type === 'text' || part.type === 'refusal' ? part.text : undefined
}

function writeOther(part: NeutralPart, path: string, warn: Warn): JsonObject[] {
  if (part.type === 'tool-call') return []
  if (part.type !== 'reasoning') {
    warn({ type: 'dropped', field: path })
    return []
  }
  if (part.signature !== undefined) warn({ type: 'dropped', field: `${path}.signature` })
  return [{ type: 'thinking', thinking: part.text }]
}
