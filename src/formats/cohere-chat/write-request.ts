import { GatewayError } from '../../core/errors.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import type { NeutralRequest, NeutralTool, ReasoningRequest } from '../neutral.ts'
import { writeConversation } from './write-messages.ts'

/**
 * Writes the body of `POST /v2/chat`; what Cohere cannot express is reported to `warn`. A demand for a tool
 * that is not offered throws `invalid_request`.
 */
export function writeRequest(request: NeutralRequest, warn: Warn): JsonObject {
  const tools = writeTools(request, warn)
  const format = writeResponseShape(request, warn)
  // Cohere takes documents neither with tools nor with a shape of the answer.
  const takesDocuments = Object.keys(tools).length === 0 && format === undefined
  const { messages, documents } = writeConversation(request.messages, { takesDocuments, warn })
  const mayCite = documents.length > 0 || Object.keys(tools).length > 0
  if (request.userId !== undefined) warn({ type: 'dropped', field: 'user' })
  return {
    model: request.model,
    messages: [...messages],
    ...tools,
    ...(documents.length > 0 && { documents: [...documents] }),
    // The neutral form has no place for citations: asking for none costs less and loses nothing in silence.
    ...(mayCite && { citation_options: { mode: 'OFF' } }),
    ...(format !== undefined && { response_format: format }),
    ...writeThinking(request.reasoning, warn),
    ...(request.maxOutputTokens !== undefined && { max_tokens: request.maxOutputTokens }),
    ...writeSampling(request, warn),
    stream: request.stream,
  }
}

/** A tool that must be called is the only one offered: Cohere can demand a call, but not name it. */
function writeTools(request: NeutralRequest, warn: Warn): JsonObject {
  const { tools = [], toolChoice, parallelToolCalls } = request
  const isDemand = toolChoice?.type === 'required' || toolChoice?.type === 'tool'
  if (tools.length === 0) {
    if (isDemand) warn({ type: 'dropped', field: 'tool_choice' })
    return {}
  }
  if (parallelToolCalls === false) warn({ type: 'dropped', field: 'parallel_tool_calls' })
  const named = toolChoice?.type === 'tool' ? toolChoice.name : undefined
  const offered = named === undefined ? tools : tools.filter(({ name }) => name === named)
  if (offered.length === 0) {
    throw new GatewayError('invalid_request', 'tool_choice must name one of the tools.', {
      param: 'tool_choice',
    })
  }
  if (offered.length < tools.length) {
    warn({ type: 'changed', field: 'tools', detail: 'only the tool to be called is offered' })
  }
  return {
    tools: offered.map((tool, index) => writeTool(tool, index, warn)),
    ...writeStrictness(offered, warn),
    ...(isDemand && { tool_choice: 'REQUIRED' }),
    ...(toolChoice?.type === 'none' && { tool_choice: 'NONE' }),
  }
}

function writeTool(tool: NeutralTool, index: number, warn: Warn): JsonObject {
  if (tool.cacheMark !== undefined) {
    warn({ type: 'dropped', field: `tools[${index}].cache_control` })
  }
  const { name, description, parameters } = tool
  return {
    type: 'function',
    function: {
      name,
      ...(description !== undefined && { description }),
      parameters: isObject(parameters) ? parameters : { type: 'object', properties: {} },
    },
  }
}

/** Strictness holds for all tools or for none. */
function writeStrictness(tools: readonly NeutralTool[], warn: Warn): JsonObject {
  const strict = tools.filter((tool) => tool.strict === true).length
  if (strict === 0) return {}
  if (strict < tools.length) {
    warn({ type: 'changed', field: 'tools', detail: 'all tools are strict' })
  }
  return { strict_tools: true }
}

function writeResponseShape(request: NeutralRequest, warn: Warn): JsonObject | undefined {
  const { responseShape: shape, tools = [] } = request
  if (shape === undefined || shape.type === 'text') return undefined
  if (tools.length > 0) {
    // Refused together with tools.
    warn({ type: 'dropped', field: 'response_format' })
    return undefined
  }
  if (shape.type === 'json') return { type: 'json_object' }
  if (shape.description !== undefined) {
    warn({ type: 'dropped', field: 'response_format.json_schema.description' })
  }
  return { type: 'json_object', ...(isObject(shape.schema) && { json_schema: shape.schema }) }
}

// Cohere knows budgets only, and none for as much as the model likes. These bounds are ours.
const budgetOfEffort: ReadonlyMap<string, number> = new Map([
  ['minimal', 1024],
  ['low', 2048],
  ['medium', 8192],
])

function writeThinking(reasoning: ReasoningRequest | undefined, warn: Warn): JsonObject {
  if (reasoning === undefined) return {}
  const { effort, budgetTokens } = reasoning
  if (effort === 'none' && budgetTokens === undefined) return { thinking: { type: 'disabled' } }
  const budget = budgetTokens ?? budgetOfEffort.get(effort ?? '')
  if (effort !== undefined && budgetTokens === undefined) {
    const detail = budget === undefined ? 'sent as no limit' : `sent as ${budget} tokens`
    warn({ type: 'changed', field: 'reasoning_effort', detail })
  }
  return {
    thinking: { type: 'enabled', ...(budget !== undefined && { token_budget: budget }) },
  }
}

function writeSampling(request: NeutralRequest, warn: Warn): JsonObject {
  const seed = request.seed !== undefined && request.seed < 0 ? undefined : request.seed
  if (seed !== request.seed) warn({ type: 'dropped', field: 'seed' })
  return {
    ...within('temperature', request.temperature, {
      field: 'temperature',
      least: 0,
      most: 1,
      warn,
    }),
    ...within('p', request.topP, { field: 'top_p', least: 0.01, most: 0.99, warn }),
    ...within('k', request.topK, { field: 'top_k', least: 0, most: 500, warn }),
    ...writePenalties(request, warn),
    ...(seed !== undefined && { seed }),
    ...writeStopSequences(request, warn),
  }
}

/** Cohere punishes repetition only: what rewards it is dropped. */
function writePenalties(request: NeutralRequest, warn: Warn): JsonObject {
  const penalties = [
    ['presence_penalty', request.presencePenalty],
    ['frequency_penalty', request.frequencyPenalty],
  ] as const
  const written = penalties.map(([field, value]) => {
    if (value !== undefined && value > 0) {
      return within(field, value, { field, least: 0, most: 1, warn })
    }
    if (value !== undefined && value < 0) warn({ type: 'dropped', field })
    return {}
  })
  return Object.assign({}, ...written)
}

interface Bounds {
  /** Name of the field in the caller's words. */
  readonly field: string
  readonly least: number
  readonly most: number
  readonly warn: Warn
}

/** Writes a number within the bounds that Cohere accepts. */
function within(name: string, value: number | undefined, bounds: Bounds): JsonObject {
  if (value === undefined) return {}
  const fitting = Math.min(bounds.most, Math.max(bounds.least, value))
  if (fitting !== value) {
    const detail = `${fitting < value ? 'lowered' : 'raised'} to ${fitting}`
    bounds.warn({ type: 'changed', field: bounds.field, detail })
  }
  return { [name]: fitting }
}

const maxStopSequences = 5

function writeStopSequences({ stopSequences = [] }: NeutralRequest, warn: Warn): JsonObject {
  if (stopSequences.length === 0) return {}
  for (let index = maxStopSequences; index < stopSequences.length; index++) {
    warn({ type: 'dropped', field: `stop[${index}]` })
  }
  return { stop_sequences: stopSequences.slice(0, maxStopSequences) }
}
