import type { LinearHead, LinearModel } from '../linear/index.ts'
import { probabilityOf } from '../linear/index.ts'
import { createFolding, createTokenizer } from '../text/index.ts'
import type { Tokens } from '../text/index.ts'
import type { Detector } from '../types.ts'
import { createConceptTable } from './concepts.ts'
import { conceptsOf, featuresOf } from './features.ts'
import type { Concepts, Features } from './features.ts'
import { createRuleFinder } from './rules.ts'

/**
 * Who speaks in a text. What a user writes is an order by right, so only orders against the rules are attacks;
 * what a document or a tool result says is data, and any order in it is suspicious.
 */
export type InjectionSource = 'user' | 'data'

/** How much a text looks like an attack on the model that reads it. */
export interface InjectionVerdict {
  /** From 0 to 1; from 0.5 on it is more likely an attack than not, at the balance the model was trained for. */
  readonly score: number
  /** The piece that looks most like one. */
  readonly start: number
  readonly end: number
  /** Rules that spoke, without repetition. */
  readonly rules: readonly string[]
}

/** Judges texts by rules and a trained model. */
export interface InjectionDetector {
  judge(text: string, source: InjectionSource): InjectionVerdict
  /** The same as a detector for the policies: its one sighting is the piece that looks most like an attack. */
  as(source: InjectionSource): Detector
}

/** How many tokens are judged together, and how far the next piece is moved on. */
export const windowTokens = 64
export const windowStep = 16

const labels = { user: 'prompt-injection', data: 'indirect-injection' } as const
/** Below this score there is nothing worth a finding. */
const leastScore = 0.05
/** How much the score of the strongest piece is lowered for each time that there are e times as many pieces. */
const manyPieces = 0.9

/** Returns what a feature counts in a piece of so many tokens: long pieces have more of everything. */
export function pieceScale(tokens: number): number {
  return 8 / Math.sqrt(64 + Math.max(8, tokens))
}

/** Builds a detector from a model with the heads `user` and `data`. Throws a `RangeError` where one is missing. */
export function createInjectionDetector(model: LinearModel): InjectionDetector {
  const heads = { user: headOf(model, 'user'), data: headOf(model, 'data') }
  const mask = (1 << model.bits) - 1
  const readText = createReader()
  const findByRules = createRuleFinder()
  const judge = (text: string, source: InjectionSource): InjectionVerdict => {
    const { tokens, concepts } = readText(text)
    const window = strongestWindow(
      tokens,
      sumsOf(featuresOf(tokens, concepts), heads[source], mask),
    )
    const rules = findByRules(text, tokens, concepts)
    const best = rules.toSorted((a, b) => b.score - a.score)[0]
    const score = probabilityOf(heads[source].bias + window.sum)
    const names = [...new Set(rules.map(({ rule }) => rule))]
    if (best !== undefined && best.score > score) {
      return { score: best.score, start: best.start, end: best.end, rules: names }
    }
    return { score, start: window.start, end: window.end, rules: names }
  }
  return {
    judge,
    as: (source) => ({
      label: labels[source],
      category: 'attack',
      *find(text) {
        const { score, start, end } = judge(text, source)
        if (score >= leastScore && end > start) yield { start, end, score }
      },
    }),
  }
}

/** Reads texts into tokens and concepts, for judging and for training. */
export function createReader(): (text: string) => { tokens: Tokens; concepts: Concepts } {
  const tokenize = createTokenizer()
  const table = createConceptTable(createFolding({ case: true, diacritics: true }))
  return (text) => {
    const tokens = tokenize(text)
    return { tokens, concepts: conceptsOf(text, tokens, table) }
  }
}

function headOf(model: LinearModel, name: string): LinearHead {
  const head = model.heads.find((head) => head.name === name)
  if (head === undefined) throw new RangeError(`The model of injections has no head named ${name}.`)
  return head
}

/** Adds up the weights of the features of each token, from the first token on. */
function sumsOf(
  { hashes, ends }: Features,
  { weights, scale }: LinearHead,
  mask: number,
): Float64Array {
  const sums = new Float64Array(ends.length + 1)
  let total = 0
  let feature = 0
  for (let at = 0; at < ends.length; at++) {
    const end = ends[at] ?? 0
    for (; feature < end; feature++) total += weights[(hashes[feature] ?? 0) & mask] ?? 0
    sums[at + 1] = total * scale
  }
  return sums
}

function strongestWindow(
  tokens: Tokens,
  sums: Float64Array,
): { sum: number; start: number; end: number } {
  let best = { sum: 0, start: 0, end: 0 }
  let count = 0
  for (let from = 0; from < tokens.count; from += windowStep) {
    const to = Math.min(tokens.count, from + windowTokens)
    const sum = ((sums[to] ?? 0) - (sums[from] ?? 0)) * pieceScale(to - from)
    if (from === 0 || sum > best.sum) {
      best = { sum, start: tokens.starts[from] ?? 0, end: tokens.ends[to - 1] ?? 0 }
    }
    count++
    if (to === tokens.count) break
  }
  // The strongest of many pieces is strong by chance.
  return { ...best, sum: best.sum - Math.log(Math.max(1, count)) * manyPieces }
}
