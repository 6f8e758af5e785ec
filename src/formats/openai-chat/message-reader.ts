import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { NeutralMessage, NeutralPart, ToolCallPart } from '../neutral.ts'
import { readCacheMark, readContent } from './content-reader.ts'
import {
  fieldPath,
  objectElement,
  optionalArray,
  optionalObject,
  optionalString,
  refuse,
  requiredName,
  requiredObject,
  requiredString,
  type LossList,
} from './fields.ts'
import { readReasoning } from './reasoning.ts'

const roles = ['system', 'developer', 'user', 'assistant', 'tool', 'function'] as const
const roleList = roles.join(', ')

const knownFields: Readonly<Record<(typeof roles)[number], ReadonlySet<string>>> = {
  system: new Set(['role', 'content', 'name', 'cache_control']),
  developer: new Set(['role', 'content', 'name', 'cache_control']),
  user: new Set(['role', 'content', 'name', 'cache_control']),
  assistant: new Set([
    'role',
    'content',
    'name',
    'cache_control',
    'refusal',
    'tool_calls',
    'function_call',
    'reasoning_content',
    'reasoning',
    'reasoning_details',
  ]),
  // `name` of a tool message repeats the name of the call.
  tool: new Set(['role', 'content', 'name', 'cache_control', 'tool_call_id']),
  function: new Set(['role', 'content', 'name', 'cache_control']),
}

/** Reads `messages`. Throws `invalid_request` with the path of the fault. */
export function readMessages(body: JsonObject, lost: LossList): NeutralMessage[] {
  const messages = optionalArray(body, 'messages')
  if (messages === undefined || messages.length === 0) {
    return refuse('messages', 'an array with at least one message')
  }
  /** Ids given to legacy function calls, by function name: their results name only the function. */
  const legacyIds = new Map<string, string>()
  return messages.map((element, index) => {
    const path = `messages[${index}]`
    return lost.trace.note(
      readMessage(objectElement(element, path), path, { lost, legacyIds }),
      path,
    )
  })
}

interface Context {
  readonly lost: LossList
  readonly legacyIds: Map<string, string>
}

function readMessage(message: JsonObject, path: string, context: Context): NeutralMessage {
  const asked = requiredString(message, 'role', path)
  const role = roles.find((known) => known === asked)
  if (role === undefined) return refuse(fieldPath(path, 'role'), `one of ${roleList}`)
  context.lost.addUnknown(message, knownFields[role], path)
  if (role === 'tool') {
    return toolMessage(requiredName(message, 'tool_call_id', path), message, path, context)
  }
  if (role === 'function') {
    return toolMessage(readLegacyId(message, path, context), message, path, context)
  }
  const name = optionalString(message, 'name', path)
  const content =
    role === 'assistant'
      ? readAssistant(message, path, context)
      : requiredContent(message, path, context)
  return {
    role: role === 'developer' ? 'system' : role,
    content,
    ...(name === undefined ? {} : { name }),
  }
}

function readLegacyId(message: JsonObject, path: string, { legacyIds }: Context): string {
  return (
    legacyIds.get(requiredName(message, 'name', path)) ??
    refuse(fieldPath(path, 'name'), 'the name of an earlier function_call')
  )
}

function requiredContent(message: JsonObject, path: string, context: Context): NeutralPart[] {
  const content = message['content']
  if (content === undefined || content === null) {
    return refuse(fieldPath(path, 'content'), 'a string or an array of content parts')
  }
  return markedContent(content, message, path, context)
}

/** Reads content; a mark on the whole message (LiteLLM) goes to its last part. */
function markedContent(
  content: JsonValue,
  message: JsonObject,
  path: string,
  { lost }: Context,
): NeutralPart[] {
  const parts = readContent(content, fieldPath(path, 'content'), lost)
  const cacheMark = readCacheMark(message, path, lost)
  const last = parts.at(-1)
  if (cacheMark === undefined || last === undefined) return parts
  if (last.type === 'text' || last.type === 'image' || last.type === 'document') {
    return [...parts.slice(0, -1), lost.trace.move(last, { cacheMark, ...last })]
  }
  lost.add(fieldPath(path, 'cache_control'))
  return parts
}

function toolMessage(
  callId: string,
  message: JsonObject,
  path: string,
  context: Context,
): NeutralMessage {
  const { lost } = context
  // Legacy function results may be null; a tool that returns nothing is no fault of the caller.
  const content = readContent(message['content'] ?? '', fieldPath(path, 'content'), lost)
  const cacheMark = readCacheMark(message, path, lost)
  const result = { type: 'tool-result', callId, content } as const
  const marked = cacheMark === undefined ? result : { ...result, cacheMark }
  return { role: 'tool', content: [lost.trace.note(marked, path)] }
}

function readAssistant(message: JsonObject, path: string, context: Context): NeutralPart[] {
  const refusal = optionalString(message, 'refusal', path)
  const { trace } = context.lost
  const thoughtField =
    message['reasoning_details'] === undefined ? 'reasoning_content' : 'reasoning_details'
  return [
    ...readReasoning(message).map((part) => trace.note(part, fieldPath(path, thoughtField))),
    ...markedContent(message['content'] ?? '', message, path, context),
    ...(refusal
      ? [trace.note({ type: 'refusal', text: refusal } as const, fieldPath(path, 'refusal'))]
      : []),
    ...readToolCalls(message, path, context.lost),
    ...readFunctionCall(message, path, context),
  ]
}

function readToolCalls(message: JsonObject, path: string, lost: LossList): ToolCallPart[] {
  const calls = optionalArray(message, 'tool_calls', path) ?? []
  return calls.map((element, index) => {
    const callPath = `${path}.tool_calls[${index}]`
    const call = objectElement(element, callPath)
    const type = optionalString(call, 'type', callPath) ?? 'function'
    const id = requiredName(call, 'id', callPath)
    if (type === 'custom') {
      return lost.trace.note(readCustomCall(call, id, { path: callPath, lost }), callPath)
    }
    if (type !== 'function') return refuse(fieldPath(callPath, 'type'), 'function or custom')
    const called = requiredObject(call, 'function', callPath)
    const calledPath = fieldPath(callPath, 'function')
    const part: ToolCallPart = {
      type: 'tool-call',
      id,
      name: requiredName(called, 'name', calledPath),
      arguments: requiredString(called, 'arguments', calledPath),
    }
    return lost.trace.note(part, callPath)
  })
}

/** A call of a free-text tool becomes a call with one argument, so that its result keeps its call. */
function readCustomCall(
  call: JsonObject,
  id: string,
  { path, lost }: { readonly path: string; readonly lost: LossList },
): ToolCallPart {
  lost.add(fieldPath(path, 'custom'))
  const custom = requiredObject(call, 'custom', path)
  const customPath = fieldPath(path, 'custom')
  return {
    type: 'tool-call',
    id,
    name: requiredName(custom, 'name', customPath),
    arguments: JSON.stringify({ input: requiredString(custom, 'input', customPath) }),
  }
}

/** Reads the deprecated `function_call`, which has no id: it gets one made of its position. */
function readFunctionCall(message: JsonObject, path: string, context: Context): ToolCallPart[] {
  const call = optionalObject(message, 'function_call', path)
  if (call === undefined) return []
  const callPath = fieldPath(path, 'function_call')
  const name = requiredName(call, 'name', callPath)
  const id = `call_legacy_${path.replaceAll(/\D/g, '')}`
  context.legacyIds.set(name, id)
  const args = requiredString(call, 'arguments', callPath)
  const part: ToolCallPart = { type: 'tool-call', id, name, arguments: args }
  return [context.lost.trace.note(part, callPath)]
}
