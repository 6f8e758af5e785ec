import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { PathTarget } from '../format.ts'
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
  type LossList,
} from '../openai-chat/fields.ts'
import type { Trace } from '../trace.ts'
import { readInput } from './input-reader.ts'

/** Reads the body of `POST /v1/responses`. Throws `invalid_request` with the path of the fault. */
export function readRequest(body: JsonObject, _target?: PathTarget, trace?: Trace): NeutralRequest {
  const lost = createLossList(trace)
  const stream = optionalBoolean(body, 'stream') ?? false
  const request = pruned<Omit<NeutralRequest, 'inexpressible'>>({
    model: requiredName(body, 'model'),
    messages: readInput(body, lost),
    stream,
    // The last event of every stream holds the usage.
    streamUsage: stream ? true : undefined,
    tools: readTools(body, lost),
    toolChoice: readToolChoice(body, lost),
    parallelToolCalls: optionalBoolean(body, 'parallel_tool_calls'),
    responseShape: readText(body, lost),
    maxOutputTokens: optionalInteger(body, 'max_output_tokens', 1),
    temperature: optionalNumber(body, 'temperature'),
    topP: optionalNumber(body, 'top_p'),
    reasoning: readReasoningRequest(body, lost),
    userId: optionalString(body, 'safety_identifier') ?? optionalString(body, 'user'),
  })
  optionalObject(body, 'stream_options')
  readInclude(body, lost)
  lost.addUnknown(withoutDefaults(body), knownFields, '')
  return { ...request, inexpressible: lost.paths }
}

const knownFields = new Set([
  'model',
  'input',
  'instructions',
  'stream',
  // Obfuscation pads events against eavesdropping on their length; it says nothing to the model.
  'stream_options',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'text',
  'max_output_tokens',
  'temperature',
  'top_p',
  'reasoning',
  'include',
  'safety_identifier',
  'user',
  // Whether the answer can be named later is for the gateway to see to, not for the model.
  'store',
])

/** Values that say only what happens anyway: nothing is lost with them. */
const defaults: ReadonlyMap<string, string> = new Map([
  ['background', 'false'],
  ['metadata', '{}'],
  ['service_tier', '"auto"'],
  ['top_logprobs', '0'],
  ['truncation', '"disabled"'],
])

function withoutDefaults(body: JsonObject): JsonObject {
  const asked = Object.entries(body).filter(([key, value]) => {
    const byDefault = defaults.get(key)
    return byDefault === undefined || JSON.stringify(value) !== byDefault
  })
  return Object.fromEntries(asked)
}

const toolFields = new Set(['type', 'name', 'description', 'parameters', 'strict'])

function readTools(body: JsonObject, lost: LossList): NeutralTool[] | undefined {
  return optionalArray(body, 'tools')?.flatMap((element, index) => {
    const path = `tools[${index}]`
    const tool = objectElement(element, path)
    // Anything else runs at OpenAI or is trained into its models.
    if (requiredName(tool, 'type', path) !== 'function') {
      lost.add(path)
      return []
    }
    lost.addUnknown(tool, toolFields, path)
    const read = pruned<NeutralTool>({
      name: requiredName(tool, 'name', path),
      description: optionalString(tool, 'description', path),
      parameters: optionalObject(tool, 'parameters', path),
      strict: optionalBoolean(tool, 'strict', path),
    })
    return lost.trace.note(read, path)
  })
}

function readToolChoice(body: JsonObject, lost: LossList): ToolChoice | undefined {
  const choice = body['tool_choice']
  if (choice === undefined || choice === null) return undefined
  if (typeof choice === 'string') return readChoiceWord(choice, 'tool_choice')
  if (!isObject(choice)) return refuse('tool_choice', 'a string or an object')
  switch (requiredName(choice, 'type', 'tool_choice')) {
    case 'function':
      return { type: 'tool', name: requiredName(choice, 'name', 'tool_choice') }
    case 'allowed_tools': {
      // The mode can be kept, the choice among the tools cannot.
      lost.add('tool_choice.tools')
      const mode = optionalString(choice, 'mode', 'tool_choice') ?? 'auto'
      return readChoiceWord(mode, 'tool_choice.mode')
    }
    default:
      lost.add('tool_choice')
      return undefined
  }
}

function readChoiceWord(word: string, path: string): ToolChoice {
  switch (word) {
    case 'auto':
    case 'none':
    case 'required':
      return { type: word }
    default:
      return refuse(path, 'auto, none or required')
  }
}

/** Reads the shape of the answer from `text.format`. */
function readText(body: JsonObject, lost: LossList): ResponseShape | undefined {
  const text = optionalObject(body, 'text')
  if (text === undefined) return undefined
  const isUsual = text['verbosity'] === 'medium'
  lost.addUnknown(text, new Set(isUsual ? ['format', 'verbosity'] : ['format']), 'text')
  const format = optionalObject(text, 'format', 'text')
  return format && readFormat(format, lost)
}

function readFormat(format: JsonObject, lost: LossList): ResponseShape | undefined {
  const path = 'text.format'
  switch (requiredName(format, 'type', path)) {
    case 'text':
      return { type: 'text' }
    case 'json_object':
      return { type: 'json' }
    case 'json_schema':
      return pruned<Extract<ResponseShape, { type: 'json-schema' }>>({
        type: 'json-schema',
        schema: optionalObject(format, 'schema', path) ?? refuse(`${path}.schema`, 'an object'),
        name: optionalString(format, 'name', path),
        description: optionalString(format, 'description', path),
        strict: optionalBoolean(format, 'strict', path),
      })
    default:
      lost.add(path)
      return undefined
  }
}

/** Whatever reasoning a provider tells is handed on: the wish for a summary is met by that. */
const reasoningFields = new Set(['effort', 'summary', 'generate_summary'])

function readReasoningRequest(body: JsonObject, lost: LossList): ReasoningRequest | undefined {
  const reasoning = optionalObject(body, 'reasoning')
  if (reasoning === undefined) return undefined
  lost.addUnknown(reasoning, reasoningFields, 'reasoning')
  const effort = optionalString(reasoning, 'effort', 'reasoning')
  return effort === undefined ? undefined : { effort }
}

/** Proof of the origin of reasoning is part of every answer; nothing else can be included. */
function readInclude(body: JsonObject, lost: LossList): void {
  optionalArray(body, 'include')?.forEach((wish: JsonValue, index) => {
    const path = `include[${index}]`
    if (typeof wish !== 'string') refuse(path, 'a string')
    if (wish !== 'reasoning.encrypted_content') lost.add(path)
  })
}
