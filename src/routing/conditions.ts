import type { Question } from '../core/call.ts'
import type { Condition } from '../core/condition.ts'
import { matchesAny } from '../core/patterns.ts'

/** Estimates the tokens of a text. */
export type EstimateTokens = (text: string) => number

/** Tells whether a question is as a condition wants it. */
export function matches(
  condition: Condition,
  question: Question,
  estimateTokens: EstimateTokens,
): boolean {
  const { principal, call, labels = [] } = question
  return (
    hasAny(condition.departments, principal.department) &&
    hasAny(condition.tenants, principal.tenant) &&
    hasAny(condition.products, principal.product) &&
    hasAny(condition.groups, ...principal.groups) &&
    hasAny(condition.labels, ...labels) &&
    (condition.tags === undefined || hasAny(condition.tags, ...tagsOf(call.headers))) &&
    fitsSize(condition, question, estimateTokens)
  )
}

/** Returns the words of the header `x-smartflow-tags`. */
export function tagsOf(headers: Headers): string[] {
  const value = headers.get('x-smartflow-tags')
  if (value === null) return []
  return value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

function hasAny(
  patterns: readonly string[] | undefined,
  ...values: (string | undefined)[]
): boolean {
  if (patterns === undefined) return true
  return values.some((value) => value !== undefined && matchesAny(patterns, value))
}

function fitsSize(
  { minPromptTokens, maxPromptTokens }: Condition,
  { body }: Question,
  estimateTokens: EstimateTokens,
): boolean {
  if (minPromptTokens === undefined && maxPromptTokens === undefined) return true
  const tokens = estimateTokens(body.text ?? '')
  return tokens >= (minPromptTokens ?? 0) && tokens <= (maxPromptTokens ?? Infinity)
}
