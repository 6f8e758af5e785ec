import { PairIndex, resized } from './pair-index.ts'
import { Reading } from './reading.ts'
import type { ReadingSettings } from './reading.ts'
import { WordReader } from './word-reader.ts'

/** The longest term, in words; with `wholeWords: false` in letters. */
export const mostWords = 200

/** Told of each term that ends at the present word: owner and place. */
export type OnTerm = (owner: number, start: number, end: number) => void

/**
 * Collects terms for an automaton of Aho and Corasick over words instead of letters: a state is a row of words
 * that some term begins with. Words are known by 64 bits of hash, states by the state before and the word.
 */
export class AutomatonBuilder {
  readonly #reading: Reading
  readonly #reader: WordReader
  readonly #words: PairIndex
  /** State plus one is the number of the pair of the state before and the word; state 0 is the beginning. */
  readonly #states: PairIndex
  readonly #ownerSets = new OwnerSets()
  #owners: Int32Array
  #depths = new Uint8Array(1024)

  /** @param expectedTerms about how many terms there will be */
  constructor(settings: ReadingSettings, expectedTerms: number) {
    this.#reading = new Reading(settings)
    this.#reader = new WordReader(this.#reading)
    this.#words = new PairIndex(Math.max(64, expectedTerms))
    this.#states = new PairIndex(Math.max(64, expectedTerms * 2))
    this.#owners = new Int32Array(Math.max(1024, expectedTerms * 2))
  }

  /** Adds a part of a text as a term of an owner. Parts without a word add nothing; the text is not kept. */
  add(text: string, from: number, to: number, owner: number): void {
    const reader = this.#reader
    reader.reset(text, from, to)
    // A batch holds more words than a term.
    const count = Math.min(reader.next(), mostWords)
    let state = 0
    for (let index = 0; index < count; index++) {
      const word = this.#words.add(reader.firsts[index] ?? 0, reader.seconds[index] ?? 0)
      state = this.#states.add(state, word) + 1
      if (state >= this.#owners.length) this.#owners = resized(this.#owners, state * 2)
      if (state >= this.#depths.length) this.#depths = longer(this.#depths)
      this.#depths[state] = index + 1
    }
    if (state !== 0) this.#owners[state] = this.#ownerSets.with(this.#owners[state] ?? 0, owner)
  }

  /** Builds the automaton; the builder must not be used afterwards. */
  build(): Automaton {
    const states = this.#states
    const count = states.size + 1
    this.#words.trim()
    states.trim()
    const owners = resized(this.#owners, count)
    const depths = this.#depths.slice(0, count)
    this.#owners = owners
    this.#depths = depths
    const roots = new Int32Array(this.#words.size)
    const fallbacks = new Int32Array(count)
    const outputs = new Int32Array(count)
    const links: Links = { states, roots, fallbacks }
    for (const state of byDepth(depths)) {
      const word = states.secondOf(state - 1)
      const before = states.firstOf(state - 1)
      if (before === 0) {
        roots[word] = state
        continue
      }
      const fallback = step(links, fallbacks[before] ?? 0, word)
      fallbacks[state] = fallback
      outputs[state] = this.#outputBelow(state, fallback, owners, outputs)
    }
    return new Automaton(this.#reading, {
      words: this.#words,
      filter: filterOf(this.#words),
      states,
      roots,
      fallbacks,
      outputs,
      owners,
      depths,
      ownerSets: this.#ownerSets.sets,
    })
  }

  /** The longest shorter term that ends here and has other owners: those of the same lie within. */
  #outputBelow(state: number, fallback: number, owners: Int32Array, outputs: Int32Array): number {
    const own = owners[state] ?? 0
    for (let at = fallback; at !== 0; at = outputs[at] ?? 0) {
      if (!this.#ownerSets.isWithin(owners[at] ?? 0, own)) return at
    }
    return 0
  }
}

interface Links {
  /** State plus one is the number of the pair of the state before and the word; state 0 is the beginning. */
  readonly states: PairIndex
  /** State behind the beginning for each word; 0 where no term begins with it. */
  readonly roots: Int32Array
  /** The longest end of a state that is a state, too. */
  readonly fallbacks: Int32Array
}

interface Tables extends Links {
  readonly words: PairIndex
  /** A bit for each first half of the hash of a word, so that words of no term cost next to nothing. */
  readonly filter: Int32Array
  /** The longest shorter term that ends where the state ends. */
  readonly outputs: Int32Array
  /** Number of the set of owners of the term that the state is; 0 where it is none. */
  readonly owners: Int32Array
  /** How many words the state is long. */
  readonly depths: Uint8Array
  readonly ownerSets: readonly (readonly number[])[]
}

/** Finds terms in texts in time linear in the text, whatever the terms are. */
export class Automaton {
  readonly #tables: Tables
  // Kept from text to text, because making them costs more than a short text does.
  readonly #reader: WordReader
  readonly #begins = new Int32Array(256)
  readonly #told: Int32Array

  constructor(reading: Reading, tables: Tables) {
    this.#reader = new WordReader(reading)
    this.#told = new Int32Array(Math.max(0, ...tables.ownerSets.flat()) + 1)
    this.#tables = tables
  }

  /** Tells of every term in a text in order of ends, save those that end with a longer one of the same owners. */
  scan(text: string, onTerm: OnTerm): void {
    const { words, filter, roots, outputs, owners } = this.#tables
    const reader = this.#reader
    const { starts, ends, firsts, seconds } = reader
    const begins = this.#begins
    const telling = { begins, told: this.#told.fill(-1), onTerm }
    const mask = filter.length - 1
    let state = 0
    let number = 0
    reader.reset(text)
    for (let count = reader.next(); count > 0; count = reader.next()) {
      for (let index = 0; index < count; index++) {
        number = (number + 1) & 255
        begins[number] = starts[index] ?? 0
        const first = firsts[index] ?? 0
        const bits = filter[(first >>> 5) & mask] ?? 0
        const word = (bits & (1 << first)) === 0 ? -1 : words.find(first, seconds[index] ?? 0)
        if (word < 0) {
          state = 0
          continue
        }
        state = state === 0 ? (roots[word] ?? 0) : step(this.#tables, state, word)
        const term = owners[state] === 0 ? (outputs[state] ?? 0) : state
        if (term !== 0) this.#tell(term, number, ends[index] ?? 0, telling)
      }
    }
  }

  #tell(from: number, number: number, end: number, { begins, told, onTerm }: Telling): void {
    const { outputs, owners, depths, ownerSets } = this.#tables
    for (let term = from; term !== 0; term = outputs[term] ?? 0) {
      const start = begins[(number + 257 - (depths[term] ?? 0)) & 255] ?? 0
      for (const owner of ownerSets[owners[term] ?? 0] ?? []) {
        if (told[owner] === end) continue
        told[owner] = end
        onTerm(owner, start, end)
      }
    }
  }
}

interface Telling {
  /** Starts of the last words, by their number modulo 256. */
  readonly begins: Int32Array
  /** Where the last term of each owner ended. */
  readonly told: Int32Array
  readonly onTerm: OnTerm
}

/** The state behind a state and a word: the longest end of both that some term begins with. */
function step({ states, roots, fallbacks }: Links, from: number, word: number): number {
  for (let state = from; state !== 0; state = fallbacks[state] ?? 0) {
    const next = states.find(state, word)
    if (next >= 0) return next + 1
  }
  return roots[word] ?? 0
}

/** About sixteen bits for each word, of which one is set. */
function filterOf(words: PairIndex): Int32Array {
  let length = 64
  while (length * 2 < words.size) length *= 2
  const filter = new Int32Array(length)
  for (let word = 0; word < words.size; word++) {
    const first = words.firstOf(word)
    const place = (first >>> 5) & (length - 1)
    filter[place] = (filter[place] ?? 0) | (1 << first)
  }
  return filter
}

/** All states but the beginning, the shortest first. */
function byDepth(depths: Uint8Array): Uint32Array {
  const places = new Uint32Array(257)
  for (let state = 1; state < depths.length; state++) {
    const next = (depths[state] ?? 0) + 1
    places[next] = (places[next] ?? 0) + 1
  }
  for (let depth = 1; depth < 257; depth++) {
    places[depth] = (places[depth] ?? 0) + (places[depth - 1] ?? 0)
  }
  const ordered = new Uint32Array(Math.max(0, depths.length - 1))
  for (let state = 1; state < depths.length; state++) {
    const depth = depths[state] ?? 0
    const place = places[depth] ?? 0
    ordered[place] = state
    places[depth] = place + 1
  }
  return ordered
}

function longer(depths: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(depths.length * 2)
  copy.set(depths)
  return copy
}

/** Sets of owners by number, each kept once; set 0 is empty. */
class OwnerSets {
  readonly sets: (readonly number[])[] = [[]]
  readonly #numbers = new Map<string, number>([['', 0]])

  /** The number of a set with one more owner. */
  with(number: number, owner: number): number {
    const set = this.sets[number] ?? []
    if (set.includes(owner)) return number
    const larger = [...set, owner].toSorted((a, b) => a - b)
    const key = larger.join(',')
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.sets.push(larger)
    this.#numbers.set(key, this.sets.length - 1)
    return this.sets.length - 1
  }

  /** Tells whether every owner of a set is in another. */
  isWithin(number: number, other: number): boolean {
    if (number === other) return true
    const larger = this.sets[other] ?? []
    return (this.sets[number] ?? []).every((owner) => larger.includes(owner))
  }
}
