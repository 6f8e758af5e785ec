import { attached, complex, gap, sign, solo, wordPart } from './reading.ts'
import type { Reading } from './reading.ts'

const mostInBatch = 512
const seedOne = 0x811c9dc5 | 0
const seedTwo = 0x2545f491

/** Reads the words of a text in batches, each word as its place and two hashes of its folded form. */
export class WordReader {
  /** Places of the words of the present batch, in UTF-16 code units. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** Together 64 bits that stand for a folded word. */
  readonly firsts: Int32Array
  readonly seconds: Int32Array
  readonly #reading: Reading
  #text = ''
  #at = 0
  #limit = 0
  /** Hashes of the word so far, before they are mixed. */
  #one = 0
  #two = 0

  constructor(reading: Reading) {
    this.starts = new Int32Array(mostInBatch)
    this.ends = new Int32Array(mostInBatch)
    this.firsts = new Int32Array(mostInBatch)
    this.seconds = new Int32Array(mostInBatch)
    this.#reading = reading
  }

  /** Begins to read a part of a text. */
  reset(text: string, from = 0, to = text.length): void {
    this.#text = text
    this.#limit = to
    this.#at = from
  }

  /** Reads the next batch and returns how many words it holds: 0 at the end of the text. */
  next(): number {
    const { starts, ends, firsts, seconds } = this
    const { table } = this.#reading
    const text = this.#text
    const limit = this.#limit
    const size = starts.length
    let at = this.#at
    let count = 0
    while (count < size) {
      while (at < limit && (table[text.charCodeAt(at)] ?? 0) >>> 16 === gap) at++
      if (at >= limit) break
      const start = at
      let one = seedOne
      let two = seedTwo
      let kind: number = wordPart
      for (; at < limit; at++) {
        const entry = table[text.charCodeAt(at)] ?? 0
        kind = entry >>> 16
        if (kind !== wordPart) break
        one = hashOne(one, entry & 0xffff)
        two = hashTwo(two, entry & 0xffff)
      }
      if (at === start && isSingle(kind) && this.#isClosed(at + 1)) {
        const entry = table[text.charCodeAt(at++)] ?? 0
        one = hashOne(one, entry & 0xffff)
        two = hashTwo(two, entry & 0xffff)
      } else if (at < limit && kind !== gap) {
        const first = at > start ? wordPart : this.#reading.classAt(text, at)
        // An accent without a letter says nothing; a gap may just not have been known.
        if (first === gap || first === attached) {
          at += widthAt(text, at)
          continue
        }
        this.#one = one
        this.#two = two
        at = this.#readOn(start, at, first)
        one = this.#one
        two = this.#two
      }
      starts[count] = start
      ends[count] = at
      firsts[count] = mix(one)
      seconds[count] = mix(two)
      count++
    }
    this.#at = at
    return count
  }

  /** Tells whether what stands at a place is known to attach to nothing. */
  #isClosed(at: number): boolean {
    if (at >= this.#limit) return true
    const kind = (this.#reading.table[this.#text.charCodeAt(at)] ?? 0) >>> 16
    return kind !== 0 && kind < attached
  }

  /** Reads the rest of a word of which one character or more need a closer look; returns its end. */
  #readOn(start: number, from: number, kind: number): number {
    const reading = this.#reading
    const { table } = reading
    const text = this.#text
    let at = from
    let one = this.#one
    let two = this.#two
    while (at < this.#limit) {
      const entry = table[text.charCodeAt(at)] ?? 0
      const isPlain = entry >>> 16 !== 0 && entry >>> 16 < complex
      const next = isPlain ? entry >>> 16 : reading.classAt(text, at)
      // Only plain letters and digits join each other; what is attached joins anything.
      const joins = next === attached || (next === kind && (kind === wordPart || at === start))
      if (!joins) break
      if (isPlain) {
        one = hashOne(one, entry & 0xffff)
        two = hashTwo(two, entry & 0xffff)
        at++
        continue
      }
      const folded = reading.foldedAt(text, at)
      for (let i = 0; i < folded.length; i++) {
        one = hashOne(one, folded.charCodeAt(i))
        two = hashTwo(two, folded.charCodeAt(i))
      }
      at += widthAt(text, at)
    }
    this.#one = one
    this.#two = two
    return at
  }
}

/** Tells whether a class makes a word of its own out of one code unit. */
function isSingle(kind: number): boolean {
  return kind === solo || kind === sign
}

function hashOne(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193)
}

function hashTwo(hash: number, unit: number): number {
  return (Math.imul(hash, 0x5bd1e995) + unit + 1) | 0
}

/** How many code units the character at a place takes. */
function widthAt(text: string, index: number): number {
  return (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1
}

/** Spreads every bit over the whole hash. */
function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
