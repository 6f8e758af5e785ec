import { isObject, parseJson, type JsonObject } from '../../core/json.ts'
import type { TokenUsage } from '../../core/usage.ts'
import type { Warn } from '../format.ts'
import type { NeutralAnswer, StopReason } from '../neutral.ts'

/** Writes a complete answer. */
export function writeAnswer(answer: NeutralAnswer, warn: Warn): JsonObject {
  let content = ''
  let thinking = ''
  const calls: JsonObject[] = []
  for (const [index, part] of answer.content.entries()) {
    if (part.type === 'text' || part.type === 'refusal') content += part.text
    else if (part.type === 'reasoning') thinking += part.text
    else if (part.type === 'tool-call') calls.push(writeCall(part))
    else warn({ type: 'dropped', field: `content[${index}]` })
  }
  return {
    model: answer.model,
    created_at: timeOf(answer.createdAt ?? 0),
    message: {
      role: 'assistant',
      content,
      ...(thinking !== '' && { thinking }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
    ...writeEnd(answer.stopReason, answer.usage),
  }
}

/** Writes a tool call; arguments that are no JSON object are put into one. */
export function writeCall(call: {
  readonly id: string
  readonly name: string
  readonly arguments: string
}): JsonObject {
  const args = parseJson(call.arguments === '' ? '{}' : call.arguments)
  const { id, name } = call
  return {
    id,
    function: { name, arguments: isObject(args) ? args : { input: args ?? call.arguments } },
  }
}

/** Writes what the end of an answer says: why it ended, and what it used. */
export function writeEnd(reason: StopReason, usage: TokenUsage | undefined): JsonObject {
  return {
    done: true,
    done_reason: reason === 'max-tokens' ? 'length' : 'stop',
    ...(usage !== undefined && {
      prompt_eval_count: usage.inputTokens,
      eval_count: usage.outputTokens,
    }),
  }
}

/** Writes seconds since the epoch as a moment (RFC 3339). */
export function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
