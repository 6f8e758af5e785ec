import type { JsonObject } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import type { NeutralRequest, ReasoningRequest } from '../neutral.ts'
import { ownSignature } from '../origin.ts'
import { invalidField, isAbsent, optionalObject, optionalString, requireString } from './fields.ts'
import type { Inexpressible } from './read-blocks.ts'

/** Output tokens a request gets that names no limit: Anthropic's format requires one. */
export const defaultMaxTokens = 4096

/** The least budget Anthropic accepts. */
const leastBudgetTokens = 1024

// With the default on top the largest stays under 32,000, the output limit of Claude Opus 4.
const budgetOfEffort: ReadonlyMap<string, number> = new Map([
  ['minimal', 1024],
  ['low', 2048],
  ['medium', 8192],
  ['high', 16_384],
  ['xhigh', 24_576],
  ['max', 24_576],
])

const wireEfforts: ReadonlySet<string> = new Set(['low', 'medium', 'high', 'xhigh', 'max'])

/** Reads `thinking` and `output_config.effort` as one wish. */
export function readReasoning(body: JsonObject, lost: Inexpressible): ReasoningRequest | undefined {
  const thinking = optionalObject(body['thinking'], 'thinking')
  const config = optionalObject(body['output_config'], 'output_config')
  const effort = optionalString(config?.['effort'], 'output_config.effort')
  const wished = effort === undefined ? undefined : { effort }
  if (thinking === undefined) return wished
  if (!isAbsent(thinking['display'])) lost.push('thinking.display')
  const type = requireString(thinking['type'], 'thinking.type')
  switch (type) {
    case 'enabled':
      return { ...wished, budgetTokens: readBudget(thinking) }
    case 'adaptive':
      return { ...wished, adaptive: true }
    case 'disabled':
      if (wished !== undefined) lost.push('output_config.effort')
      return { effort: 'none' }
    default:
      lost.push('thinking')
      return wished
  }
}

function readBudget(thinking: JsonObject): number {
  const budget = thinking['budget_tokens']
  if (typeof budget !== 'number' || !Number.isSafeInteger(budget) || budget < leastBudgetTokens) {
    const expected = `a whole number of at least ${leastBudgetTokens}`
    throw invalidField('thinking.budget_tokens', expected)
  }
  return budget
}

/** What a request asks of Anthropic about thinking, and the token limit that goes with it. */
export interface ThinkingPlan {
  readonly thinking?: JsonObject
  /** For `output_config.effort`. */
  readonly effort?: string
  readonly maxTokens: number
}

/**
 * Plans thinking within Anthropic's rules: a budget is at least 1,024 tokens and below `max_tokens`,
 * excludes forced tool calls, and wants signed reasoning in a tool turn under way. Where a caller's own
 * token limit leaves no room, the limit holds and the budget yields.
 */
export function planThinking(request: NeutralRequest, warn: Warn): ThinkingPlan {
  const { reasoning, model } = request
  if (reasoning === undefined) return { maxTokens: limitOf(request, warn) }
  if (reasoning.effort === 'none' && reasoning.budgetTokens === undefined) {
    return planNone(request, warn)
  }
  if (reasoning.adaptive === true || thinksAdaptively(model)) return planAdaptive(request, warn)
  const effort = writeEffort(reasoning.effort, warn)
  const wanted = reasoning.budgetTokens ?? budgetOfEffort.get(reasoning.effort ?? '')
  const budget = wanted === undefined ? undefined : Math.max(wanted, leastBudgetTokens)
  if (budget === undefined) return { maxTokens: limitOf(request, warn) }
  if (budget !== wanted) warn({ type: 'changed', field, detail: `raised to ${budget} tokens` })
  const stated = reasoning.budgetTokens === undefined || effort === undefined ? {} : { effort }
  return { ...planBudget(request, budget, warn), ...stated }
}

// The field as clients of other formats know it: a call between equal formats is not translated.
const field = 'reasoning_effort'

function planNone(request: NeutralRequest, warn: Warn): ThinkingPlan {
  const maxTokens = limitOf(request, warn)
  if (!alwaysThinks(request.model)) return { thinking: { type: 'disabled' }, maxTokens }
  warn({ type: 'changed', field, detail: 'this model always reasons, asked for low' })
  return { thinking: { type: 'adaptive' }, effort: 'low', maxTokens }
}

function planAdaptive(request: NeutralRequest, warn: Warn): ThinkingPlan {
  const wish = request.reasoning
  const effort = writeEffort(wish?.effort ?? effortOfBudget(wish?.budgetTokens), warn)
  if (wish?.budgetTokens !== undefined) {
    warn({ type: 'changed', field, detail: 'this model takes an effort, not a budget' })
  }
  const maxTokens = limitOf(request, warn)
  return { thinking: { type: 'adaptive' }, ...(effort !== undefined && { effort }), maxTokens }
}

function planBudget(request: NeutralRequest, budget: number, warn: Warn): ThinkingPlan {
  const { maxOutputTokens, toolChoice } = request
  if (toolChoice?.type === 'required' || toolChoice?.type === 'tool' || isInUnsignedTurn(request)) {
    warn({ type: 'dropped', field })
    return { maxTokens: limitOf(request, warn) }
  }
  if (maxOutputTokens === undefined) {
    const maxTokens = budget + defaultMaxTokens
    warn({ type: 'changed', field: 'max_tokens', detail: `set to ${maxTokens}` })
    return { thinking: { type: 'enabled', budget_tokens: budget }, maxTokens }
  }
  const fitting = maxOutputTokens > budget ? budget : fitBudget(maxOutputTokens)
  if (fitting >= maxOutputTokens) {
    warn({ type: 'dropped', field })
    return { maxTokens: maxOutputTokens }
  }
  if (fitting !== budget) warn({ type: 'changed', field, detail: `lowered to ${fitting} tokens` })
  return {
    thinking: { type: 'enabled', budget_tokens: fitting },
    maxTokens: maxOutputTokens,
  }
}

function fitBudget(maxTokens: number): number {
  return Math.max(leastBudgetTokens, Math.floor(maxTokens / 2))
}

/** Tells whether tool results answer a turn whose reasoning is missing: Anthropic refuses to think on. */
function isInUnsignedTurn(request: NeutralRequest): boolean {
  const turn = request.messages.findLast(({ role }) => role === 'assistant')
  if (turn === undefined) return false
  const calls = turn.content.some((part) => part.type === 'tool-call')
  const isSigned = turn.content.some(
    (part) =>
      part.type === 'redacted-reasoning' ||
      (part.type === 'reasoning' && ownSignature(part.signature, 'claude') !== undefined),
  )
  return calls && !isSigned
}

function limitOf(request: NeutralRequest, warn: Warn): number {
  if (request.maxOutputTokens !== undefined) return request.maxOutputTokens
  warn({ type: 'changed', field: 'max_tokens', detail: `set to ${defaultMaxTokens}` })
  return defaultMaxTokens
}

function writeEffort(effort: string | undefined, warn: Warn): string | undefined {
  if (effort === undefined || wireEfforts.has(effort)) return effort
  if (effort === 'minimal') return 'low'
  warn({ type: 'dropped', field })
  return undefined
}

function effortOfBudget(budget: number | undefined): string | undefined {
  if (budget === undefined) return undefined
  if (budget <= 2048) return 'low'
  return budget <= 8192 ? 'medium' : 'high'
}

/**
 * Tells whether a model takes adaptive thinking with an effort: Claude from version 4.6 on, which
 * deprecates or refuses budgets. Other models keep the budget.
 * https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
 */
function thinksAdaptively(model: string): boolean {
  if (alwaysThinks(model)) return true
  const match = claudeVersion.exec(model)
  if (match === null) return false
  const major = Number(match[1])
  return major > 4 || (major === 4 && Number(match[2] ?? 0) >= 6)
}

// `claude-opus-4-6`, `anthropic.claude-sonnet-5`; a date that follows the version is not its minor part.
const claudeVersion = /claude-(?:[a-z]{1,16}-)?(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?/

/** Models that refuse `thinking: disabled`. */
function alwaysThinks(model: string): boolean {
  return /claude-(?:fable|mythos)/.test(model)
}
