import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { DocumentPart, NeutralMessage, NeutralPart, ToolCallPart } from '../neutral.ts'
import {
  fieldPath,
  objectElement,
  optionalArray,
  optionalString,
  refuse,
  requiredName,
  requiredObject,
  requiredString,
  type LossList,
} from '../openai-chat/fields.ts'
import { readUrlSource } from '../openai-chat/media.ts'

/** Reads `messages`; `documents` become part of the last message of the user. */
export function readMessages(body: JsonObject, lost: LossList): NeutralMessage[] {
  const elements = optionalArray(body, 'messages') ?? []
  if (elements.length === 0) refuse('messages', 'an array with at least one message')
  const messages = elements.map((element, index) => {
    const path = `messages[${index}]`
    return readMessage(objectElement(element, path), path, lost)
  })
  const documents = (optionalArray(body, 'documents') ?? []).map((element, index) =>
    readDocument(element, `documents[${index}]`, lost),
  )
  if (documents.length === 0) return messages
  const last = messages.findLastIndex(({ role }) => role === 'user')
  if (last < 0) refuse('documents', 'absent where no message is of the user')
  return messages.map((message, index) =>
    index === last ? { ...message, content: [...message.content, ...documents] } : message,
  )
}

function readMessage(message: JsonObject, path: string, lost: LossList): NeutralMessage {
  const role = requiredString(message, 'role', path)
  const contentPath = fieldPath(path, 'content')
  switch (role) {
    case 'system':
    case 'user': {
      lost.addUnknown(message, new Set(['role', 'content']), path)
      return { role, content: readParts(message['content'], contentPath, partsOf[role]) }
    }
    case 'assistant':
      lost.addUnknown(message, assistantFields, path)
      return { role, content: readAssistant(message, path) }
    case 'tool': {
      lost.addUnknown(message, new Set(['role', 'content', 'tool_call_id']), path)
      const callId = requiredName(message, 'tool_call_id', path)
      const read: ReadPart = (part, at) => readResultPart(part, at, lost)
      const content = readParts(message['content'] ?? '', contentPath, read)
      return { role, content: [{ type: 'tool-result', callId, content }] }
    }
    default:
      return refuse(fieldPath(path, 'role'), 'system, user, assistant or tool')
  }
}

const assistantFields = new Set(['role', 'content', 'tool_plan', 'tool_calls'])

/** Reads one part of a content. Throws `invalid_request` for a part that has no place there. */
type ReadPart = (part: JsonObject, path: string) => NeutralPart

const partsOf: Readonly<Record<'system' | 'user', ReadPart>> = {
  system: (part, path) => readText(part, path) ?? refuse(fieldPath(path, 'type'), 'text'),
  user: (part, path) =>
    readText(part, path) ??
    readImage(part, path) ??
    refuse(fieldPath(path, 'type'), 'text or image_url'),
}

function readParts(
  value: JsonValue | undefined,
  path: string,
  read: ReadPart,
): readonly NeutralPart[] {
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }]
  if (!Array.isArray(value)) return refuse(path, 'a string or an array of parts')
  return value.map((element, index) => {
    const at = `${path}[${index}]`
    return read(objectElement(element, at), at)
  })
}

function readText(part: JsonObject, path: string): NeutralPart | undefined {
  if (part['type'] !== 'text') return undefined
  return { type: 'text', text: requiredString(part, 'text', path) }
}

function readImage(part: JsonObject, path: string): NeutralPart | undefined {
  if (part['type'] !== 'image_url') return undefined
  const image = requiredObject(part, 'image_url', path)
  const imagePath = fieldPath(path, 'image_url')
  const source = readUrlSource(requiredName(image, 'url', imagePath), `${imagePath}.url`)
  const detail = optionalString(image, 'detail', imagePath)
  return { type: 'image', source, ...(detail === undefined ? {} : { detail }) }
}

function readAssistant(message: JsonObject, path: string): NeutralPart[] {
  const plan = optionalString(message, 'tool_plan', path) ?? ''
  const content = readParts(message['content'] ?? '', fieldPath(path, 'content'), readSaid)
  return [
    ...content,
    ...(plan === '' ? [] : [{ type: 'text', text: plan } as const]),
    ...readCalls(message, path),
  ]
}

function readSaid(part: JsonObject, path: string): NeutralPart {
  const text = readText(part, path)
  if (text !== undefined) return text
  if (part['type'] !== 'thinking') return refuse(fieldPath(path, 'type'), 'text or thinking')
  return { type: 'reasoning', text: requiredString(part, 'thinking', path) }
}

function readCalls(message: JsonObject, path: string): ToolCallPart[] {
  return (optionalArray(message, 'tool_calls', path) ?? []).map((element, index) => {
    const at = `${path}.tool_calls[${index}]`
    const call = objectElement(element, at)
    const called = requiredObject(call, 'function', at)
    return {
      type: 'tool-call',
      id: requiredName(call, 'id', at),
      name: requiredName(called, 'name', `${at}.function`),
      arguments: requiredString(called, 'arguments', `${at}.function`),
    }
  })
}

function readResultPart(part: JsonObject, path: string, lost: LossList): NeutralPart {
  const text = readText(part, path)
  if (text !== undefined) return text
  if (part['type'] !== 'document') return refuse(fieldPath(path, 'type'), 'text or document')
  return readDocument(part['document'] ?? null, fieldPath(path, 'document'), lost)
}

/** Members of a document that say what it says, the most usual first. */
const textMembers = ['text', 'snippet', 'content'] as const

/** Reads a document: its text where it has one, otherwise all of its data as JSON. */
function readDocument(value: JsonValue, path: string, lost: LossList): DocumentPart {
  if (typeof value === 'string') return { type: 'document', source: { type: 'text', text: value } }
  const document = objectElement(value, path)
  if (document['id'] !== undefined) lost.add(`${path}.id`)
  const data = requiredObject(document, 'data', path)
  const { title } = data
  const member = textMembers.find((name) => typeof data[name] === 'string')
  const others = Object.keys(data).filter((key) => key !== member && key !== 'title')
  const said = member === undefined ? undefined : data[member]
  const text = typeof said === 'string' && others.length === 0 ? said : JSON.stringify(data)
  const isTitled = typeof title === 'string' && text === said
  return {
    type: 'document',
    source: { type: 'text', text },
    ...(isTitled ? { title } : {}),
  }
}
