import { joinHashes } from '../text/index.ts'
import { pieceScale, windowTerms } from './scorer.ts'
import type { TermReader, Terms } from './terms.ts'

/** A text that is trained from or measured with. */
export interface Document {
  readonly text: string
  readonly origin: Origin
  /** What the text is cut into, each piece as feature numbers. */
  readonly pieces: readonly DocumentPiece[]
  /** Texts that are almost the same have the same number: they are never on both sides of a measurement. */
  readonly group: number
}

export interface DocumentPiece {
  readonly features: Uint32Array
  readonly value: number
}

/** Where a text comes from: an example of the topic, another text, or the built-in background. */
export type Origin = 'example' | 'other' | 'background'

/** Texts that were read. */
export interface Documents {
  readonly documents: readonly Document[]
  /** Texts that were left out because an equal one is there. */
  readonly duplicates: number
  /** Texts that are almost the same as another. */
  readonly nearDuplicates: number
  /** Texts that were given both as examples and as others; they count as examples. */
  readonly contradictions: number
  /** Texts that were left out because they hold too few words. */
  readonly empty: number
}

/** A text of fewer terms says nothing. */
const fewestTerms = 3
/** Most pieces of one text that are trained from, so that a book does not outweigh everything else. */
const mostPieces = 64

/**
 * Reads texts for training, in an order of their own: what they are given as and in which order changes
 * nothing. Equal texts (but for case, diacritics and signs) are taken once, examples before others.
 */
export function readDocuments(
  texts: readonly { readonly text: string; readonly origin: Origin }[],
  readTerms: TermReader,
  bits: number,
): Documents {
  const seen = new Map<string, Origin>()
  const counts = { duplicates: 0, contradictions: 0, empty: 0 }
  const read: (Omit<Document, 'group'> & { readonly sketch: readonly number[] })[] = []
  for (const { text, origin } of texts.toSorted(compareTexts)) {
    const terms = readTerms(text)
    if (terms.count < fewestTerms) {
      counts.empty++
      continue
    }
    const key = keyOf(terms)
    const earlier = seen.get(key)
    if (earlier === undefined) {
      seen.set(key, origin)
      read.push({ text, origin, pieces: piecesOf(terms, bits), sketch: sketchOf(terms) })
    } else if (earlier === origin) counts.duplicates++
    else if (origin === 'other') counts.contradictions++
  }
  const groups = groupsOf(read.map(({ sketch }) => sketch))
  const documents = read.map(({ text, origin, pieces }, at) => ({
    text,
    origin,
    pieces,
    group: groups[at] ?? at,
  }))
  const isNear = (document: Document, at: number): boolean => document.group !== at
  return { documents, nearDuplicates: documents.filter(isNear).length, ...counts }
}

const rank: Readonly<Record<Origin, number>> = { example: 0, other: 1, background: 2 }

function compareTexts(
  a: { readonly text: string; readonly origin: Origin },
  b: { readonly text: string; readonly origin: Origin },
): number {
  if (a.origin !== b.origin) return rank[a.origin] - rank[b.origin]
  if (a.text === b.text) return 0
  return a.text < b.text ? -1 : 1
}

/** Hashes of the terms themselves: the first feature of each. */
function termHashes({ count, features, featureEnds }: Terms): Int32Array {
  return Int32Array.from(
    { length: count },
    (_, at) => features[at === 0 ? 0 : (featureEnds[at - 1] ?? 0)] ?? 0,
  )
}

function keyOf(terms: Terms): string {
  let [first, second] = [1, 2]
  for (const hash of termHashes(terms)) {
    first = joinHashes(first, hash)
    second = joinHashes(hash, second)
  }
  return `${terms.count} ${first} ${second}`
}

function piecesOf(terms: Terms, bits: number): DocumentPiece[] {
  const mask = (1 << bits) - 1
  const total = Math.ceil(terms.count / windowTerms)
  const step = Math.max(1, total / mostPieces)
  const pieces: DocumentPiece[] = []
  for (let index = 0; index < total; index += step) {
    const from = Math.floor(index) * windowTerms
    const to = Math.min(terms.count, from + windowTerms)
    const begin = from === 0 ? 0 : (terms.featureEnds[from - 1] ?? 0)
    const features = terms.features.subarray(begin, terms.featureEnds[to - 1] ?? begin)
    pieces.push({
      features: Uint32Array.from(features, (feature) => feature & mask),
      value: pieceScale(to - from),
    })
  }
  return pieces
}

const sketchSize = 24
/** A part of the sketches that is equal from which on texts are almost the same. */
const nearlyEqual = 0.7

/** The smallest hashes of all three terms in a row: texts that share most of them share most of their text. */
function sketchOf(terms: Terms): readonly number[] {
  const hashes = termHashes(terms)
  const triples = new Set<number>()
  for (let at = 0; at + 2 < hashes.length; at++) {
    const pair = joinHashes(hashes[at] ?? 0, hashes[at + 1] ?? 0)
    triples.add(joinHashes(pair, hashes[at + 2] ?? 0) >>> 0)
  }
  return [...triples].toSorted((a, b) => a - b).slice(0, sketchSize)
}

/** For each sketch the place of the first one that is almost the same; its own where there is none. */
function groupsOf(sketches: readonly (readonly number[])[]): Int32Array {
  const groups = Int32Array.from(sketches, (_, at) => at)
  // Sketches that are almost the same have one of their smallest numbers in common.
  const byNumber = new Map<number, number>()
  for (const [at, sketch] of sketches.entries()) {
    const numbers = sketch.slice(0, 8)
    const near = numbers
      .map((number) => byNumber.get(number))
      .find((other) => other !== undefined && areNear(sketch, sketches[other] ?? []))
    if (near !== undefined) groups[at] = groups[near] ?? near
    for (const number of numbers) if (!byNumber.has(number)) byNumber.set(number, at)
  }
  return groups
}

function areNear(one: readonly number[], other: readonly number[]): boolean {
  const union = [...new Set([...one, ...other])].toSorted((a, b) => a - b).slice(0, sketchSize)
  const both = union.filter((number) => one.includes(number) && other.includes(number))
  return both.length >= nearlyEqual * union.length
}
