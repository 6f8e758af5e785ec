import type { JsonObject } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import type { NeutralAnswer, NeutralPart, ToolCallPart } from '../neutral.ts'
import { isThinking, writeReasoning } from './reasoning.ts'
import { writeEnding } from './stop-reason.ts'
import { writeUsage } from './usage.ts'

/** Writes a complete chat completion with one choice. */
export function writeAnswer(answer: NeutralAnswer, warn: Warn): JsonObject {
  const { content } = answer
  const refusal = joinText(content, 'refusal')
  const calls = content.filter((part) => part.type === 'tool-call')
  warnOfLostParts(content, warn)
  return {
    id: answer.id,
    object: 'chat.completion',
    created: answer.createdAt ?? 0,
    model: answer.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: joinText(content, 'text') ?? (calls.length > 0 || refusal ? null : ''),
          refusal: refusal ?? null,
          ...writeReasoning(content),
          tool_calls: calls.length === 0 ? undefined : calls.map(writeToolCall),
        },
        logprobs: null,
        ...writeEnding(answer, refusal !== undefined),
      },
    ],
    usage: answer.usage && writeUsage(answer.usage),
  }
}

/** Writes one tool call of an assistant message. */
export function writeToolCall(call: ToolCallPart): JsonObject {
  return {
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  }
}

/** Joins the parts of one type; `undefined` when there is none. Blocks of one answer read on. */
export function joinText(
  parts: readonly NeutralPart[],
  type: 'text' | 'refusal',
): string | undefined {
  const texts = parts.flatMap((part) => (part.type === type ? [part.text] : []))
  return texts.length === 0 ? undefined : texts.join('')
}

function warnOfLostParts(content: readonly NeutralPart[], warn: Warn): void {
  content.forEach((part, index) => {
    const known = ['text', 'refusal', 'tool-call'].includes(part.type) || isThinking(part)
    if (!known) warn({ type: 'dropped', field: `content[${index}]` })
  })
}
