import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import type { NeutralAnswer, NeutralPart } from '../neutral.ts'
import { incompleteReason } from './ending.ts'
import { itemIdOf, responseIdOf } from './ids.ts'
import { callItem, messageItem, messagePart, reasoningItem } from './output-item.ts'
import type { ItemStatus } from './output-item.ts'
import { writeResponse } from './response-object.ts'

/**
 * Writes a complete response.
 * @param asked the client's request, of which a response repeats the settings
 */
export function writeAnswer(answer: NeutralAnswer, warn: Warn, asked?: JsonObject): JsonObject {
  const id = responseIdOf(answer.id)
  const reason = incompleteReason(answer.stopReason, {
    toolCalls: answer.content.some((part) => part.type === 'tool-call'),
    refusal: answer.content.some((part) => part.type === 'refusal'),
  })
  const status = reason === undefined ? 'completed' : 'incomplete'
  return writeResponse({
    id,
    model: answer.model,
    createdAt: answer.createdAt ?? 0,
    status,
    incompleteReason: reason,
    output: writeOutput(answer.content, { responseId: id, status, warn }),
    usage: answer.usage,
    asked,
  })
}

interface OutputPlace {
  readonly responseId: string
  readonly status: 'completed' | 'incomplete'
  readonly warn: Warn
}

/** A message that neighbouring texts are put into. */
interface OpenMessage {
  readonly id: string
  readonly content: JsonValue[]
}

/** Writes parts as items; an answer that was cut off ends with an incomplete message. */
function writeOutput(content: readonly NeutralPart[], at: OutputPlace): JsonObject[] {
  const items: JsonObject[] = []
  let message: OpenMessage | undefined
  const close = (status: ItemStatus): void => {
    if (message !== undefined) items.push(messageItem(message.id, status, message.content))
    message = undefined
  }
  for (const [index, part] of content.entries()) {
    if (part.type === 'text' || part.type === 'refusal') {
      if (part.text === '') continue
      message ??= { id: itemIdOf('msg', at.responseId, items.length), content: [] }
      message.content.push(messagePart(part.type === 'text' ? 'output_text' : 'refusal', part.text))
      continue
    }
    close('completed')
    const item = writeItem(part, at.responseId, items.length)
    if (item === undefined) at.warn({ type: 'dropped', field: `content[${index}]` })
    else items.push(item)
  }
  close(at.status)
  return items
}

function writeItem(
  part: Exclude<NeutralPart, { type: 'text' | 'refusal' }>,
  responseId: string,
  outputIndex: number,
): JsonObject | undefined {
  switch (part.type) {
    case 'tool-call':
      return callItem(itemIdOf('fc', responseId, outputIndex), 'completed', part)
    case 'reasoning':
    case 'redacted-reasoning':
      return reasoningItem(itemIdOf('rs', responseId, outputIndex), part)
    case 'image':
    case 'document':
    case 'audio':
    case 'tool-result':
      return undefined
    default:
      return part satisfies never
  }
}
