import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { PathTarget } from '../format.ts'
import type {
  NeutralRequest,
  NeutralTool,
  ReasoningRequest,
  ResponseShape,
  ToolChoice,
} from '../neutral.ts'
import { readCacheMark } from './content-reader.ts'
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
  type LossList,
} from './fields.ts'
import { readMessages } from './message-reader.ts'
import type { Trace } from '../trace.ts'

/** Reads a chat completions request. Throws `invalid_request` with the path of the fault. */
export function readRequest(body: JsonObject, _target?: PathTarget, trace?: Trace): NeutralRequest {
  const lost = createLossList(trace)
  const request = pruned<Omit<NeutralRequest, 'inexpressible'>>({
    model: requiredName(body, 'model'),
    messages: readMessages(body, lost),
    tools: readTools(body, lost),
    toolChoice: readToolChoice(body, lost),
    parallelToolCalls: optionalBoolean(body, 'parallel_tool_calls'),
    responseShape: readResponseShape(body, lost),
    maxOutputTokens:
      optionalInteger(body, 'max_completion_tokens', 1) ?? optionalInteger(body, 'max_tokens', 1),
    reasoning: readReasoningRequest(body, lost),
    userId: optionalString(body, 'safety_identifier') ?? optionalString(body, 'user'),
    topK: optionalInteger(body, 'top_k', 0),
    ...readSampling(body, lost),
  })
  checkCount(body, lost)
  lost.addUnknown(withoutDefaults(body), knownFields, '')
  return { ...request, inexpressible: lost.paths }
}

/** The request fields that chat completions and legacy completions have in common. */
export function readSampling(body: JsonObject, lost: LossList) {
  return pruned<
    Pick<
      NeutralRequest,
      | 'stream'
      | 'streamUsage'
      | 'temperature'
      | 'topP'
      | 'seed'
      | 'presencePenalty'
      | 'frequencyPenalty'
      | 'stopSequences'
    >
  >({
    stream: optionalBoolean(body, 'stream') ?? false,
    streamUsage: readStreamUsage(body, lost),
    temperature: optionalNumber(body, 'temperature'),
    topP: optionalNumber(body, 'top_p'),
    seed: optionalInteger(body, 'seed', -Infinity),
    presencePenalty: optionalNumber(body, 'presence_penalty'),
    frequencyPenalty: optionalNumber(body, 'frequency_penalty'),
    stopSequences: readStop(body),
  })
}

/** Checks `n`; more than one choice cannot be translated. */
export function checkCount(body: JsonObject, lost: LossList): void {
  const count = optionalInteger(body, 'n', 1)
  if (count !== undefined && count > 1) lost.add('n')
}

const knownFields = new Set([
  'model',
  'messages',
  'tools',
  'functions',
  'tool_choice',
  'function_call',
  'parallel_tool_calls',
  'response_format',
  'max_completion_tokens',
  'max_tokens',
  'reasoning_effort',
  'reasoning',
  'safety_identifier',
  'user',
  'top_k',
  'n',
  'stream',
  'stream_options',
  'temperature',
  'top_p',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'stop',
])

/** Values that say only what happens anyway: nothing is lost with them. */
const defaults: ReadonlyMap<string, string> = new Map([
  ['logprobs', 'false'],
  ['store', 'false'],
  ['modalities', '["text"]'],
  ['service_tier', '"auto"'],
  ['logit_bias', '{}'],
  ['metadata', '{}'],
  ['echo', 'false'],
  ['best_of', '1'],
  ['suffix', '""'],
])

/** Returns the body without fields that ask only for the default. */
export function withoutDefaults(body: JsonObject): JsonObject {
  const asked = Object.entries(body).filter(([key, value]) => {
    const byDefault = defaults.get(key)
    return byDefault === undefined || JSON.stringify(value) !== byDefault
  })
  return Object.fromEntries(asked)
}

function readStreamUsage(body: JsonObject, lost: LossList): boolean | undefined {
  const options = optionalObject(body, 'stream_options')
  if (options === undefined) return undefined
  // Obfuscation pads chunks against eavesdropping on their length; it says nothing to the model.
  lost.addUnknown(options, new Set(['include_usage', 'include_obfuscation']), 'stream_options')
  return optionalBoolean(options, 'include_usage', 'stream_options')
}

function readStop(body: JsonObject): string[] | undefined {
  const stop = body['stop']
  if (typeof stop === 'string') return [stop]
  if (stop === undefined || stop === null) return undefined
  if (!Array.isArray(stop)) return refuse('stop', 'a string or an array of strings')
  return stop.map((text, index) =>
    typeof text === 'string' ? text : refuse(`stop[${index}]`, 'a string'),
  )
}

function readTools(body: JsonObject, lost: LossList): NeutralTool[] | undefined {
  const tools = optionalArray(body, 'tools')
  const functions = optionalArray(body, 'functions')
  if (tools === undefined && functions === undefined) return undefined
  return [
    ...(tools ?? []).flatMap((element, index) => readTool(element, `tools[${index}]`, lost) ?? []),
    ...(functions ?? []).map((element, index) => {
      const path = `functions[${index}]`
      return readFunction(objectElement(element, path), path, lost)
    }),
  ]
}

function readTool(element: JsonValue, path: string, lost: LossList): NeutralTool | undefined {
  const tool = objectElement(element, path)
  if (requiredName(tool, 'type', path) !== 'function') {
    lost.add(path)
    return undefined
  }
  lost.addUnknown(tool, new Set(['type', 'function', 'cache_control']), path)
  const described = readFunction(requiredObject(tool, 'function', path), `${path}.function`, lost)
  const cacheMark = readCacheMark(tool, path, lost)
  return lost.trace.note(cacheMark === undefined ? described : { ...described, cacheMark }, path)
}

const knownFunctionFields = new Set([
  'name',
  'description',
  'parameters',
  'strict',
  'cache_control',
])

function readFunction(described: JsonObject, path: string, lost: LossList): NeutralTool {
  lost.addUnknown(described, knownFunctionFields, path)
  return pruned<NeutralTool>({
    name: requiredName(described, 'name', path),
    description: optionalString(described, 'description', path),
    parameters: optionalObject(described, 'parameters', path),
    strict: optionalBoolean(described, 'strict', path),
    cacheMark: readCacheMark(described, path, lost),
  })
}

function readToolChoice(body: JsonObject, lost: LossList): ToolChoice | undefined {
  const choice = body['tool_choice']
  if (choice === undefined || choice === null) return readFunctionChoice(body)
  if (typeof choice === 'string') return readChoiceWord(choice, 'tool_choice')
  if (!isObject(choice)) return refuse('tool_choice', 'a string or an object')
  switch (requiredName(choice, 'type', 'tool_choice')) {
    case 'function': {
      const called = requiredObject(choice, 'function', 'tool_choice')
      return { type: 'tool', name: requiredName(called, 'name', 'tool_choice.function') }
    }
    case 'allowed_tools': {
      // The mode can be kept, the choice among the tools cannot.
      lost.add('tool_choice.allowed_tools')
      const allowed = requiredObject(choice, 'allowed_tools', 'tool_choice')
      const mode = optionalString(allowed, 'mode', 'tool_choice.allowed_tools') ?? 'auto'
      return readChoiceWord(mode, 'tool_choice.allowed_tools.mode')
    }
    case 'custom':
      lost.add('tool_choice')
      return undefined
    default:
      return refuse('tool_choice.type', 'function, allowed_tools or custom')
  }
}

function readFunctionChoice(body: JsonObject): ToolChoice | undefined {
  const choice = body['function_call']
  if (choice === undefined || choice === null) return undefined
  if (typeof choice === 'string') return readChoiceWord(choice, 'function_call')
  if (!isObject(choice)) return refuse('function_call', 'a string or an object')
  return { type: 'tool', name: requiredName(choice, 'name', 'function_call') }
}

function readChoiceWord(word: string, path: string): ToolChoice {
  switch (word) {
    case 'auto':
    case 'none':
    case 'required':
      return { type: word }
    case 'any': // Mistral's word for it.
      return { type: 'required' }
    default:
      return refuse(path, 'auto, none or required')
  }
}

function readResponseShape(body: JsonObject, lost: LossList): ResponseShape | undefined {
  const format = optionalObject(body, 'response_format')
  if (format === undefined) return undefined
  switch (requiredName(format, 'type', 'response_format')) {
    case 'text':
      return { type: 'text' }
    case 'json_object':
      return { type: 'json' }
    case 'json_schema': {
      const path = fieldPath('response_format', 'json_schema')
      const described = requiredObject(format, 'json_schema', 'response_format')
      return pruned<Extract<ResponseShape, { type: 'json-schema' }>>({
        type: 'json-schema',
        schema: optionalObject(described, 'schema', path) ?? {},
        name: optionalString(described, 'name', path),
        description: optionalString(described, 'description', path),
        strict: optionalBoolean(described, 'strict', path),
      })
    }
    default: // Servers add their own, such as vLLM's `structural_tag`.
      lost.add('response_format')
      return undefined
  }
}

/** Reads `reasoning_effort` and OpenRouter's `reasoning`. */
function readReasoningRequest(body: JsonObject, lost: LossList): ReasoningRequest | undefined {
  const detailed = optionalObject(body, 'reasoning')
  if (detailed !== undefined) {
    lost.addUnknown(detailed, new Set(['effort', 'max_tokens']), 'reasoning')
  }
  const budget = detailed === undefined ? undefined : detailed['max_tokens']
  if (
    budget !== undefined &&
    budget !== null &&
    !(Number.isInteger(budget) && Number(budget) > 0)
  ) {
    return refuse('reasoning.max_tokens', 'a whole number of at least 1')
  }
  const effort =
    optionalString(body, 'reasoning_effort') ??
    (detailed && optionalString(detailed, 'effort', 'reasoning'))
  const reasoning = pruned<ReasoningRequest>({
    effort,
    budgetTokens: typeof budget === 'number' ? budget : undefined,
  })
  return Object.keys(reasoning).length === 0 ? undefined : reasoning
}
