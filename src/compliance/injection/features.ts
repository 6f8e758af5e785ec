import { joinHashes, tokenKinds } from '../text/index.ts'
import type { Tokens } from '../text/index.ts'
import { conceptNumbers, findConcept } from './concepts.ts'
import type { ConceptTable } from './concepts.ts'

/** The concept of every token of a text; 0 for none. */
export type Concepts = Uint8Array

/** How many tokens may lie between two concepts that are read together. */
const maxGap = 7
const salts = {
  word: 0x51,
  concept: 0x52,
  pair: 0x53,
  triple: 0x54,
  before: 0x55,
  after: 0x56,
  run: 0x57,
} as const

/** Finds the concepts of all tokens: by the word, by its stem, for ideographs by the pair, for signs by what they mark. */
export function conceptsOf(text: string, tokens: Tokens, table: ConceptTable): Concepts {
  const concepts = new Uint8Array(tokens.count)
  for (let at = 0; at < tokens.count; at++) {
    const hash = tokens.hashes[at] ?? 0
    const kind = tokens.kinds[at]
    if (kind === tokenKinds.word) concepts[at] = wordConcept(tokens, at, table)
    else if (kind === tokenKinds.ideograph) {
      const pair = findConcept(table, joinHashes(hash, tokens.hashes[at + 1] ?? 0))
      concepts[at] = pair === 0 ? findConcept(table, hash) : pair
    } else if (kind === tokenKinds.sign) concepts[at] = signConcept(text, tokens, at)
  }
  return concepts
}

function wordConcept(tokens: Tokens, at: number, table: ConceptTable): number {
  const concept = findConcept(table, tokens.hashes[at] ?? 0)
  if (concept !== 0) return concept
  for (let ending = at * 3; ending < at * 3 + 3; ending++) {
    const stem = tokens.stems[ending] ?? 0
    if (stem === 0) break
    const found = findConcept(table, stem)
    if (found !== 0) return found
  }
  return tokens.capitals[at] === 1 ? conceptNumbers.loud : 0
}

function signConcept(text: string, tokens: Tokens, at: number): number {
  const start = tokens.starts[at] ?? 0
  const unit = text[start]
  if (unit === '@' || (unit === ':' && text.startsWith('://', start))) return conceptNumbers.address
  const isBracket =
    unit === '[' || unit === '<' || unit === '#' || unit === '=' || unit === '`' || unit === '|'
  return isBracket && (text[start + 1] === unit || text[start - 1] === ' ' || start === 0)
    ? conceptNumbers.mark
    : 0
}

/** The features of a text as hashes, in the order of the tokens at which they are complete. */
export interface Features {
  readonly hashes: Int32Array
  /** Where the features of each token end in `hashes`. */
  readonly ends: Int32Array
}

const mostForOneToken = 9

/**
 * Lists the features of a text: words, pairs of words, concepts, concepts with the words beside them, and
 * pairs and triples of concepts that stand near each other.
 */
export function featuresOf(tokens: Tokens, concepts: Concepts): Features {
  const { count, hashes: words } = tokens
  const hashes = new Int32Array(count * mostForOneToken)
  const ends = new Int32Array(count)
  let end = 0
  let previous = 1
  let before: number = conceptNumbers.begin
  // The last three concepts, and where they stood; the beginning of the text is one.
  let [first, second, third] = [0, 0, before]
  let [firstAt, secondAt, thirdAt] = [-100, -100, -1]
  for (let at = 0; at < count; at++) {
    const hash = words[at] ?? 0
    const concept = concepts[at] ?? 0
    hashes[end++] = joinHashes(hash, salts.word)
    hashes[end++] = joinHashes(previous, hash)
    if (before !== 0) hashes[end++] = joinHashes(before + 64 * salts.after, hash)
    if (concept !== 0) {
      hashes[end++] = joinHashes(concept, salts.concept)
      hashes[end++] = joinHashes(previous, concept + 64 * salts.before)
      if (at - thirdAt <= maxGap) {
        hashes[end++] = joinHashes(third * 64 + concept, salts.pair)
        if (at - secondAt <= 2 * maxGap) {
          hashes[end++] = joinHashes(second * 64 + concept, salts.pair)
          hashes[end++] = joinHashes((second * 64 + third) * 64 + concept, salts.triple)
          if (at - firstAt <= 2 * maxGap) {
            hashes[end++] = joinHashes((first * 64 + third) * 64 + concept, salts.run)
          }
        }
      }
      first = second
      firstAt = secondAt
      second = third
      secondAt = thirdAt
      third = concept
      thirdAt = at
    }
    ends[at] = end
    previous = hash
    before = concept
  }
  return { hashes, ends }
}
