import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { PathTarget } from '../format.ts'
import type {
  NeutralMessage,
  NeutralPart,
  NeutralRequest,
  NeutralTool,
  ToolChoice,
} from '../neutral.ts'
import {
  createLossList,
  optionalString,
  pruned,
  refuse,
  requiredName,
  type LossList,
} from '../openai-chat/fields.ts'
import type { Trace } from '../trace.ts'
import { createCallBook } from './call-book.ts'
import { isSet, message, messageElement, optionalMessage, repeated } from './proto.ts'
import { readConfig } from './read-config.ts'
import { noteUnknownFields, readModelPart, readUserPart } from './read-parts.ts'
import type { PartPlace } from './read-parts.ts'
import { jsonSchemaOf } from './schema.ts'

/**
 * Reads the body of `generateContent`; model and streaming are said by the path, whatever the body says.
 * Throws `invalid_request` with the path of the fault, its fields in camel case.
 */
export function readRequest(body: JsonObject, target?: PathTarget, trace?: Trace): NeutralRequest {
  const lost = createLossList(trace)
  const asked = message(body)
  const messages = [...readSystem(asked, lost), ...readContents(asked, lost)]
  const stream = target?.stream ?? false
  const request = pruned<Omit<NeutralRequest, 'inexpressible'>>({
    model: target?.model ?? '',
    messages,
    stream,
    streamUsage: stream ? true : undefined,
    tools: readTools(asked, lost),
    toolChoice: readToolChoice(asked, lost),
    ...readConfig(optionalMessage(asked, 'generationConfig') ?? {}, lost),
  })
  lost.addUnknown(asked, knownFields, '')
  return { ...request, inexpressible: lost.paths }
}

const knownFields = new Set([
  'model',
  'stream',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
])

function readSystem(asked: JsonObject, lost: LossList): NeutralMessage[] {
  const instruction = optionalMessage(asked, 'systemInstruction')
  if (instruction === undefined) return []
  const path = 'systemInstruction.parts'
  const content = readParts(instruction, { path, lost, calls: createCallBook() }, readUserPart)
  return content.length === 0 ? [] : [lost.trace.note({ role: 'system', content }, path)]
}

function readContents(asked: JsonObject, lost: LossList): NeutralMessage[] {
  const contents = repeated(asked, 'contents')
  const calls = createCallBook()
  const messages: NeutralMessage[] = []
  for (const [index, element] of contents.entries()) {
    const path = `contents[${index}]`
    const content = messageElement(element, path)
    const at = { path: `${path}.parts`, lost, calls }
    if (readRole(content, path) === 'model') addModelTurn(messages, content, at)
    else messages.push(...readUserTurn(content, at))
  }
  if (messages.length === 0)
    return refuse('contents', 'an array of at least one content with parts')
  return messages
}

/** A content without a role is the user's; results of functions once had a role of their own. */
function readRole(content: JsonObject, path: string): 'user' | 'model' {
  const role = optionalString(content, 'role', path) ?? ''
  if (role === 'model') return 'model'
  if (role === 'user' || role === 'function' || role === '') return 'user'
  return refuse(`${path}.role`, 'user or model')
}

function readUserTurn(content: JsonObject, at: PartPlace): NeutralMessage[] {
  const parts = readParts(content, at, readUserPart)
  const results = parts.filter(({ type }) => type === 'tool-result')
  const others = parts.filter(({ type }) => type !== 'tool-result')
  const turns: NeutralMessage[] = [
    ...(results.length === 0 ? [] : [{ role: 'tool', content: results } as const]),
    ...(others.length === 0 ? [] : [{ role: 'user', content: others } as const]),
  ]
  return turns.map((turn) => at.lost.trace.note(turn, at.path))
}

/** Chats of the official clients keep each chunk of a stream as a content: they are one turn. */
function addModelTurn(messages: NeutralMessage[], content: JsonObject, at: PartPlace): void {
  const last = messages.at(-1)
  const isSameTurn = last?.role === 'assistant'
  const parts = [...(isSameTurn ? last.content : []), ...readParts(content, at, readModelPart)]
  if (parts.length === 0) return
  if (isSameTurn) messages.pop()
  const { trace } = at.lost
  const turn = { role: 'assistant', content: joinPieces(parts, trace) } as const
  messages.push(trace.note(isSameTurn ? trace.move(last, turn) : turn, at.path))
}

function readParts(
  content: JsonObject,
  at: PartPlace,
  read: (part: JsonObject, at: PartPlace) => readonly NeutralPart[],
): NeutralPart[] {
  return repeated(content, 'parts', at.path.slice(0, -'.parts'.length)).flatMap(
    (element, index) => {
      const place = { ...at, path: `${at.path}[${index}]` }
      const part = messageElement(element, place.path)
      const parts = read(part, place)
      if (parts.length > 0) noteUnknownFields(part, place)
      return parts.map((each) => at.lost.trace.note(each, place.path))
    },
  )
}

/** Joins pieces of text, and of thinking up to its signature, as a stream cut them. */
function joinPieces(parts: readonly NeutralPart[], trace: Trace): NeutralPart[] {
  const joined: NeutralPart[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    const isText = last?.type === 'text' && part.type === 'text'
    const isThought =
      last?.type === 'reasoning' && part.type === 'reasoning' && last.signature === undefined
    if (isText || isThought) {
      joined[joined.length - 1] = trace.move(last, { ...part, text: last.text + part.text })
    } else joined.push(part)
  }
  return joined
}

function readTools(asked: JsonObject, lost: LossList): NeutralTool[] | undefined {
  const tools = repeated(asked, 'tools').flatMap((element, index) => {
    const path = `tools[${index}]`
    const tool = messageElement(element, path)
    // Everything else in a tool runs at Google.
    for (const [key, value] of Object.entries(tool)) {
      if (key !== 'functionDeclarations' && value !== undefined && value !== null) {
        lost.addUnknown({ [key]: true }, new Set(), path)
      }
    }
    return repeated(tool, 'functionDeclarations', path).map((each, at) =>
      lost.trace.note(
        readDeclaration(each, `${path}.functionDeclarations[${at}]`, lost),
        `${path}.functionDeclarations[${at}]`,
      ),
    )
  })
  return tools.length === 0 ? undefined : tools
}

const declarationFields = new Set(['name', 'description', 'parameters', 'parametersJsonSchema'])

function readDeclaration(element: JsonValue, path: string, lost: LossList): NeutralTool {
  const declared = messageElement(element, path)
  const own = declared['parameters']
  const schema = declared['parametersJsonSchema']
  if (isSet(own) && isSet(schema)) return refuse(path, 'with one kind of parameters')
  for (const [key, value] of [
    ['parameters', own],
    ['parametersJsonSchema', schema],
  ] as const) {
    if (isSet(value) && !isObject(value)) return refuse(`${path}.${key}`, 'an object')
  }
  lost.addUnknown(declared, declarationFields, path)
  return pruned<NeutralTool>({
    name: requiredName(declared, 'name', path),
    description: optionalString(declared, 'description', path),
    parameters: isSet(schema) ? schema : isSet(own) ? jsonSchemaOf(own) : undefined,
  })
}

function readToolChoice(asked: JsonObject, lost: LossList): ToolChoice | undefined {
  const toolConfig = optionalMessage(asked, 'toolConfig')
  if (toolConfig === undefined) return undefined
  lost.addUnknown(toolConfig, new Set(['functionCallingConfig']), 'toolConfig')
  const config = optionalMessage(toolConfig, 'functionCallingConfig', 'toolConfig')
  if (config === undefined) return undefined
  const path = 'toolConfig.functionCallingConfig'
  lost.addUnknown(config, new Set(['mode', 'allowedFunctionNames']), path)
  const names = repeated(config, 'allowedFunctionNames', path)
  const [only] = names
  const mode = (optionalString(config, 'mode', path) ?? '').toUpperCase()
  if (mode === 'ANY' && names.length === 1 && typeof only === 'string') {
    return { type: 'tool', name: only }
  }
  // Which of several functions may be called cannot be said elsewhere.
  if (names.length > 0) lost.add(`${path}.allowedFunctionNames`)
  switch (mode) {
    case '':
    case 'MODE_UNSPECIFIED':
      return undefined
    case 'AUTO':
    case 'VALIDATED':
      return { type: 'auto' }
    case 'ANY':
      return { type: 'required' }
    case 'NONE':
      return { type: 'none' }
    default:
      return refuse(`${path}.mode`, 'AUTO, ANY, NONE or VALIDATED')
  }
}
