import { asArray, asObject, asString, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { NeutralMessage, NeutralPart } from '../neutral.ts'
import {
  fieldPath,
  objectElement,
  optionalArray,
  optionalString,
  refuse,
  requiredName,
  requiredString,
  type LossList,
} from '../openai-chat/fields.ts'
import { readContent } from './content-reader.ts'
import { readSealed, type ThinkingPart } from './sealed.ts'

/**
 * Reads `instructions` and `input` as messages: neighbouring items of one side of a turn (reasoning,
 * text, tool calls) become one message. Throws `invalid_request` with the path of the fault.
 */
export function readInput(body: JsonObject, lost: LossList): NeutralMessage[] {
  const instructions = optionalString(body, 'instructions')
  const { trace } = lost
  const system: NeutralMessage[] = instructions
    ? [
        trace.note(
          {
            role: 'system',
            content: [trace.note({ type: 'text', text: instructions }, 'instructions')],
          },
          'instructions',
        ),
      ]
    : []
  const { input } = body
  if (typeof input === 'string') {
    const content = readContent(input, 'input', lost)
    return [...system, trace.note({ role: 'user', content }, 'input')]
  }
  if (!Array.isArray(input) || input.length === 0) {
    return refuse('input', 'a string or an array with at least one item')
  }
  return [...system, ...joinTurns(readItems(input, lost), lost)]
}

function readItems(input: readonly JsonValue[], lost: LossList): NeutralMessage[] {
  const context: Context = { lost, callIds: new Set() }
  return input.flatMap((element, index) => {
    const path = `input[${index}]`
    const message = readItem(objectElement(element, path), path, context)
    if (message === undefined) return []
    for (const part of message.content) lost.trace.note(part, path)
    return [lost.trace.note(message, path)]
  })
}

/** Joins neighbours that make up one turn of the assistant, or answer the calls of one. */
function joinTurns(messages: readonly NeutralMessage[], { trace }: LossList): NeutralMessage[] {
  const turns: { role: NeutralMessage['role']; content: NeutralPart[] }[] = []
  for (const message of messages) {
    const { role, content } = message
    const last = turns.at(-1)
    const joins = role === 'assistant' || role === 'tool'
    if (joins && last?.role === role) last.content.push(...content)
    else turns.push(trace.move(message, { role, content: [...content] }))
  }
  return turns
}

interface Context {
  readonly lost: LossList
  /** Ids of the calls before, which results must name. */
  readonly callIds: Set<string>
}

const itemFields: Readonly<Record<string, ReadonlySet<string>>> = {
  message: new Set(['type', 'role', 'content', 'id', 'status']),
  function_call: new Set(['type', 'id', 'call_id', 'name', 'arguments', 'status']),
  custom_tool_call: new Set(['type', 'id', 'call_id', 'name', 'status']),
  function_call_output: new Set(['type', 'id', 'call_id', 'output', 'status', 'name']),
  custom_tool_call_output: new Set(['type', 'id', 'call_id', 'output', 'status', 'name']),
  reasoning: new Set(['type', 'id', 'summary', 'content', 'encrypted_content', 'status']),
}

function readItem(item: JsonObject, path: string, context: Context): NeutralMessage | undefined {
  const { lost, callIds } = context
  const type = optionalString(item, 'type', path) ?? ('role' in item ? 'message' : 'item_reference')
  const known = Object.hasOwn(itemFields, type) ? itemFields[type] : undefined
  // Calls of tools that ran at the provider, references into its store: lost as a whole.
  if (known === undefined) {
    lost.add(path)
    return undefined
  }
  lost.addUnknown(item, known, path)
  switch (type) {
    case 'message':
      return readMessage(item, path, lost)
    case 'reasoning': {
      const part = readReasoning(item, path)
      if (part === undefined) lost.add(path)
      return part && { role: 'assistant', content: [part] }
    }
    case 'function_call':
    case 'custom_tool_call': {
      const id = requiredName(item, 'call_id', path)
      callIds.add(id)
      const name = requiredName(item, 'name', path)
      const args = type === 'function_call' ? requiredString(item, 'arguments', path) : undefined
      if (args === undefined) lost.add(path)
      const text = args ?? JSON.stringify({ input: requiredString(item, 'input', path) })
      return { role: 'assistant', content: [{ type: 'tool-call', id, name, arguments: text }] }
    }
    default:
      return readResult(item, path, context)
  }
}

const roles = ['user', 'assistant', 'system', 'developer'] as const

function readMessage(item: JsonObject, path: string, lost: LossList): NeutralMessage {
  const asked = requiredString(item, 'role', path)
  const role = roles.find((known) => known === asked)
  if (role === undefined) return refuse(fieldPath(path, 'role'), `one of ${roles.join(', ')}`)
  const content = readContent(item['content'], fieldPath(path, 'content'), lost)
  return { role: role === 'developer' ? 'system' : role, content }
}

function readResult(item: JsonObject, path: string, { lost, callIds }: Context): NeutralMessage {
  const callId = requiredName(item, 'call_id', path)
  if (!callIds.has(callId)) {
    return refuse(fieldPath(path, 'call_id'), 'the call_id of a function call before it')
  }
  const content = readContent(item['output'], fieldPath(path, 'output'), lost)
  return { role: 'tool', content: [{ type: 'tool-result', callId, content }] }
}

/** Reads a reasoning item; one that only names reasoning kept at the provider holds nothing. */
function readReasoning(item: JsonObject, path: string): ThinkingPart | undefined {
  const spoken = optionalArray(item, 'content', path)
  const summary = optionalArray(item, 'summary', path)
  const sealed = optionalString(item, 'encrypted_content', path)
  return readSealed(reasoningText(spoken, summary), sealed)
}

/** The words of a reasoning item: what was thought where it is told, otherwise its summary. */
export function reasoningText(
  content: JsonValue | readonly JsonValue[] | undefined,
  summary: JsonValue | readonly JsonValue[] | undefined,
): string {
  return textOf(content, '') || textOf(summary, summarySeparator)
}

/** Stands between the parts of a summary, which are paragraphs. */
export const summarySeparator = '\n\n'

function textOf(parts: JsonValue | readonly JsonValue[] | undefined, separator: string): string {
  const list = Array.isArray(parts) ? asArray(parts) : []
  return list.map((part) => asString(asObject(part)?.['text']) ?? '').join(separator)
}
