import { charKind, highKind } from './alphabet.ts'
import type { Alphabet } from './alphabet.ts'
import { margin, tokenKind } from './block.ts'
import type { TokenBlock } from './block.ts'
import { hashStart, hashStep } from './lexicon.ts'

const longestWord = 40
const underscore = 95

/** Reads one token at `at` into the next place of a block and returns its end. `kind` is that of its first character. */
export type ReadToken = (block: TokenBlock, text: string, at: number, kind: number) => number

/** Makes the function that reads tokens: words, numbers, runs of other scripts, and signs. */
export function createTokenReader(alphabet: Alphabet): ReadToken {
  const { kinds } = alphabet
  const readWord = createWordReader(alphabet)

  return (block, text, at, kind) => {
    const code = text.charCodeAt(at)
    const opensName = code === underscore && isWordCode(text.charCodeAt(at + 1), kinds)
    if (kind === charKind.letter || opensName) return readWord(block, text, at)
    const place = margin + block.length
    block.clear(place)
    if (kind === charKind.digit) {
      const end = endOfNumber(text, at)
      if (kinds[text.charCodeAt(end)] === charKind.letter) return readWord(block, text, at)
      const size = end - at
      block.kind[place] = tokenKind.number
      block.shape[place] = 1 + Math.min(5, size)
      block.word[place] = size < 3 ? hashOfRange(text, at, end) : 0x51ed270b + Math.min(9, size)
      return end
    }
    const isBehind = block.length > 0 && block.end[place - 1] === at
    if (isBehind && lengthOfClitic(text, at) > 0) return readWord(block, text, at)
    if (kind === charKind.script) {
      block.kind[place] = tokenKind.script
      block.word[place] = 0x3c6ef372
      return endOfScript(text, at)
    }
    const end = endOfRun(text, at, code)
    block.kind[place] = tokenKind.punctuation
    block.word[place] = hashStep(hashStep(hashStart, code), Math.min(3, end - at))
    return end
  }
}

type ReadWord = (block: TokenBlock, text: string, from: number) => number

/** Makes the function that reads words and identifiers, with their beginnings, ends and shapes. */
function createWordReader({ kinds, folds, capitals }: Alphabet): ReadWord {
  const folded = new Uint16Array(longestWord + 1)

  return (block, text, from) => {
    let hash = hashStart
    let [shape, last, run, size, marks] = [0, 0, 0, 0, 0]
    const place = margin + block.length
    block.prefix2[place] = block.prefix3[place] = block.prefix4[place] = 0
    let at = from
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      const kind = code < 0x2000 ? kinds[code] : highKind(code)
      if (kind === charKind.mark) continue
      const look = lookOf(kind, capitals[code])
      if (look === 4 && code !== underscore && !isInside(text, at, from)) break
      if (look > 2 && (look === 3 || code === underscore)) marks += 1
      const fold = code < 0x2000 ? (folds[code] ?? code) : 39
      hash = hashStep(hash, fold)
      if (size < longestWord) folded[size] = fold
      size += 1
      if (size === 2) block.prefix2[place] = hash
      else if (size === 3) block.prefix3[place] = hash
      else if (size === 4) block.prefix4[place] = hash
      run = look === last ? run + 1 : 1
      if (run < 3 && shape < 1_000_000) shape = shape * 5 + look
      last = look
      // What an elision leads into is a word of its own: l'avocat, d'Arnaud.
      if (look === 4 && size === 2 && code !== underscore && isElided(folded[0] ?? 0, text, from)) {
        at += 1
        break
      }
    }
    block.kind[place] = marks > 0 ? tokenKind.mixed : tokenKind.word
    if (size > longestWord) block.kind[place] = tokenKind.opaque
    block.word[place] = hash | 0 || 1
    block.shape[place] = 16 + shape * 8 + Math.min(7, size)
    fillSuffixes(block, place, folded, Math.min(size, longestWord))
    return at
  }
}

/** 1 for a capital, 2 for a small letter, 3 for a digit, 4 for anything else. */
function lookOf(kind: number | undefined, capital: number | undefined): number {
  if (kind === charKind.letter) return capital === 1 ? 1 : 2
  return kind === charKind.digit ? 3 : 4
}

function fillSuffixes(block: TokenBlock, place: number, folded: Uint16Array, size: number): void {
  block.suffix2[place] = size > 2 ? suffixHash(folded, size, 2) : 0
  block.suffix3[place] = size > 3 ? suffixHash(folded, size, 3) : 0
  block.suffix4[place] = size > 4 ? suffixHash(folded, size, 4) : 0
}

function suffixHash(folded: Uint16Array, size: number, length: number): number {
  let hash = length
  for (let place = size - length; place < size; place += 1)
    hash = hashStep(hash, folded[place] ?? 0)
  return hash
}

function isWordCode(code: number, kinds: Uint8Array): boolean {
  return kinds[code] === charKind.letter || kinds[code] === charKind.digit
}

function isApostrophe(code: number): boolean {
  return code === 39 || code === 0x2019 || code === 0x2bc
}

/** Whether an apostrophe at `at` belongs into the word around it: O'Brien, not Liam's. */
function isInside(text: string, at: number, from: number): boolean {
  if (!isApostrophe(text.charCodeAt(at))) return false
  if (at === from) return true
  if (!/\p{L}/u.test(text.charAt(at + 1))) return false
  return lengthOfClitic(text, at) === 0
}

/** Length of `'s`, `'re`, `'t` and the like with the apostrophe, where a word ends with them; else 0. */
function lengthOfClitic(text: string, at: number): number {
  if (!isApostrophe(text.charCodeAt(at))) return 0
  const first = text.charCodeAt(at + 1) | 32
  const second = text.charCodeAt(at + 2) | 32
  const endsAfter = (length: number): boolean => !/[\p{L}\d]/u.test(text.charAt(at + length))
  // s, t, m, d
  if (first === 115 || first === 116 || first === 109 || first === 100) return endsAfter(2) ? 2 : 0
  const isLong =
    (first === 114 && second === 101) || // re
    (first === 108 && second === 108) || // ll
    (first === 118 && second === 101) // ve
  return isLong && endsAfter(3) ? 3 : 0
}

/** c' d' j' l' m' n' s' t', in lower case. */
function isElided(letter: number, text: string, from: number): boolean {
  return text.charCodeAt(from) === letter && 'cdjlmnst'.includes(String.fromCharCode(letter))
}

function hashOfRange(text: string, start: number, end: number): number {
  let hash = hashStart
  for (let at = start; at < end; at += 1) hash = hashStep(hash, text.charCodeAt(at))
  return hash
}

function isDigit(code: number): boolean {
  return code > 47 && code < 58
}

function endOfNumber(text: string, from: number): number {
  let at = from + 1
  for (;;) {
    const code = text.charCodeAt(at)
    if (isDigit(code)) at += 1
    else if ((code === 46 || code === 44 || code === 58) && isDigit(text.charCodeAt(at + 1)))
      at += 2
    else return at
  }
}

function endOfScript(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && isScript(text.charCodeAt(at))) at += 1
  return at
}

function isScript(code: number): boolean {
  if (code < 0x2000) return code >= 0x590 && code < 0x1c80 && !(code >= 0x10a0 && code < 0x1100)
  return highKind(code) === charKind.script
}

/** A sign that is repeated is one token; a pair of surrogates is never cut. */
function endOfRun(text: string, from: number, code: number): number {
  if (code >= 0xd800 && code < 0xdc00) return Math.min(text.length, from + 2)
  let at = from + 1
  while (at - from < longestWord && text.charCodeAt(at) === code) at += 1
  return at
}
