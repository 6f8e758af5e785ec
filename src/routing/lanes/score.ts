import type { PromptFacts } from './prompt-facts.ts'

/** What speaks for the capable lane. */
export const signals = [
  'size',
  'steps',
  'code',
  'tools',
  'toolResults',
  'structuredOutput',
  'trouble',
  'depth',
  'attachments',
  'effort',
  'maxTokens',
] as const

export type Signal = (typeof signals)[number]

/** How much each signal counts when it is at its strongest; the weights of what is seen are added up. */
export type SignalWeights = Readonly<Record<Signal, number>>

/** How demanding a request is. */
export interface Score {
  /** From 0 to 1. */
  readonly value: number
  /** What speaks for the capable lane, the strongest first. */
  readonly signals: readonly Signal[]
}

/** What counts less than this is not worth being named. */
const leastNamed = 0.02

/** Scores a request. More of anything never lowers the score. */
export function scoreOf(facts: PromptFacts, weights: SignalWeights): Score {
  const strengths = strengthsOf(facts)
  let sum = 0
  const named: { readonly signal: Signal; readonly part: number }[] = []
  for (const signal of signals) {
    const part = strengths[signal] * weights[signal]
    sum += part
    if (part >= leastNamed) named.push({ signal, part })
  }
  named.sort((a, b) => b.part - a.part)
  const value = Math.round(Math.min(1, Math.max(0, sum)) * 1000) / 1000
  return { value, signals: named.map(({ signal }) => signal) }
}

/** How strong each signal is, from 0 to 1; a low bound of the answer also speaks against, down to -1. */
export function strengthsOf(facts: PromptFacts): Readonly<Record<Signal, number>> {
  const { promptTokens, turnTokens, effort = 0, maxOutputTokens = usualOutputTokens } = facts
  return {
    size: Math.max(logarithmic(promptTokens, 1500, 24_000), logarithmic(turnTokens, 24, 400)),
    steps: linear(2 * facts.items + facts.sentences, 1, 8),
    code: facts.codePieces <= 0 ? 0 : linear(facts.codePieces, -1, 3),
    tools: linear(facts.tools, 0, 8),
    toolResults: linear(facts.toolResults, 0, 3),
    structuredOutput: facts.structuredOutput / 2,
    trouble: facts.troubles === 0 ? 0 : linear(facts.troubles, -1.5, 2),
    depth: linear(facts.userTurns, 2, 12),
    attachments: facts.attachments === 0 ? 0 : linear(facts.attachments, -1, 3),
    effort: Math.min(1, Math.max(0, effort)),
    maxTokens: Math.min(1, Math.max(-1, Math.log2(maxOutputTokens / usualOutputTokens) / 4)),
  }
}

/** Bound of the answer that speaks neither for nor against, in tokens. */
const usualOutputTokens = 1024

/** From 0 at one value to 1 at another. */
function linear(value: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)))
}

/** The same by orders of magnitude. */
function logarithmic(value: number, from: number, to: number): number {
  return value <= from ? 0 : Math.min(1, Math.log2(value / from) / Math.log2(to / from))
}
