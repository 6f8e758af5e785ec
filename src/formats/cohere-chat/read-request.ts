import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type {
  NeutralRequest,
  NeutralTool,
  ReasoningRequest,
  ResponseShape,
  ToolChoice,
} from '../neutral.ts'
import {
  createLossList,
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
  type LossList,
} from '../openai-chat/fields.ts'
import { readMessages } from './read-messages.ts'

/** Reads the body of `POST /v2/chat`. Throws `invalid_request` with the path of the fault. */
export function readRequest(body: JsonObject): NeutralRequest {
  const lost = createLossList()
  const request = pruned<Omit<NeutralRequest, 'inexpressible'>>({
    model: requiredName(body, 'model'),
    messages: readMessages(body, lost),
    stream: optionalBoolean(body, 'stream') ?? false,
    tools: readTools(body),
    toolChoice: readToolChoice(body),
    parallelToolCalls: undefined,
    responseShape: readResponseShape(body),
    reasoning: readThinking(body),
    maxOutputTokens: optionalInteger(body, 'max_tokens', 1),
    temperature: optionalNumber(body, 'temperature'),
    topP: optionalNumber(body, 'p'),
    topK: optionalInteger(body, 'k', 0),
    seed: optionalInteger(body, 'seed', 0),
    presencePenalty: optionalNumber(body, 'presence_penalty'),
    frequencyPenalty: optionalNumber(body, 'frequency_penalty'),
    stopSequences: readStopSequences(body),
  })
  addLosses(body, lost)
  return { ...request, inexpressible: lost.paths }
}

const knownFields = new Set([
  'model',
  'messages',
  'documents',
  'stream',
  'tools',
  'strict_tools',
  'tool_choice',
  'response_format',
  'thinking',
  'max_tokens',
  'temperature',
  'p',
  'k',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'stop_sequences',
])

/** Values that say only what happens anyway: nothing is lost with them. */
function addLosses(body: JsonObject, lost: LossList): void {
  const { logprobs, safety_mode: safety, priority, citation_options: options, ...rest } = body
  lost.addUnknown(rest, knownFields, '')
  if (logprobs === true) lost.add('logprobs')
  if (safety !== undefined && safety !== 'CONTEXTUAL') lost.add('safety_mode')
  if (priority !== undefined && priority !== 0) lost.add('priority')
  const mode = isObject(options) ? options['mode'] : undefined
  if (mode !== undefined && mode !== 'OFF' && mode !== 'DISABLED') lost.add('citation_options')
}

function readTools(body: JsonObject): NeutralTool[] | undefined {
  const strict = optionalBoolean(body, 'strict_tools')
  return optionalArray(body, 'tools')?.map((element, index) => {
    const path = `tools[${index}]`
    const described = requiredObject(objectElement(element, path), 'function', path)
    return pruned<NeutralTool>({
      name: requiredName(described, 'name', `${path}.function`),
      description: optionalString(described, 'description', `${path}.function`),
      parameters: optionalObject(described, 'parameters', `${path}.function`),
      strict: strict === true ? true : undefined,
    })
  })
}

function readToolChoice(body: JsonObject): ToolChoice | undefined {
  const choice = optionalString(body, 'tool_choice')
  if (choice === undefined) return undefined
  if (choice === 'REQUIRED') return { type: 'required' }
  return choice === 'NONE' ? { type: 'none' } : refuse('tool_choice', 'REQUIRED or NONE')
}

function readResponseShape(body: JsonObject): ResponseShape | undefined {
  const format = optionalObject(body, 'response_format')
  if (format === undefined) return undefined
  const type = requiredName(format, 'type', 'response_format')
  if (type === 'text') return { type }
  if (type !== 'json_object') return refuse('response_format.type', 'text or json_object')
  const schema =
    optionalObject(format, 'json_schema', 'response_format') ??
    optionalObject(format, 'schema', 'response_format')
  return schema === undefined ? { type: 'json' } : { type: 'json-schema', schema }
}

function readThinking(body: JsonObject): ReasoningRequest | undefined {
  const thinking = optionalObject(body, 'thinking')
  if (thinking === undefined) return undefined
  const type = requiredName(thinking, 'type', 'thinking')
  if (type === 'disabled') return { effort: 'none' }
  if (type !== 'enabled') return refuse('thinking.type', 'enabled or disabled')
  const budget = thinking['token_budget'] ?? undefined
  if (budget === undefined) return { adaptive: true }
  return isCount(budget)
    ? { budgetTokens: budget }
    : refuse('thinking.token_budget', 'a whole number of at least 1')
}

function isCount(value: JsonValue): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1
}

function readStopSequences(body: JsonObject): string[] | undefined {
  return optionalArray(body, 'stop_sequences')?.map((text, index) =>
    typeof text === 'string' ? text : refuse(`stop_sequences[${index}]`, 'a string'),
  )
}
