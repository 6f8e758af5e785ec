import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type {
  NeutralMessage,
  NeutralPart,
  NeutralRequest,
  NeutralTool,
  ReasoningRequest,
  ResponseShape,
  ToolCallPart,
} from '../neutral.ts'
import {
  createLossList,
  fieldPath,
  objectElement,
  optionalArray,
  optionalBoolean,
  optionalInteger,
  optionalNumber,
  optionalObject,
  optionalString,
  pruned,
  refuse,
  requiredName,
  requiredObject,
  requiredString,
  type LossList,
} from '../openai-chat/fields.ts'
import { WaitingCalls } from '../waiting-calls.ts'

/** Reads the body of `POST /api/chat`. Throws `invalid_request` with the path of the fault. */
export function readRequest(body: JsonObject): NeutralRequest {
  const lost = createLossList()
  lost.addUnknown(body, knownFields, '')
  const options = optionalObject(body, 'options') ?? {}
  lost.addUnknown(options, knownOptions, 'options')
  const limit = options['num_predict']
  const request = pruned<Omit<NeutralRequest, 'inexpressible'>>({
    model: requiredName(body, 'model'),
    messages: readMessages(body, lost),
    stream: optionalBoolean(body, 'stream') ?? false,
    streamUsage: true,
    tools: readTools(body),
    responseShape: readFormat(body['format']),
    reasoning: readThink(body['think']),
    // Negative numbers mean as much as the model likes.
    maxOutputTokens:
      typeof limit === 'number' && limit < 1 ? undefined : integerIn(options, 'num_predict'),
    temperature: optionalNumber(options, 'temperature', 'options'),
    topP: optionalNumber(options, 'top_p', 'options'),
    topK: integerIn(options, 'top_k'),
    seed: optionalInteger(options, 'seed', -Infinity),
    presencePenalty: optionalNumber(options, 'presence_penalty', 'options'),
    frequencyPenalty: optionalNumber(options, 'frequency_penalty', 'options'),
    stopSequences: readStop(options['stop']),
  })
  return { ...request, inexpressible: lost.paths }
}

// How long a model stays loaded is a matter of the server.
const knownFields = new Set([
  'model',
  'messages',
  'stream',
  'tools',
  'format',
  'think',
  'options',
  'keep_alive',
])
const knownOptions = new Set([
  'num_predict',
  'temperature',
  'top_p',
  'top_k',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'stop',
])

function integerIn(options: JsonObject, key: string): number | undefined {
  return optionalInteger(options, key, 0)
}

function readMessages(body: JsonObject, lost: LossList): NeutralMessage[] {
  const elements = optionalArray(body, 'messages') ?? []
  if (elements.length === 0) refuse('messages', 'an array with at least one message')
  /** Calls that wait for their results: Ollama's have no ids, results come in the order of the calls. */
  const open = new WaitingCalls()
  return elements.map((element, index) => {
    const path = `messages[${index}]`
    const message = objectElement(element, path)
    lost.addUnknown(message, messageFields, path)
    const role = requiredString(message, 'role', path)
    const text = optionalString(message, 'content', path) ?? ''
    const said: NeutralPart[] = text === '' ? [] : [{ type: 'text', text }]
    switch (role) {
      case 'system':
        return { role, content: said }
      case 'user':
        return { role, content: [...said, ...readImages(message, path)] }
      case 'assistant': {
        const calls = readCalls(message, { path, index })
        for (const { id, name } of calls) open.add(id, name)
        return { role, content: [...readThinking(message, path), ...said, ...calls] }
      }
      case 'tool': {
        const callId = takeCall(open, message, path)
        return { role, content: [{ type: 'tool-result', callId, content: said }] }
      }
      default:
        return refuse(fieldPath(path, 'role'), 'system, user, assistant or tool')
    }
  })
}

const messageFields = new Set([
  'role',
  'content',
  'thinking',
  'images',
  'tool_calls',
  'tool_name',
  'tool_call_id',
])

/** Finds the call that a result belongs to: by its id or its name, otherwise the one that waits longest. */
function takeCall(open: WaitingCalls, message: JsonObject, path: string): string {
  const id = optionalString(message, 'tool_call_id', path)
  const name = optionalString(message, 'tool_name', path)
  const named =
    (id === undefined ? undefined : open.takeById(id)) ??
    (name === undefined ? undefined : open.takeByName(name))
  return named ?? open.takeAny() ?? refuse(path, 'the result of an earlier call')
}

function readThinking(message: JsonObject, path: string): NeutralPart[] {
  const text = optionalString(message, 'thinking', path) ?? ''
  return text === '' ? [] : [{ type: 'reasoning', text }]
}

function readImages(message: JsonObject, path: string): NeutralPart[] {
  return (optionalArray(message, 'images', path) ?? []).map((image, index) => {
    if (typeof image !== 'string' || image === '') {
      return refuse(`${path}.images[${index}]`, 'an image in base64')
    }
    return { type: 'image', source: { type: 'base64', mediaType: mediaTypeOf(image), data: image } }
  })
}

/** Tells an image by its first bytes, which are the first characters of its base64. */
function mediaTypeOf(base64: string): string {
  const known = [
    ['/9j/', 'image/jpeg'],
    ['R0lGOD', 'image/gif'],
    ['UklGR', 'image/webp'],
  ] as const
  return known.find(([start]) => base64.startsWith(start))?.[1] ?? 'image/png'
}

function readCalls(
  message: JsonObject,
  { path, index }: { readonly path: string; readonly index: number },
): ToolCallPart[] {
  return (optionalArray(message, 'tool_calls', path) ?? []).map((element, position) => {
    const at = `${path}.tool_calls[${position}]`
    const call = objectElement(element, at)
    const called = requiredObject(call, 'function', at)
    return {
      type: 'tool-call',
      id: optionalString(call, 'id', at) || `call_${index}_${position}`,
      name: requiredName(called, 'name', `${at}.function`),
      arguments: JSON.stringify(optionalObject(called, 'arguments', `${at}.function`) ?? {}),
    }
  })
}

function readTools(body: JsonObject): NeutralTool[] | undefined {
  return optionalArray(body, 'tools')?.map((element, index) => {
    const path = `tools[${index}]`
    const described = requiredObject(objectElement(element, path), 'function', path)
    return pruned<NeutralTool>({
      name: requiredName(described, 'name', `${path}.function`),
      description: optionalString(described, 'description', `${path}.function`),
      parameters: optionalObject(described, 'parameters', `${path}.function`),
    })
  })
}

function readFormat(format: JsonValue | undefined): ResponseShape | undefined {
  if (format === undefined || format === null || format === '') return undefined
  if (format === 'json') return { type: 'json' }
  return isObject(format)
    ? { type: 'json-schema', schema: format }
    : refuse('format', 'json or a JSON schema')
}

function readThink(think: JsonValue | undefined): ReasoningRequest | undefined {
  if (think === undefined || think === null) return undefined
  if (think === false) return { effort: 'none' }
  if (think === true) return { effort: 'medium' }
  return think === 'low' || think === 'medium' || think === 'high'
    ? { effort: think }
    : refuse('think', 'true, false, low, medium or high')
}

function readStop(stop: JsonValue | undefined): string[] | undefined {
  if (stop === undefined || stop === null) return undefined
  const list = Array.isArray(stop) ? stop : [stop]
  return list.map((text, index) =>
    typeof text === 'string' ? text : refuse(`options.stop[${index}]`, 'a string'),
  )
}
