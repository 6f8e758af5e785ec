import type { JsonObject } from '../../core/json.ts'
import type { Warn } from '../format.ts'
import type { NeutralRequest } from '../neutral.ts'
import { traitsOfModel, type ModelTraits } from './models.ts'

// The field as clients of other formats know it: a call between equal formats is not translated.
const field = 'reasoning_effort'

/**
 * Writes how much to think: a level from Gemini 3 on, a budget before. Thoughts are asked for wherever
 * thinking is, since other formats show them unasked.
 * https://ai.google.dev/gemini-api/docs/thinking
 */
export function writeThinking(request: NeutralRequest, warn: Warn): JsonObject {
  const { reasoning, model } = request
  if (reasoning === undefined) return {}
  const traits = traitsOfModel(model)
  const { effort, budgetTokens } = reasoning
  if (!traits.thinks) {
    if (effort !== 'none') warn({ type: 'dropped', field })
    return {}
  }
  if (effort === 'none' && budgetTokens === undefined) return writeNone(traits, warn)
  const amount =
    budgetTokens !== undefined
      ? { thinkingBudget: fitBudget(budgetTokens, traits, warn) }
      : effort !== undefined
        ? writeEffort(effort, { traits, model, warn })
        : writeAdaptive(traits)
  return { thinkingConfig: { ...amount, includeThoughts: true } }
}

function writeNone(traits: ModelTraits, warn: Warn): JsonObject {
  if (traits.version < 3 && traits.family !== 'pro') {
    return { thinkingConfig: { thinkingBudget: 0 } }
  }
  warn({ type: 'changed', field, detail: 'this model always reasons, asked for the least' })
  if (traits.version < 3) return { thinkingConfig: { thinkingBudget: leastBudgets[traits.family] } }
  return { thinkingConfig: { thinkingLevel: traits.family === 'pro' ? 'LOW' : 'MINIMAL' } }
}

function writeAdaptive(traits: ModelTraits): JsonObject {
  return traits.version < 3 ? { thinkingBudget: -1 } : {}
}

function writeEffort(
  effort: string,
  {
    traits,
    model,
    warn,
  }: { readonly traits: ModelTraits; readonly model: string; readonly warn: Warn },
): JsonObject {
  const known = Object.hasOwn(levels, effort) ? levels[effort] : undefined
  if (known === undefined) {
    warn({ type: 'dropped', field })
    return {}
  }
  if (traits.version < 3) return { thinkingBudget: fitBudget(known.budget, traits) }
  const level = offeredLevel(known.level, traits, model)
  if (level.toLowerCase() !== effort) {
    warn({ type: 'changed', field, detail: `sent as ${level.toLowerCase()}` })
  }
  return { thinkingLevel: level }
}

/** Pro models lack the least level, and the first of the third generation the middle one. */
function offeredLevel(level: string, { family }: ModelTraits, model: string): string {
  if (family === 'pro' && level === 'MINIMAL') return 'LOW'
  return model.includes('gemini-3-pro') && level === 'MEDIUM' ? 'HIGH' : level
}

/** Budgets as the vendor's own OpenAI endpoint sets them for efforts. */
const levels: Readonly<Record<string, { readonly level: string; readonly budget: number }>> = {
  minimal: { level: 'MINIMAL', budget: 1024 },
  low: { level: 'LOW', budget: 1024 },
  medium: { level: 'MEDIUM', budget: 8192 },
  high: { level: 'HIGH', budget: 24_576 },
  xhigh: { level: 'HIGH', budget: 24_576 },
  max: { level: 'HIGH', budget: 24_576 },
}

const leastBudgets = { pro: 128, flash: 1, 'flash-lite': 512, other: 1 } as const
const mostBudgets = { pro: 32_768, flash: 24_576, 'flash-lite': 24_576, other: 24_576 } as const

function fitBudget(wanted: number, { family }: ModelTraits, warn?: Warn): number {
  const budget = Math.min(Math.max(wanted, leastBudgets[family]), mostBudgets[family])
  if (budget !== wanted) warn?.({ type: 'changed', field, detail: `set to ${budget} tokens` })
  return budget
}
