import type { JsonObject } from '../../core/json.ts'
import { planThinking } from '../anthropic-messages/reasoning.ts'
import { writeSampling } from '../anthropic-messages/write-request.ts'
import type { Warn, Warning } from '../format.ts'
import type { NeutralRequest, ToolChoice } from '../neutral.ts'
import { familyOf } from './family.ts'

/** What a request says differently for the models of each maker. */
export interface ModelFields {
  readonly inferenceConfig: JsonObject
  /** For `additionalModelRequestFields`. */
  readonly additional: JsonObject
  /** For `additionalModelResponseFieldPaths`. */
  readonly responsePaths: readonly string[]
  /** For `outputConfig.effort`. */
  readonly effort?: string
  /** The choice of tools stands among the additional fields. */
  readonly hasToolChoice: boolean
}

/** Writes sampling, limits, reasoning and the limit to one tool call as the model's maker has it. */
export function writeModelFields(request: NeutralRequest, warn: Warn): ModelFields {
  return familyOf(request.model) === 'claude'
    ? writeClaudeFields(request, warn)
    : writeOtherFields(request, warn)
}

/**
 * Claude behind Converse takes what Anthropic's own API takes, within the same rules.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html
 */
function writeClaudeFields(request: NeutralRequest, warn: Warn): ModelFields {
  const { maxOutputTokens, stopSequences = [] } = request
  // Converse has a limit of its own where none is given: there is nothing to warn about.
  const quietly = (warning: Warning): void => {
    if (warning.field !== 'max_tokens') warn(warning)
  }
  const plan = planThinking(request, quietly)
  const isThinking = plan.thinking !== undefined && plan.thinking['type'] !== 'disabled'
  const sampling = writeSampling(request, isThinking, warn)
  const topK = sampling['top_k']
  const toolChoice = limitedChoice(request)
  return {
    inferenceConfig: {
      ...(maxOutputTokens !== undefined && { maxTokens: maxOutputTokens }),
      ...renamed(sampling, 'temperature', 'temperature'),
      ...renamed(sampling, 'top_p', 'topP'),
      ...renamed(sampling, 'stop_sequences', 'stopSequences'),
    },
    additional: {
      ...(topK !== undefined && { top_k: topK }),
      ...(plan.thinking !== undefined && { thinking: plan.thinking }),
      ...(toolChoice !== undefined && { tool_choice: toolChoice }),
    },
    responsePaths: stopSequences.length > 0 ? ['/stop_sequence'] : [],
    ...(plan.effort !== undefined && { effort: plan.effort }),
    hasToolChoice: toolChoice !== undefined,
  }
}

function renamed(from: JsonObject, name: string, wireName: string): JsonObject {
  const value = from[name]
  return value === undefined ? {} : { [wireName]: value }
}

/** Converse's own choice cannot ask for one call at a time; Anthropic's can. */
function limitedChoice(request: NeutralRequest): JsonObject | undefined {
  const { tools = [], toolChoice, parallelToolCalls } = request
  if (parallelToolCalls !== false || tools.length === 0 || toolChoice?.type === 'none') {
    return undefined
  }
  return { ...claudeChoice(toolChoice), disable_parallel_tool_use: true }
}

function claudeChoice(choice: ToolChoice | undefined): JsonObject {
  if (choice?.type === 'tool') return { type: 'tool', name: choice.name }
  return { type: choice?.type === 'required' ? 'any' : 'auto' }
}

function writeOtherFields(request: NeutralRequest, warn: Warn): ModelFields {
  const { maxOutputTokens, topP } = request
  if (request.parallelToolCalls === false && (request.tools ?? []).length > 0) {
    warn({ type: 'dropped', field: 'parallel_tool_calls' })
  }
  const stops = (request.stopSequences ?? []).filter((sequence) => sequence !== '')
  const temperature = clampTemperature(request.temperature, warn)
  return {
    inferenceConfig: {
      ...(maxOutputTokens !== undefined && { maxTokens: maxOutputTokens }),
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { topP }),
      ...(stops.length > 0 && { stopSequences: stops }),
    },
    additional: { ...writeTopK(request, warn), ...writeReasoning(request, warn) },
    responsePaths: [],
    hasToolChoice: false,
  }
}

function clampTemperature(temperature: number | undefined, warn: Warn): number | undefined {
  if (temperature === undefined || temperature <= 1) return temperature
  warn({ type: 'changed', field: 'temperature', detail: 'lowered to 1' })
  return 1
}

function writeTopK({ topK, model }: NeutralRequest, warn: Warn): JsonObject {
  if (topK === undefined) return {}
  if (familyOf(model) === 'nova') return { inferenceConfig: { topK } }
  warn({ type: 'dropped', field: 'top_k' })
  return {}
}

const levels: Readonly<Record<string, string>> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
}

/** Writes the wish to reason for models that take one as an effort; others reason as they always do. */
function writeReasoning({ reasoning, model }: NeutralRequest, warn: Warn): JsonObject {
  if (reasoning === undefined) return {}
  const { effort, budgetTokens } = reasoning
  const level = levels[effort ?? levelOfBudget(budgetTokens)]
  const isNova = /nova-2/i.test(model)
  if (level !== undefined && budgetTokens !== undefined) {
    warn({ type: 'changed', field, detail: 'this model takes an effort, not a budget' })
  }
  if (level !== undefined && familyOf(model) === 'gpt') return { reasoning_effort: level }
  if (level !== undefined && isNova) {
    return { reasoningConfig: { type: 'enabled', maxReasoningEffort: level } }
  }
  if (effort === 'none' && isNova) return { reasoningConfig: { type: 'disabled' } }
  // A model that does not reason does what was asked.
  if (effort !== 'none') warn({ type: 'dropped', field })
  return {}
}

const field = 'reasoning_effort'

function levelOfBudget(budget: number | undefined): string {
  if (budget === undefined) return 'medium'
  if (budget <= 2048) return 'low'
  return budget <= 8192 ? 'medium' : 'high'
}
