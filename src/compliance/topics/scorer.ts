import { probabilityOf } from '../linear/index.ts'
import { createTermReader } from './terms.ts'
import type { TermReader, Terms } from './terms.ts'
import type { Topic } from './topic.ts'

/** How much a text looks like a topic, and the piece of it that does most. */
export interface TopicScore {
  /** From 0 to 1; 0 for a text without any word. */
  readonly score: number
  /** Offsets in UTF-16 code units; `end` is exclusive. */
  readonly start: number
  readonly end: number
}

/** Scores texts. */
export interface TopicScorer {
  /** The score of each topic. The text is read once for all of them; time and memory are linear and bounded. */
  score(text: string, topics: readonly Topic[]): readonly TopicScore[]
}

/** How many terms are judged together, and how far the next piece is moved on. */
export const windowTerms = 64
export const windowStep = 16

/** Longest part of a text that is read at once, and how much of it is read again with the next, in code units. */
const blockLength = 65_536
const blockOverlap = 2_048

/** Returns what a feature counts in a piece of so many terms: long pieces have more of everything. */
export function pieceScale(terms: number): number {
  return 1 / Math.sqrt(32 + terms)
}

/** Builds a scorer; its tables take some milliseconds to build. */
export function createTopicScorer(): TopicScorer {
  const readTerms = createTermReader()
  return {
    score(text, topics) {
      const { terms, pieces } = strongestPieces(readTerms, text, topics)
      return pieces.map(({ logit, start, end }, index) => ({
        score: probabilityOf(logit - chanceOf(terms) * (topics[index]?.spread ?? 0)),
        start,
        end,
      }))
    },
  }
}

/** Finds the piece of a text that looks most like each topic, and counts the terms of the text. */
export function strongestPieces(
  readTerms: TermReader,
  text: string,
  topics: readonly Pick<Topic, 'bits' | 'head'>[],
): { readonly terms: number; readonly pieces: readonly Piece[] } {
  const pieces = topics.map((): Piece => ({ logit: -Infinity, start: 0, end: 0 }))
  let count = 0
  for (const [from, to] of blocksOf(text.length)) {
    const terms = readTerms(from === 0 && to === text.length ? text : text.slice(from, to))
    count += terms.count
    for (const [index, topic] of topics.entries()) {
      const { logit, start, end } = strongestPiece(terms, topic)
      if (logit <= (pieces[index]?.logit ?? 0)) continue
      pieces[index] = { logit, start: start + from, end: end + from }
    }
  }
  return { terms: count, pieces }
}

/** Pieces beyond so many lower nothing further, so that padding a text has little effect. */
const mostPieces = 512

/**
 * The strongest of many pieces is strong by chance: returns how many times the spread. Half of what it would be
 * for pieces that had nothing to do with each other, for those of one text resemble each other.
 */
export function chanceOf(terms: number): number {
  return Math.log(Math.min(mostPieces, Math.max(1, terms / windowTerms))) / 2
}

/** A piece of a text, and how much it looks like a topic. */
export interface Piece {
  /** Logarithm of the odds; minus infinity where there is no word. */
  readonly logit: number
  readonly start: number
  readonly end: number
}

function* blocksOf(length: number): Iterable<readonly [from: number, to: number]> {
  for (let from = 0; ; from += blockLength - blockOverlap) {
    const to = Math.min(length, from + blockLength)
    yield [from, to]
    if (to === length) return
  }
}

function strongestPiece(terms: Terms, { bits, head }: Pick<Topic, 'bits' | 'head'>): Piece {
  const sums = sumsOf(terms, head.weights, (1 << bits) - 1)
  let best: Piece = { logit: -Infinity, start: 0, end: 0 }
  for (let from = 0; from < terms.count; from += windowStep) {
    const to = Math.min(terms.count, from + windowTerms)
    const sum = ((sums[to] ?? 0) - (sums[from] ?? 0)) * head.scale
    const logit = head.bias + sum * pieceScale(to - from)
    if (logit > best.logit) {
      best = { logit, start: terms.starts[from] ?? 0, end: terms.ends[to - 1] ?? 0 }
    }
    if (to === terms.count) break
  }
  return best
}

/** Adds up the weights of the features, from the first term on. */
function sumsOf(
  { count, features, featureEnds }: Terms,
  weights: Int8Array,
  mask: number,
): Int32Array {
  const sums = new Int32Array(count + 1)
  let total = 0
  let feature = 0
  for (let at = 0; at < count; at++) {
    const end = featureEnds[at] ?? 0
    for (; feature < end; feature++) total += weights[(features[feature] ?? 0) & mask] ?? 0
    sums[at + 1] = total
  }
  return sums
}
