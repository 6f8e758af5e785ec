import { isCombining, isOrdinary, meaningOf } from './characters.ts'
import { isLookalike } from './confusables.ts'
import { foldCode } from '../detectors/fold.ts'
import { digitWordFilter, digitWordIndex } from './spelled-digits.ts'

/** What may be disguised in a text; nothing for most texts. */
export interface Suspicion {
  /** Places of characters beyond ASCII, controls, encodings of single characters, emphasis inside words. */
  readonly rewriting: readonly number[]
  /** Dashes, spaces and tags that are no disguise for everybody. */
  readonly hidden: boolean
  /** Three names of digits in a row. */
  readonly spelledDigits: boolean
  /** Beginnings of runs that may be Base64 or hexadecimal. */
  readonly encodedRuns: readonly number[]
  /** Many words of two characters in a row. */
  readonly pairs: boolean
  /** Characters one by one with spaces or dots between. */
  readonly spaced: boolean
  /** Beginnings of words with digits and letters that look like digits. */
  readonly lookalikes: readonly number[]
  /** Speaks of a cipher that moves letters by 13 places. */
  readonly rotated: boolean
}

const letter = 1
const digit = 2
const alphanumeric = letter | digit
/** A letter in upper case; of a word only those after the first count. */
const upper = 4
/** A letter that looks like a digit. */
const lookalike = 8
/** A letter that looks like no digit. */
const unlike = 16
/** Further characters of Base64. */
const packing = 32
/** May begin or end a disguise, depending on what stands beside it. */
const doubtful = 64
/** Never stands in plain text. */
const strange = 128

const kinds: Readonly<Uint16Array> = buildKinds()

const leastEncoded = 12
const leastSpaced = 7
const leastPairs = 7

/** Looks over a text once and tells what needs a closer look. About 3 ns for each character. */
export function suspicionOf(text: string): Suspicion {
  const found = {
    rewriting: [] as number[],
    hidden: false,
    spelledDigits: false,
    encodedRuns: [] as number[],
    pairs: false,
    spaced: false,
    lookalikes: [] as number[],
    rotated: text.includes('13') && /\brot[- ]?13\b/i.test(text),
  }
  const spelled = new SpelledWords()
  let run = 0
  let runKinds = 0
  let singles = 0
  let pairs = 0
  const length = text.length
  const table = kinds
  for (let i = 0; i < length;) {
    const start = i
    let code = text.charCodeAt(i)
    let kind = code < 128 ? (table[code] ?? 0) : kindBeyond(code)
    let wordKinds = kind & ~upper
    while ((kind & alphanumeric) !== 0) {
      i++
      code = i < length ? text.charCodeAt(i) : 32
      kind = code < 128 ? (table[code] ?? 0) : kindBeyond(code)
      wordKinds |= kind
    }
    const word = i - start
    if (word > 0) {
      singles = word === 1 ? singles + 1 : 0
      pairs = word === 2 || (word === 4 && text.startsWith('0x', start)) ? pairs + 1 : 0
      if (spelled.add(text, start, i)) found.spelledDigits = true
      if ((wordKinds & digit) !== 0 && (wordKinds & lookalike) !== 0) {
        if ((wordKinds & unlike) === 0 || hasDigits(text, start, i)) found.lookalikes.push(start)
      }
      if (singles >= leastSpaced) found.spaced = true
      if (pairs >= leastPairs) found.pairs = true
      run += word
      runKinds |= wordKinds
    }
    if ((kind & packing) !== 0) run++
    else {
      if (run >= leastEncoded && (runKinds & (digit | upper)) !== 0) found.encodedRuns.push(i - run)
      run = 0
      runKinds = 0
    }
    if (kind >= doubtful && ((kind & strange) !== 0 || isDisguise(text, i, code))) {
      found.rewriting.push(i)
      found.hidden ||= code >= 0xa0 && isHiding(code)
    }
    i++
  }
  if (run >= leastEncoded && (runKinds & (digit | upper)) !== 0)
    found.encodedRuns.push(length - run)
  return found
}

/** Sees three names of digits in a row: every other word is looked at, the one between only if both are names. */
class SpelledWords {
  #count = 0
  #isSpelled = false
  #start = 0
  #end = 0

  /** Adds the next word, and tells whether it completes three. */
  add(text: string, start: number, end: number): boolean {
    let isThird = false
    if ((this.#count++ & 1) === 0) {
      const wasSpelled = this.#isSpelled
      this.#isSpelled = isDigitWord(text, start, end)
      isThird = wasSpelled && this.#isSpelled && isDigitWord(text, this.#start, this.#end)
    }
    this.#start = start
    this.#end = end
    return isThird
  }
}

/** Tells whether a word may be the name of a digit. */
function isDigitWord(text: string, start: number, end: number): boolean {
  const length = end - start
  return length > 1 && length < 12 && digitWordFilter[digitWordIndex(text, start, end)] === 1
}

/** Kind of a character beyond ASCII: that of its letter where it is one with an accent. */
function kindBeyond(code: number): number {
  const folded = foldCode(code)
  if (folded < 128) return kinds[folded] ?? 0
  return mayDisguise(code) ? strange : 0
}

/** Tells whether a character means another, joins the one before it, or looks like a letter of ASCII. */
function mayDisguise(code: number): boolean {
  if (isLookalike(code)) return true
  if (isOrdinary(code)) return false
  return isCombining(code) || (code >= 0xd800 && code < 0xe000) || meaningOf(code) !== undefined
}

/** Tells whether a character may part the pieces of a value, turn it round, or be a letter nobody sees. */
function isHiding(code: number): boolean {
  if (code === 0xa0 || (code >= 0x2000 && code <= 0x200a)) return true
  if (code >= 0x2010 && code <= 0x2015) return true
  return [0x202e, 0x202f, 0x205f, 0x2067, 0x2212, 0x3000, 0xdb40].includes(code)
}

/** Tells whether a word holds six digits or more. */
function hasDigits(text: string, start: number, end: number): boolean {
  let digits = 0
  for (let i = start; i < end && digits < 6; i++) {
    if (((kinds[text.charCodeAt(i)] ?? 0) & digit) !== 0) digits++
  }
  return digits >= 6
}

/** Tells whether a doubtful character belongs to something that rewriting undoes. */
function isDisguise(text: string, index: number, code: number): boolean {
  const next = text.charCodeAt(index + 1)
  switch (code) {
    case 37:
      return isHex(next) && isHex(text.charCodeAt(index + 2))
    case 38:
      return /^&#?\w{1,10};/.test(text.slice(index, index + 13))
    case 92:
      return (next | 32) === 117 || (next | 32) === 120 || next === 48 || next === 49
    case 96:
      return isWordCode(next) && isWordCode(text.charCodeAt(index - 1))
    case 62:
      return isWordCode(next) && text.slice(Math.max(0, index - 48), index).includes('<')
    case 42:
      return next === code || isWordCode(next) || isWordCode(text.charCodeAt(index - 1))
    default:
      return next === code || (isWordCode(next) && text.charCodeAt(index - 1) === code)
  }
}

function isWordCode(code: number): boolean {
  return (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 122) || code === 64
}

function isHex(code: number): boolean {
  return (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 102)
}

function buildKinds(): Uint16Array {
  const table = new Uint16Array(128)
  for (let code = 0; code < 128; code++) {
    if (code >= 48 && code <= 57) table[code] = digit
    else if (code >= 65 && code <= 90) table[code] = letter | upper
    else if (code >= 97 && code <= 122) table[code] = letter
    else if ((code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127)
      table[code] = strange
  }
  for (const character of '+/-_') table[character.charCodeAt(0)] = packing
  for (const character of '%&\\*~`>') table[character.charCodeAt(0)] = doubtful
  table['_'.charCodeAt(0)] = packing | doubtful
  for (let code = 65; code < 123; code++) {
    const kind = table[code] ?? 0
    if ((kind & letter) !== 0) table[code] = kind | (looksLikeDigit(code) ? lookalike : unlike)
  }
  return table
}

/** Letters taken for digits: l, I, i, O, o, S, B, Z. */
function looksLikeDigit(code: number): boolean {
  return 'lIiOoSBZ'.includes(String.fromCharCode(code))
}
