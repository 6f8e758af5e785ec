import { createFolding } from './folding.ts'

/** What a token is made of. */
export const tokenKinds = { word: 1, number: 2, ideograph: 3, sign: 4 } as const

/** The tokens of a text, one column for each property. */
export interface Tokens {
  readonly count: number
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly kinds: Uint8Array
  /** Hashes of the folded tokens; all numbers of as many digits have the same. */
  readonly hashes: Int32Array
  /** Hashes without the last one, two and three units, for endings; 0 where too little would be left. */
  readonly stems: Int32Array
  /** 1 where every letter of a word of two letters or more is upper case. */
  readonly capitals: Uint8Array
}

/** Splits texts into tokens. */
export type Tokenizer = (text: string) => Tokens

const unitKinds = { blank: 0, letter: 1, digit: 2, ideograph: 3, sign: 4, joiner: 5 } as const
const endings = 3
const hashSeed = 0x811c_9dc5 | 0
const hashFactor = 0x0100_0193

/**
 * Builds a tokenizer: words of letters and marks (with inner apostrophes), numbers, single ideographs, and
 * single signs. Words are folded by case and diacritics. Linear in the text; words are cut at 64 units.
 */
export function createTokenizer(): Tokenizer {
  const folding = createFolding({ case: true, diacritics: true })
  const kindOf = classifyUnits()
  return (text) => tokenize(text, kindOf, folding)
}

const maxWordLength = 64

function tokenize(text: string, kindOf: Uint8Array, folding: Uint16Array): Tokens {
  let columns = allocate((text.length >> 2) + 16)
  let count = 0
  let at = 0
  while (at < text.length) {
    const kind = kindOf[text.charCodeAt(at)] ?? 0
    if (kind === unitKinds.blank) {
      at++
      continue
    }
    if (count === columns.starts.length) columns = grow(columns)
    columns.starts[count] = at
    if (kind === unitKinds.letter) {
      at = readWord(text, at, count, { kindOf, folding, columns })
    } else {
      const start = at
      let hash = hashSeed
      do {
        const code = text.charCodeAt(at)
        hash = Math.imul(
          hash ^ (kind === unitKinds.digit ? 48 : (folding[code] ?? code)),
          hashFactor,
        )
        at++
      } while (
        kind === unitKinds.digit &&
        at - start < maxWordLength &&
        kindOf[text.charCodeAt(at)] === kind
      )
      columns.hashes[count] = hash
    }
    columns.ends[count] = at
    columns.kinds[count] = kind === unitKinds.joiner ? tokenKinds.sign : kind
    count++
  }
  return { count, ...columns }
}

interface WordReader {
  readonly kindOf: Uint8Array
  readonly folding: Uint16Array
  readonly columns: Columns
}

/** Reads the word at `start` into a row and returns its end. */
function readWord(text: string, start: number, row: number, reader: WordReader): number {
  const { kindOf, folding, columns } = reader
  const limit = Math.min(text.length, start + maxWordLength)
  let hash = hashSeed
  let one = 0
  let two = 0
  let three = 0
  let changed = 0
  let at = start
  for (; at < limit; at++) {
    const code = text.charCodeAt(at)
    const kind = kindOf[code] ?? 0
    // An apostrophe within a word belongs to it.
    if (kind !== unitKinds.letter && kind !== unitKinds.digit) {
      if (kind !== unitKinds.joiner) break
      if (kindOf[text.charCodeAt(at + 1)] !== unitKinds.letter) break
    }
    const folded = folding[code] ?? code
    if (folded !== code) changed++
    three = two
    two = one
    one = hash
    hash = Math.imul(hash ^ folded, hashFactor)
  }
  const length = at - start
  columns.hashes[row] = hash
  if (length > 3) columns.stems[row * endings] = one
  if (length > 4) columns.stems[row * endings + 1] = two
  if (length > 5) columns.stems[row * endings + 2] = three
  if (length > 1 && changed === length) columns.capitals[row] = 1
  return at
}

type Columns = Omit<Tokens, 'count'>

function allocate(length: number): Columns {
  return {
    starts: new Int32Array(length),
    ends: new Int32Array(length),
    kinds: new Uint8Array(length),
    hashes: new Int32Array(length),
    stems: new Int32Array(length * endings),
    capitals: new Uint8Array(length),
  }
}

function grow(columns: Columns): Columns {
  const larger = allocate(columns.starts.length * 2)
  larger.starts.set(columns.starts)
  larger.ends.set(columns.ends)
  larger.kinds.set(columns.kinds)
  larger.hashes.set(columns.hashes)
  larger.stems.set(columns.stems)
  larger.capitals.set(columns.capitals)
  return larger
}

function classifyUnits(): Uint8Array {
  const kinds = new Uint8Array(65_536)
  for (let code = 0; code < kinds.length; code++) {
    kinds[code] = kindOfUnit(String.fromCharCode(code), code)
  }
  return kinds
}

function kindOfUnit(unit: string, code: number): number {
  // Halves of pairs stand for emoji and rare letters.
  if (code >= 0xd800 && code <= 0xdfff) return unitKinds.sign
  if (/[\s\p{C}]/u.test(unit)) return unitKinds.blank
  if (unit === "'" || unit === '\u2019') return unitKinds.joiner
  if (/\p{Nd}/u.test(unit)) return unitKinds.digit
  if (/[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}]/u.test(unit)) return unitKinds.ideograph
  if (/[\p{L}\p{M}]/u.test(unit)) return unitKinds.letter
  return unitKinds.sign
}

/** Returns the hash that a word has as a token; it must be one word in the form that it is written in. */
export function hashOf(word: string, folding: Uint16Array): number {
  let hash = hashSeed
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at)
    hash = Math.imul(hash ^ (folding[code] ?? code), hashFactor)
  }
  return hash
}

/** Makes one hash out of two, in their order. */
export function joinHashes(first: number, second: number): number {
  let hash =
    Math.imul(first ^ (second >>> 15), 0x85eb_ca6b | 0) ^ Math.imul(second, 0xc2b2_ae35 | 0)
  hash ^= hash >>> 13
  return Math.imul(hash, 0x27d4_eb2f) ^ (hash >>> 16)
}
