import { fold, foldCode, isFoldedLetter } from './fold.ts'
import { codeAt } from './surroundings.ts'

/** Words of context of all detectors, ready to be looked up. */
export interface ContextVocabulary {
  /** Terms whose first word has this hash. */
  readonly byHash: ReadonlyMap<number, readonly Term[]>
  /** Terms of scripts that put no spaces between words; they are searched for as they are. */
  readonly unspaced: readonly Term[]
  readonly size: number
}

interface Term {
  readonly id: number
  readonly words: readonly string[]
  readonly text: string
}

/** How far from a value a word may stand and still speak for it, in code units. */
const reach = { before: 64, after: 32 } as const

/** Gathers terms; `idOf` gives the number by which a term is known. */
export function createVocabulary(terms: Iterable<string>): {
  readonly vocabulary: ContextVocabulary
  readonly idOf: ReadonlyMap<string, number>
} {
  const idOf = new Map<string, number>()
  const byHash = new Map<number, Term[]>()
  const unspaced: Term[] = []
  for (const written of terms) {
    if (idOf.has(written)) continue
    const text = fold(written)
    const term = { id: idOf.size, words: text.split(' '), text }
    idOf.set(written, term.id)
    if (isUnspaced(text)) {
      unspaced.push(term)
      continue
    }
    const hash = hashOf(term.words[0] ?? '')
    const sameHash = byHash.get(hash)
    if (sameHash === undefined) byHash.set(hash, [term])
    else sameHash.push(term)
  }
  return { vocabulary: { byHash, unspaced, size: idOf.size }, idOf }
}

/**
 * Knows the words of context near places of one text. Places must be asked in about ascending order: each
 * part of the text is read at most once, and only parts near places are read.
 */
export class ContextReader {
  readonly #text: string
  readonly #vocabulary: ContextVocabulary
  readonly #starts: number[] = []
  readonly #ends: number[] = []
  readonly #ids: number[] = []
  #readTo = 0
  #first = 0

  constructor(text: string, vocabulary: ContextVocabulary) {
    this.#text = text
    this.#vocabulary = vocabulary
  }

  /**
   * Distance in code units to the nearest term that `belongs`, weighing words behind the place double;
   * `undefined` when none is near.
   */
  nearest(start: number, end: number, belongs: Readonly<Uint8Array>): number | undefined {
    this.#readAround(start, end)
    if (this.#ids.length === this.#first) return undefined
    let best: number | undefined
    for (let i = this.#ids.length - 1; i >= this.#first; i--) {
      const termStart = this.#starts[i] ?? 0
      if (termStart < start - reach.before) break
      const termEnd = this.#ends[i] ?? 0
      if (termStart > end + reach.after || belongs[this.#ids[i] ?? 0] !== 1) continue
      if (termStart < end && termEnd > start) continue
      const distance = termStart >= end ? (termStart - end) * 2 : start - termEnd
      if (best === undefined || distance < best) best = distance
    }
    return best
  }

  #readAround(start: number, end: number): void {
    const from = Math.max(this.#readTo, this.#wordStart(Math.max(0, start - reach.before)))
    const to = Math.min(this.#text.length, end + reach.after)
    if (to <= this.#readTo) return
    while (
      this.#first < this.#starts.length &&
      (this.#starts[this.#first] ?? 0) < start - 2 * reach.before - 64
    ) {
      this.#first++
    }
    this.#read(from, to)
  }

  /** Start of the word that a place is in, looked for a bounded way back. */
  #wordStart(index: number): number {
    let at = index
    while (at > 0 && index - at < 32 && isFoldedLetter(foldCode(codeAt(this.#text, at - 1)))) at--
    return at
  }

  #read(from: number, to: number): void {
    const text = this.#text
    let i = from
    while (i < to) {
      if (!isFoldedLetter(foldCode(codeAt(text, i)))) {
        i++
        continue
      }
      i = this.#readWord(i)
    }
    this.#readTo = Math.max(i, to)
  }

  /** Looks up one run of letters, and the parts of one such as `passportNumber`. */
  #readWord(start: number): number {
    const text = this.#text
    let hash = 0
    let partHash = 0
    let partStart = start
    let beforeLast = 0
    let unspaced = false
    let i = start
    let last = 0
    for (; i < text.length; i++) {
      const original = codeAt(text, i)
      const code = foldCode(original)
      if (!isFoldedLetter(code)) break
      if (code !== original && last >= 97 && last <= 122) {
        this.#lookUp(partHash, partStart, i)
        partHash = 0
        partStart = i
      }
      beforeLast = partHash
      hash = (Math.imul(hash, 31) + code) | 0
      partHash = (Math.imul(partHash, 31) + code) | 0
      last = original
      if (code >= 0x0e00) unspaced = true
    }
    this.#lookUp(hash, start, i)
    if (partStart !== start) this.#lookUp(partHash, partStart, i)
    if (last === 115 || last === 83) this.#lookUp(beforeLast, partStart, i - 1)
    if (unspaced) this.#lookUpUnspaced(start, i)
    return i
  }

  #lookUp(hash: number, start: number, end: number): void {
    const terms = this.#vocabulary.byHash.get(hash)
    if (terms === undefined) return
    for (const term of terms) {
      const termEnd = matchWords(this.#text, start, end, term.words)
      if (termEnd > 0) this.#add(term.id, start, termEnd)
    }
  }

  #lookUpUnspaced(start: number, end: number): void {
    const run = this.#text.slice(start, Math.min(end, start + 256))
    for (const term of this.#vocabulary.unspaced) {
      const at = run.indexOf(term.text)
      if (at >= 0) this.#add(term.id, start + at, start + at + term.text.length)
    }
  }

  #add(id: number, start: number, end: number): void {
    this.#starts.push(start)
    this.#ends.push(end)
    this.#ids.push(id)
  }
}

/** End of the term if it stands at `start`, its first word ending at `firstEnd`; 0 otherwise. */
function matchWords(
  text: string,
  start: number,
  firstEnd: number,
  words: readonly string[],
): number {
  let at = start
  for (const [index, word] of words.entries()) {
    if (index > 0) {
      let gap = 0
      while (gap < 3 && at < text.length && !isFoldedLetter(foldCode(codeAt(text, at)))) {
        at++
        gap++
      }
    }
    for (let i = 0; i < word.length; i++) {
      if (foldCode(codeAt(text, at + i)) !== word.charCodeAt(i)) return 0
    }
    at += word.length
    if (index === 0 && at !== firstEnd) return 0
  }
  // The last of several words may be an inflected form: one or two letters more, not another word.
  if (words.length > 1) {
    let more = 0
    while (more < 3 && isFoldedLetter(foldCode(codeAt(text, at + more)))) more++
    if (more >= 3) return 0
  }
  return at
}

function hashOf(word: string): number {
  let hash = 0
  for (let i = 0; i < word.length; i++) hash = (Math.imul(hash, 31) + word.charCodeAt(i)) | 0
  return hash
}

function isUnspaced(text: string): boolean {
  return codeAt(text, 0) >= 0x0e00
}
