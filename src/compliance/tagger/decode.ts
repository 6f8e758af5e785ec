import { firstPlace, maxFeatures, readFeatures } from './features.ts'
import { maxTokens } from './block.ts'
import type { TokenBlock } from './block.ts'
import { createMarginals } from './marginals.ts'
import { tagCount } from './paths.ts'

/** Tags of tokens, in the order of the weights' columns. */
export const tags = [
  'outside',
  'person-begin',
  'person-inside',
  'place-begin',
  'place-inside',
  'organisation-begin',
  'organisation-inside',
  'address',
] as const
/** Whether a tag goes on with what the token before began. */
export function isInside(tag: number): boolean {
  return tag === 2 || tag === 4 || tag === 6
}

/** Numbers the tagger learned. */
export interface Weights {
  /** One row of eight weights for each row of features. */
  readonly features: Int8Array
  /** From tag × to tag, in the unit of `features`. */
  readonly transitions: Int32Array
}

/** Finds the best tags of a block, and how sure they are. */
export interface Decoder {
  /**
   * Tags the block with the best sequence under `bias`, an amount added to each tag's score at each token; the
   * tag of token i is at place i of the result, which the next call overwrites.
   */
  decode(block: TokenBlock, bias: Int32Array): Uint8Array
  /** Probability of each tag at each token of the block decoded last (token × tag), at a temperature. */
  marginals(length: number, temperature: number): Float32Array
}

/** Makes a decoder; it keeps its buffers, so one block at a time. */
export function createDecoder(weights: Weights): Decoder {
  const { features, transitions } = weights
  const rows = new Int32Array(maxFeatures)
  const scores = new Int32Array(maxTokens * tagCount)
  const best = new Int32Array(maxTokens * tagCount)
  const from = new Uint8Array(maxTokens * tagCount)
  const path = new Uint8Array(maxTokens)
  const forward = createMarginals(scores, transitions)

  function score(block: TokenBlock): void {
    for (let token = 0; token < block.length; token += 1) {
      const count = readFeatures(block, firstPlace + token, rows)
      let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0]
      for (let place = 0; place < count; place += 1) {
        const row = (rows[place] ?? 0) << 3
        a += features[row] ?? 0
        b += features[row + 1] ?? 0
        c += features[row + 2] ?? 0
        d += features[row + 3] ?? 0
        e += features[row + 4] ?? 0
        f += features[row + 5] ?? 0
        g += features[row + 6] ?? 0
        h += features[row + 7] ?? 0
      }
      const at = token << 3
      scores[at] = a
      scores[at + 1] = b
      scores[at + 2] = c
      scores[at + 3] = d
      scores[at + 4] = e
      scores[at + 5] = f
      scores[at + 6] = g
      scores[at + 7] = h
    }
  }
  return {
    decode(block, bias) {
      score(block)
      bestPath({ scores, best, from, transitions, bias, path, length: block.length })
      return path
    },
    marginals: forward,
  }
}

/** What the search for the best path reads and writes. */
export interface PathSearch {
  readonly scores: Int32Array
  readonly best: Int32Array
  readonly from: Uint8Array
  readonly transitions: Int32Array
  readonly bias: Int32Array
  readonly path: Uint8Array
  readonly length: number
}

/** Viterbi over tags; the first token is entered as if from `outside`. */
export function bestPath(search: PathSearch): void {
  const { scores, best, from, transitions, bias, path, length } = search
  if (length === 0) return
  for (let tag = 0; tag < tagCount; tag += 1)
    best[tag] = (scores[tag] ?? 0) + (bias[tag] ?? 0) + (transitions[tag] ?? 0)
  for (let token = 1; token < length; token += 1) {
    const at = token * tagCount
    for (let tag = 0; tag < tagCount; tag += 1) {
      let top = -0x7fffffff
      let source = 0
      for (let before = 0; before < tagCount; before += 1) {
        const value =
          (best[at - tagCount + before] ?? 0) + (transitions[before * tagCount + tag] ?? 0)
        if (value > top) {
          top = value
          source = before
        }
      }
      best[at + tag] = top + (scores[at + tag] ?? 0) + (bias[tag] ?? 0)
      from[at + tag] = source
    }
  }
  let tag = 0
  const last = (length - 1) * tagCount
  for (let other = 1; other < tagCount; other += 1)
    if ((best[last + other] ?? 0) > (best[last + tag] ?? 0)) tag = other
  for (let token = length - 1; token >= 0; token -= 1) {
    path[token] = tag
    tag = from[token * tagCount + tag] ?? 0
  }
}
