import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import type { NeutralMessage, NeutralRequest, NeutralTool, ToolChoice } from '../neutral.ts'
import { planThinking } from './reasoning.ts'
import { shorten, writeBlocks, writeCacheMark } from './write-blocks.ts'

/**
 * Writes the body of `POST /v1/messages`. What Anthropic cannot express is warned about; arguments of a
 * tool call in the history that are no JSON object throw `invalid_request`.
 */
export function writeRequest(request: NeutralRequest, warn: Warn): JsonObject {
  const plan = planThinking(request, warn)
  const { system, messages } = writeConversation(request.messages, warn)
  const format = writeResponseShape(request, warn)
  const outputConfig = {
    ...(plan.effort !== undefined && { effort: plan.effort }),
    ...(format !== undefined && { format }),
  }
  const isThinking = plan.thinking !== undefined && plan.thinking['type'] !== 'disabled'
  warnOfAlienFields(request, warn)
  return {
    model: request.model,
    max_tokens: plan.maxTokens,
    ...(system.length > 0 && { system: shorten(system) }),
    messages: [...messages],
    ...writeTools(request, warn),
    ...writeSampling(request, isThinking, warn),
    ...(plan.thinking !== undefined && { thinking: plan.thinking }),
    ...(Object.keys(outputConfig).length > 0 && { output_config: outputConfig }),
    ...(request.userId !== undefined && { metadata: { user_id: request.userId } }),
    ...(request.stream && { stream: true }),
  }
}

interface Turn {
  readonly role: 'user' | 'assistant'
  readonly blocks: JsonObject[]
}

interface Conversation {
  readonly system: readonly JsonObject[]
  readonly messages: readonly JsonObject[]
}

/**
 * Writes the turns: system messages move to the top, neighbours of one side become one turn, and in a
 * user turn the tool results come first, as Anthropic wants all results of a turn's calls together.
 */
function writeConversation(messages: readonly NeutralMessage[], warn: Warn): Conversation {
  const system: JsonObject[] = []
  const turns: Turn[] = []
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`
    if (message.name !== undefined) warn({ type: 'dropped', field: `${path}.name` })
    const blocks = writeBlocks(message, path, warn)
    if (blocks.length === 0) continue
    if (message.role === 'system') {
      if (turns.length > 0) warn({ type: 'changed', field: path, detail: 'moved to the top' })
      system.push(...blocks)
      continue
    }
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const last = turns.at(-1)
    if (last?.role === role) last.blocks.push(...blocks)
    else turns.push({ role, blocks: [...blocks] })
  }
  trimPrefill(turns, warn)
  if (turns.length === 0 && system.length > 0) {
    warn({ type: 'changed', field: 'messages', detail: 'sent as a user message' })
    turns.push({ role: 'user', blocks: system.splice(0) })
  }
  return { system, messages: turns.map(writeTurn) }
}

function writeTurn({ role, blocks }: Turn): JsonObject {
  const results = blocks.filter((block) => block['type'] === 'tool_result')
  const others = blocks.filter((block) => block['type'] !== 'tool_result')
  return { role, content: shorten(results.length === 0 ? blocks : [...results, ...others]) }
}

/** Cuts white space from the end of an answer's given beginning, which Anthropic refuses there. */
function trimPrefill(turns: readonly Turn[], warn: Warn): void {
  const turn = turns.at(-1)
  const block = turn?.blocks.at(-1)
  const text = block?.['text']
  if (turn?.role !== 'assistant' || typeof text !== 'string' || !/\s$/.test(text)) return
  turn.blocks.splice(-1, 1, { ...block, text: text.trimEnd() })
  warn({ type: 'changed', field: 'messages', detail: 'white space at the end was cut' })
}

function writeTools(request: NeutralRequest, warn: Warn): JsonObject {
  const { tools = [], toolChoice, parallelToolCalls } = request
  if (tools.length === 0) {
    const isForced = toolChoice?.type === 'required' || toolChoice?.type === 'tool'
    if (isForced) warn({ type: 'dropped', field: 'tool_choice' })
    return {}
  }
  const choice =
    toolChoice ?? (parallelToolCalls === false ? ({ type: 'auto' } as const) : undefined)
  return {
    tools: tools.map(writeTool),
    ...(choice !== undefined && { tool_choice: writeToolChoice(choice, parallelToolCalls) }),
  }
}

function writeTool(tool: NeutralTool): JsonObject {
  return {
    name: tool.name,
    ...(tool.description !== undefined && { description: tool.description }),
    input_schema: inputSchemaOf(tool.parameters),
    ...(tool.strict !== undefined && { strict: tool.strict }),
    ...writeCacheMark(tool.cacheMark),
  }
}

/** Returns a schema as Anthropic wants it: an object whose type is said. */
function inputSchemaOf(parameters: JsonValue | undefined): JsonObject {
  if (!isObject(parameters)) return { type: 'object', properties: {} }
  return parameters['type'] === undefined ? { type: 'object', ...parameters } : parameters
}

function writeToolChoice(choice: ToolChoice, parallel: boolean | undefined): JsonObject {
  const limit = parallel === undefined ? {} : { disable_parallel_tool_use: !parallel }
  switch (choice.type) {
    case 'auto':
      return { type: 'auto', ...limit }
    case 'required':
      return { type: 'any', ...limit }
    case 'tool':
      return { type: 'tool', name: choice.name, ...limit }
    case 'none':
      return { type: 'none' }
    default:
      return choice satisfies never
  }
}

/** Writes temperature, `top_p`, `top_k` and stop sequences within the rules of Claude's models. */
export function writeSampling(
  request: NeutralRequest,
  isThinking: boolean,
  warn: Warn,
): JsonObject {
  return {
    ...writeTemperature(request, isThinking, warn),
    ...writeTopK(request, isThinking, warn),
    ...writeStopSequences(request, warn),
  }
}

/**
 * Writes `temperature` and `top_p`. Newer models take only one of them, so one that stands at its
 * default beside the other is left out; thinking takes neither below what Anthropic allows with it.
 */
function writeTemperature(request: NeutralRequest, isThinking: boolean, warn: Warn): JsonObject {
  const { topP } = request
  const temperature =
    request.temperature === undefined ? undefined : Math.min(1, request.temperature)
  if (isThinking) {
    if (temperature !== undefined && temperature !== 1) {
      warn({ type: 'dropped', field: 'temperature' })
    }
    const isTooLow = topP !== undefined && topP < 0.95
    if (isTooLow) warn({ type: 'dropped', field: 'top_p' })
    return topP === undefined || isTooLow ? {} : { top_p: topP }
  }
  if (temperature !== request.temperature) {
    warn({ type: 'changed', field: 'temperature', detail: 'lowered to 1' })
  }
  const isTopPNeeded = topP !== undefined && (topP !== 1 || temperature === undefined)
  const isTemperatureNeeded = temperature !== undefined && (temperature !== 1 || !isTopPNeeded)
  return {
    ...(isTemperatureNeeded && { temperature }),
    ...(isTopPNeeded && { top_p: topP }),
  }
}

function writeTopK(request: NeutralRequest, isThinking: boolean, warn: Warn): JsonObject {
  if (request.topK === undefined) return {}
  if (!isThinking) return { top_k: request.topK }
  warn({ type: 'dropped', field: 'top_k' })
  return {}
}

function writeStopSequences(request: NeutralRequest, warn: Warn): JsonObject {
  const accepted = (request.stopSequences ?? []).filter((sequence, index) => {
    if (sequence.trim() !== '') return true
    // Anthropic refuses stop sequences of white space only.
    warn({ type: 'dropped', field: `stop[${index}]` })
    return false
  })
  return accepted.length === 0 ? {} : { stop_sequences: accepted }
}

function writeResponseShape(request: NeutralRequest, warn: Warn): JsonObject | undefined {
  const { responseShape } = request
  if (responseShape === undefined || responseShape.type === 'text') return undefined
  if (responseShape.type === 'json') {
    // Without a schema there is no way to ask for JSON.
    warn({ type: 'dropped', field: 'response_format' })
    return undefined
  }
  if (responseShape.description !== undefined) {
    warn({ type: 'dropped', field: 'response_format.json_schema.description' })
  }
  return { type: 'json_schema', schema: responseShape.schema }
}

function warnOfAlienFields(request: NeutralRequest, warn: Warn): void {
  if (request.seed !== undefined) warn({ type: 'dropped', field: 'seed' })
  const penalties = [
    ['presence_penalty', request.presencePenalty],
    ['frequency_penalty', request.frequencyPenalty],
  ] as const
  for (const [field, value] of penalties) {
    if (value !== undefined && value !== 0) warn({ type: 'dropped', field })
  }
}
