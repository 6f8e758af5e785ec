import type { JsonObject } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import type { NeutralRequest, NeutralTool, ReasoningRequest, ResponseShape } from '../neutral.ts'
import { writeCacheMark, writeMessages } from './message-writer.ts'
import { isOpenAiReasoningModel } from './model-traits.ts'

/** Writes a chat completions request; what it cannot say is reported to `warn`. */
export function writeRequest(request: NeutralRequest, warn: Warn): JsonObject {
  const { model } = request
  if (request.topK !== undefined) warn({ type: 'dropped', field: 'top_k' })
  return {
    model,
    messages: writeMessages(request.messages, { model, warn }),
    ...writeTools(request, warn),
    response_format: request.responseShape && writeResponseShape(request.responseShape),
    ...writeLimit(request),
    reasoning_effort: writeEffort(request.reasoning, model, warn),
    user: request.userId,
    ...writeSampling(request),
  }
}

/** The request fields that chat completions and legacy completions have in common. */
export function writeSampling(request: NeutralRequest): JsonObject {
  return {
    stream: request.stream ? true : undefined,
    stream_options:
      request.stream && request.streamUsage === true ? { include_usage: true } : undefined,
    temperature: request.temperature,
    top_p: request.topP,
    seed: request.seed,
    presence_penalty: request.presencePenalty,
    frequency_penalty: request.frequencyPenalty,
    stop: request.stopSequences?.length ? [...request.stopSequences] : undefined,
  }
}

function writeLimit({ model, maxOutputTokens }: NeutralRequest): JsonObject {
  return isOpenAiReasoningModel(model)
    ? { max_completion_tokens: maxOutputTokens }
    : { max_tokens: maxOutputTokens }
}

function writeTools(request: NeutralRequest, warn: Warn): JsonObject {
  const { tools = [], toolChoice, model } = request
  if (tools.length === 0) {
    // A choice without tools is refused; only a demand for a call says something then.
    const isDemand = toolChoice?.type === 'required' || toolChoice?.type === 'tool'
    if (isDemand) warn({ type: 'dropped', field: 'tool_choice' })
    return {}
  }
  return {
    tools: tools.map((tool, index) => writeTool(tool, { model, path: `tools[${index}]`, warn })),
    tool_choice:
      toolChoice?.type === 'tool'
        ? { type: 'function', function: { name: toolChoice.name } }
        : toolChoice?.type,
    parallel_tool_calls: request.parallelToolCalls,
  }
}

function writeTool(
  tool: NeutralTool,
  at: { readonly model: string; readonly path: string; readonly warn: Warn },
): JsonObject {
  const { name, description, parameters, strict } = tool
  return {
    type: 'function',
    function: { name, description, parameters, strict },
    ...writeCacheMark(tool, at),
  }
}

function writeResponseShape(shape: ResponseShape): JsonObject {
  switch (shape.type) {
    case 'text':
      return { type: 'text' }
    case 'json':
      return { type: 'json_object' }
    case 'json-schema': {
      const { name = 'response', description, schema, strict } = shape
      return { type: 'json_schema', json_schema: { name, description, schema, strict } }
    }
    default:
      return shape satisfies never
  }
}

/**
 * Writes how much to think. A budget becomes the effort nearest to it where the model is known to take
 * an effort; other models refuse the field, so there it is dropped. Adaptive thinking is the default.
 */
function writeEffort(
  reasoning: ReasoningRequest | undefined,
  model: string,
  warn: Warn,
): string | undefined {
  const { effort, budgetTokens } = reasoning ?? {}
  if (effort === 'max') {
    warn({ type: 'changed', field: 'effort', detail: 'sent as xhigh' })
    return 'xhigh'
  }
  if (effort !== undefined || budgetTokens === undefined) return effort
  if (!isOpenAiReasoningModel(model)) {
    warn({ type: 'dropped', field: 'thinking.budget_tokens' })
    return undefined
  }
  const nearest = nearestEffort(budgetTokens)
  warn({ type: 'changed', field: 'thinking.budget_tokens', detail: `sent as effort ${nearest}` })
  return nearest
}

/** No vendor publishes budgets of efforts; these bounds are ours. */
function nearestEffort(budgetTokens: number): string {
  if (budgetTokens <= 2048) return 'low'
  return budgetTokens <= 8192 ? 'medium' : 'high'
}
