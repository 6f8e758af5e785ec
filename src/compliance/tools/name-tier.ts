import type { RiskTier } from '../../core/facts.ts'
import {
  bringingVerbs,
  conjunctions,
  dataHolders,
  destroyingVerbs,
  harmlessPairs,
  lightThings,
  moneyThings,
  tellingThings,
  things,
  tierOfVerb,
} from './verbs.ts'
import { wordsOf } from './words.ts'

/** A tier and what it follows from, in words for people. */
export interface Judgement {
  readonly tier: RiskTier
  readonly why: string
}

/** What a name says. */
export interface NameJudgement extends Judgement {
  /** Whether some verb of it only reads. */
  readonly reads: boolean
  /** Whether no word of it is known. */
  readonly isUnknown: boolean
}

const order: readonly RiskTier[] = ['T1', 'T2', 'T3']

/** Returns the higher of two judgements; the first where they are equal. */
export function higher<T extends Judgement>(one: T, two: Judgement): T | Judgement {
  return order.indexOf(two.tier) > order.indexOf(one.tier) ? two : one
}

/** Judges a tool by its name alone. */
export function judgeName(name: string): NameJudgement {
  const words = wordsOf(name)
  const reads = words.some((word) => tierOfVerb(word) === 'T1')
  if (isHarmless(words)) {
    return { tier: 'T2', why: 'what it does can be changed back', reads, isUnknown: false }
  }
  const judged = clausesOf(words).flatMap((clause) => judgeClause(clause) ?? [])
  const [first, ...others] = judged
  if (first === undefined) {
    return { tier: 'T2', why: 'nothing in its name is known', reads, isUnknown: true }
  }
  return { ...others.reduce(higher, first), reads, isUnknown: false }
}

/** `sign_in` signs nothing. A third word that cannot be undone makes it one of the others. */
function isHarmless(words: readonly string[]): boolean {
  const meant = words.filter((word) => !conjunctions.has(word))
  const at = meant.findIndex((word, index) =>
    harmlessPairs.has(`${word} ${meant[index + 1] ?? ''}`),
  )
  return at >= 0 && meant.every((word, index) => isOfPair(index, at) || tierOfVerb(word) !== 'T3')
}

function isOfPair(index: number, at: number): boolean {
  return index === at || index === at + 1
}

/** `get_and_delete` does two things. */
function clausesOf(words: readonly string[]): readonly (readonly string[])[] {
  const clauses: string[][] = [[]]
  for (const word of words) {
    if (conjunctions.has(word)) clauses.push([])
    else clauses.at(-1)?.push(word)
  }
  return clauses
}

/** The verb that governs decides; what follows a verb that reads is what it reads. */
function judgeClause(words: readonly string[]): Judgement | undefined {
  const verbs = words.flatMap((word, at) => {
    const tier = tierOfVerb(word)
    return tier === undefined ? [] : [{ word, at, tier, isThing: things.has(word) }]
  })
  const governing = verbs.find(({ isThing }) => !isThing) ?? verbs[0]
  if (governing === undefined) {
    const last = words.at(-1) ?? ''
    return tellingThings.has(last) ? { tier: 'T1', why: `'${last}' tells something` } : undefined
  }
  const { word, at, tier } = governing
  if (tier !== 'T1') return judgeChange(word, words, tier)
  const holder = words.find((each) => dataHolders.has(each))
  if (word === 'format' && holder !== undefined) {
    return { tier: 'T3', why: `'format' of '${holder}' cannot be undone` }
  }
  const sign = words.find((each) => destroyingVerbs.has(each))
  if (sign !== undefined) return { tier: 'T2', why: `'${word}' reads, and '${sign}' does not` }
  // `order_get` gets an order; who knows what `transfer_funds_check` does first.
  const [earlier] = verbs
  if (earlier !== undefined && earlier.tier === 'T3' && earlier.at < at - 1) {
    return { tier: 'T2', why: `'${word}' reads, and '${earlier.word}' may not` }
  }
  return { tier: 'T1', why: `'${word}' reads` }
}

function judgeChange(word: string, words: readonly string[], tier: RiskTier): Judgement {
  const money = words.find((each) => each !== word && moneyThings.has(each))
  if (bringingVerbs.has(word) && money !== undefined) {
    return { tier: 'T3', why: `'${word}' with '${money}' moves money` }
  }
  const holder = words.find((each) => dataHolders.has(each))
  if ((word === 'reset' || word === 'flush' || word === 'clear') && holder !== undefined) {
    return { tier: 'T3', why: `'${word}' of '${holder}' cannot be undone` }
  }
  if (word === 'push' && words.includes('force')) {
    return { tier: 'T3', why: `'force push' overwrites` }
  }
  const light = words.find((each) => lightThings.has(each))
  if (word === 'remove' && light !== undefined) {
    return { tier: 'T2', why: `'${light}' can be put back` }
  }
  return tier === 'T3'
    ? { tier, why: `'${word}' cannot be undone` }
    : { tier, why: `'${word}' changes something` }
}
