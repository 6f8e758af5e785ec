import { digitWordFilter, stepWordHash } from './spelled-digits.ts'

/** What may be disguised in a text; all false for most texts. */
export interface Suspicion {
  /** Characters beyond ASCII, controls, encodings of single characters, emphasis inside words. */
  readonly rewriting: boolean
  /** Several names of digits in a row. */
  readonly spelledDigits: boolean
  /** Runs that may be Base64 or hexadecimal. */
  readonly encodedRuns: boolean
  /** Characters one by one with spaces or dots between. */
  readonly spaced: boolean
  /** Long numbers with letters in them that look like digits. */
  readonly lookalikes: boolean
  /** Speaks of a cipher that moves letters by 13 places. */
  readonly rotated: boolean
}

const letter = 1
const digit = 2
/** Further characters of Base64. */
const packing = 4
/** May begin or end a disguise, depending on what stands beside it. */
const doubtful = 8
/** Never stands in plain text. */
const strange = 16
/** A letter that is not the first of its word and in upper case. */
const upper = 32
const lookalike = 64

const kinds: Readonly<Uint8Array> = buildKinds()

const leastEncoded = 12
const leastSpaced = 7
const leastSpelled = 4

/** Looks over a text once and tells what needs a closer look. About 2 ns for each character. */
export function suspicionOf(text: string): Suspicion {
  let rewriting = false
  let spelledDigits = false
  let encodedRuns = false
  let spaced = false
  let lookalikes = false
  let word = 0
  let wordHash = 0
  let wordKinds = 0
  let digits = 0
  let run = 0
  let runKinds = 0
  let singles = 0
  let spelled = 0
  const length = text.length
  for (let i = 0; i <= length; i++) {
    const code = i < length ? text.charCodeAt(i) : 32
    const kind = code < 128 ? (kinds[code] ?? 0) : strange
    if ((kind & (letter | digit)) !== 0) {
      wordHash = stepWordHash(wordHash, code | 32)
      if (word > 0) wordKinds |= kind
      else wordKinds = kind & ~upper
      word++
      run++
      runKinds |= kind
      digits += (kind & digit) >> 1
      continue
    }
    if (word > 0) {
      if (word === 1) {
        if (++singles >= leastSpaced) spaced = true
      } else singles = 0
      if (digitWordFilter[wordHash & 4095] === 1) {
        if (++spelled >= leastSpelled) spelledDigits = true
      } else spelled = 0
      if (digits >= 6 && digits < word && (wordKinds & lookalike) !== 0) lookalikes = true
      runKinds |= wordKinds & upper
      word = 0
      wordHash = 0
      digits = 0
    }
    if ((kind & packing) !== 0) {
      run++
      runKinds |= kind & packing
    } else if (run > 0) {
      if (run >= leastEncoded && (runKinds & (digit | upper)) !== 0) encodedRuns = true
      run = 0
      runKinds = 0
    }
    if (kind >= doubtful && !rewriting) rewriting = kind === strange || isDisguise(text, i, code)
  }
  const rotated = text.includes('13') && /\brot[- ]?13\b/i.test(text)
  return { rewriting, spelledDigits, encodedRuns, spaced, lookalikes, rotated }
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
      return (next | 32) === 117 || (next | 32) === 120
    case 96:
      return isWordCode(next) && isWordCode(text.charCodeAt(index - 1))
    case 62:
      return isWordCode(next) && text.slice(Math.max(0, index - 48), index).includes('<')
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

function buildKinds(): Uint8Array {
  const table = new Uint8Array(128)
  for (let code = 0; code < 128; code++) {
    if (code >= 48 && code <= 57) table[code] = digit
    else if (code >= 65 && code <= 90) table[code] = letter | upper
    else if (code >= 97 && code <= 122) table[code] = letter
    else if ((code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127)
      table[code] = strange
  }
  for (const character of '+/=-_') table[character.charCodeAt(0)] = packing
  for (const character of '%&\\*~`>') table[character.charCodeAt(0)] = doubtful
  table['_'.charCodeAt(0)] = packing | doubtful
  for (const character of 'lIOoSBZ') {
    table[character.charCodeAt(0)] = (table[character.charCodeAt(0)] ?? 0) | lookalike
  }
  return table
}
