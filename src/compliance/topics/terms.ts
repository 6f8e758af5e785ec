import { createFolding, createTokenizer, joinHashes, tokenKinds } from '../text/index.ts'
import type { Folding, Tokens } from '../text/index.ts'

/** The words, numbers and ideographs of a text with their features, one column for each property. */
export interface Terms {
  readonly count: number
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** Hashes of the features, in the order of the terms. */
  readonly features: Int32Array
  /** Where the features of each term end in `features`. */
  readonly featureEnds: Int32Array
}

/** Reads a text as terms. Linear in the text. */
export type TermReader = (text: string) => Terms

const salts = { term: 0x71, pair: 0x72, gram: 0x73 } as const
/** Words shorter than this have no features of their letters: they are features themselves. */
const shortestForGrams = 4
/** Stands before the first and behind the last letter of a word; no letter. */
const edge = 1

/**
 * Builds a reader. The features of a term are itself, the pair with the term before it, and every four letters
 * in a row of a word, its edges included, so that endings and compounds of any language are alike. Case,
 * diacritics and signs count nothing; numbers count by how long they are.
 */
export function createTermReader(): TermReader {
  const tokenize = createTokenizer()
  const folding = createFolding({ case: true, diacritics: true })
  return (text) => readTerms(text, tokenize(text), folding)
}

function readTerms(text: string, tokens: Tokens, folding: Folding): Terms {
  const starts = new Int32Array(tokens.count)
  const ends = new Int32Array(tokens.count)
  const featureEnds = new Int32Array(tokens.count)
  // A word of n letters has at most n features of its letters.
  const features = new Int32Array(text.length + tokens.count * 2)
  let count = 0
  let end = 0
  let previous = 0
  for (let at = 0; at < tokens.count; at++) {
    const kind = tokens.kinds[at]
    if (kind === tokenKinds.sign) continue
    const hash = tokens.hashes[at] ?? 0
    const start = tokens.starts[at] ?? 0
    const stop = tokens.ends[at] ?? 0
    starts[count] = start
    ends[count] = stop
    features[end++] = joinHashes(hash, salts.term)
    if (previous !== 0) features[end++] = joinHashes(previous, hash ^ salts.pair)
    if (kind === tokenKinds.word && stop - start >= shortestForGrams) {
      let first = edge
      let second = folding[text.charCodeAt(start)] ?? 0
      let third = folding[text.charCodeAt(start + 1)] ?? 0
      for (let letter = start + 2; letter <= stop; letter++) {
        const fourth = letter < stop ? (folding[text.charCodeAt(letter)] ?? 0) : edge
        features[end++] = joinHashes((first << 16) ^ second, (third << 16) ^ fourth ^ salts.gram)
        first = second
        second = third
        third = fourth
      }
    }
    featureEnds[count++] = end
    previous = hash
  }
  return { count, starts, ends, features, featureEnds }
}
