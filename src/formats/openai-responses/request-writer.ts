import type { JsonObject } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import type { NeutralRequest, ReasoningRequest, ResponseShape } from '../neutral.ts'
import { isOpenAiReasoningModel } from '../openai-chat/model-traits.ts'
import { writeInput } from './input-writer.ts'

/**
 * Writes the body of `POST /v1/responses`; what it cannot say is reported to `warn`. Nothing is stored at
 * the provider: whoever asked in another format could not name it.
 */
export function writeRequest(request: NeutralRequest, warn: Warn): JsonObject {
  const { model } = request
  warnOfAlienFields(request, warn)
  const isReasoning = isOpenAiReasoningModel(model)
  return {
    model,
    input: writeInput(request.messages, warn),
    ...writeTools(request, warn),
    text: request.responseShape && { format: writeFormat(request.responseShape) },
    max_output_tokens: request.maxOutputTokens,
    reasoning: writeReasoning(request.reasoning, isReasoning, warn),
    // Without it reasoning could not be sent back; other models refuse the field.
    include: isReasoning ? ['reasoning.encrypted_content'] : undefined,
    temperature: request.temperature,
    top_p: request.topP,
    user: request.userId,
    stream: request.stream ? true : undefined,
    store: false,
  }
}

function writeTools(request: NeutralRequest, warn: Warn): JsonObject {
  const { tools = [], toolChoice } = request
  if (tools.length === 0) {
    const isDemand = toolChoice?.type === 'required' || toolChoice?.type === 'tool'
    if (isDemand) warn({ type: 'dropped', field: 'tool_choice' })
    return {}
  }
  return {
    tools: tools.map(({ cacheMark, name, description, parameters, strict }, index) => {
      if (cacheMark !== undefined) {
        warn({ type: 'dropped', field: `tools[${index}].cache_control` })
      }
      // Here a tool is strict unless it says otherwise; everywhere else it is not.
      return {
        type: 'function',
        name,
        description,
        parameters: parameters ?? { type: 'object', properties: {} },
        strict: strict ?? false,
      }
    }),
    tool_choice:
      toolChoice?.type === 'tool' ? { type: 'function', name: toolChoice.name } : toolChoice?.type,
    parallel_tool_calls: request.parallelToolCalls,
  }
}

function writeFormat(shape: ResponseShape): JsonObject {
  switch (shape.type) {
    case 'text':
      return { type: 'text' }
    case 'json':
      return { type: 'json_object' }
    case 'json-schema': {
      const { name = 'response', description, schema, strict } = shape
      return { type: 'json_schema', name, description, schema, strict }
    }
    default:
      return shape satisfies never
  }
}

/** Writes how much to think; a budget becomes the effort nearest to it. */
function writeReasoning(
  reasoning: ReasoningRequest | undefined,
  isReasoningModel: boolean,
  warn: Warn,
): JsonObject | undefined {
  const { effort, budgetTokens } = reasoning ?? {}
  if (effort === 'max') {
    warn({ type: 'changed', field: 'effort', detail: 'sent as xhigh' })
    return { effort: 'xhigh' }
  }
  if (effort !== undefined) return { effort }
  if (budgetTokens === undefined) return undefined
  if (!isReasoningModel) {
    warn({ type: 'dropped', field: 'thinking.budget_tokens' })
    return undefined
  }
  const nearest = nearestEffort(budgetTokens)
  warn({ type: 'changed', field: 'thinking.budget_tokens', detail: `sent as effort ${nearest}` })
  return { effort: nearest }
}

/** No vendor publishes budgets of efforts; these bounds are ours, as in chat completions. */
function nearestEffort(budgetTokens: number): string {
  if (budgetTokens <= 2048) return 'low'
  return budgetTokens <= 8192 ? 'medium' : 'high'
}

function warnOfAlienFields(request: NeutralRequest, warn: Warn): void {
  const set = {
    top_k: request.topK !== undefined,
    seed: request.seed !== undefined,
    presence_penalty: (request.presencePenalty ?? 0) !== 0,
    frequency_penalty: (request.frequencyPenalty ?? 0) !== 0,
    stop: (request.stopSequences ?? []).length > 0,
  }
  for (const [field, isSet] of Object.entries(set)) {
    if (isSet) warn({ type: 'dropped', field })
  }
}
