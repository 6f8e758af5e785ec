import { extend, salts, startFingerprint } from './fingerprint.ts'
import type { Fingerprint } from './fingerprint.ts'
import type { ValueReading, Words } from './words.ts'

/** Bounds of what a value may be: longer ones are not looked for. */
export const valueLimits = {
  words: 8,
  codeParts: 12,
  least: 3,
  leastCode: 4,
  mostCode: 63,
} as const

/** A value in the one form in which it is hashed. */
export interface CanonicalValue {
  readonly kind: 'words' | 'code' | 'email'
  /** What is hashed: the kind and the folded value. */
  readonly canonical: string
}

/** Most letters of a part of a code that holds no digit, as `NWBK` in an IBAN. */
const mostLetters = 4
const emailAddress = /^[^\s@]{1,64}@[^\s@]{3,255}$/

/** The form of a cell of a table; `undefined` where it cannot be looked for. */
export function valueOf(cell: string, reading: ValueReading): CanonicalValue | undefined {
  const text = cell.trim()
  if (emailAddress.test(text)) return emailValue(text)
  const date = dateOf(text)
  if (date !== undefined) return { kind: 'code', canonical: `c:${date}` }
  const words = reading.wordsOf(text)
  if (isCode(words)) return codeValue(text, reading)
  return wordsValue(words, 0, words.count, reading)
}

/** The form of an address of e-mail. */
export function emailValue(text: string): CanonicalValue {
  return { kind: 'email', canonical: `e:${text.toLowerCase()}` }
}

/** The form of a number with or without letters: separators do not matter. */
export function codeValue(text: string, reading: ValueReading): CanonicalValue | undefined {
  const compact = reading.fold(text).replaceAll(/[^\p{L}\p{N}]+/gu, '')
  if (compact.length < valueLimits.leastCode || compact.length > valueLimits.mostCode)
    return undefined
  return { kind: 'code', canonical: `c:${compact}` }
}

/** The form of words in a row. */
export function wordsValue(
  words: Words,
  from: number,
  to: number,
  reading: ValueReading,
): CanonicalValue | undefined {
  if (to <= from || to - from > valueLimits.words) return undefined
  let canonical = 'w:'
  for (let index = from; index < to; index++) {
    const word = words.text.slice(words.starts[index], words.ends[index])
    canonical += (index > from ? ' ' : '') + reading.fold(word)
  }
  // One letter or two tell nothing; where letters are words, two make three with what is between.
  return canonical.length - 2 < valueLimits.least ? undefined : { kind: 'words', canonical }
}

/** A number: every part holds a digit or is short, and one holds a digit. */
function isCode({ text, starts, ends, count }: Words): boolean {
  let hasDigit = false
  for (let index = 0; index < count; index++) {
    const kind = partAt(text, starts[index] ?? 0, ends[index] ?? 0)
    if (kind === 'other') return false
    hasDigit ||= kind === 'digits'
  }
  return hasDigit && count <= valueLimits.codeParts
}

/** What a word may be within a number: short letters, digits perhaps with letters, a sign, or nothing of it. */
export function partAt(
  text: string,
  start: number,
  end: number,
): 'letters' | 'digits' | 'sign' | 'other' {
  let hasDigit = false
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code >= 48 && code <= 57) hasDigit = true
    else if ((code | 32) < 97 || (code | 32) > 122) {
      return end - start === 1 && './()+:#'.includes(text.charAt(i)) ? 'sign' : 'other'
    }
  }
  if (hasDigit) return 'digits'
  return end - start <= mostLetters ? 'letters' : 'other'
}

/** Adds a part of a number or of an address to a fingerprint; capitals do not matter. */
export function extendCode(
  fingerprint: Fingerprint,
  text: string,
  start = 0,
  end = text.length,
): void {
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    extend(fingerprint, code >= 65 && code <= 90 ? code | 32 : code)
  }
}

/** Notes the length of a number in two words of bits. */
export function noteLength(lengths: Int32Array, length: number): void {
  lengths[length >>> 5] = (lengths[length >>> 5] ?? 0) | (1 << length)
}

/** Tells whether a length was noted. */
export function isNoted(lengths: Int32Array, length: number): boolean {
  return ((lengths[length >>> 5] ?? 0) & (1 << length)) !== 0
}

/** The fingerprints by which the value of a cell is noticed in a text, each with its salt. */
export function fingerprintsOf(
  value: CanonicalValue,
  cell: string,
  reading: ValueReading,
): { readonly fingerprint: Fingerprint; readonly salt: number }[] {
  if (value.kind !== 'words') {
    const fingerprint = startFingerprint()
    extendCode(fingerprint, value.canonical.slice(2))
    return [{ fingerprint, salt: value.kind === 'code' ? salts.code : salts.email }]
  }
  const words = reading.wordsOf(cell)
  const fingerprint = startFingerprint()
  return Array.from({ length: words.count }, (_, index) => {
    extend(fingerprint, words.firsts[index] ?? 0, words.seconds[index] ?? 0)
    const isWhole = index === words.count - 1
    return { fingerprint: { ...fingerprint }, salt: isWhole ? salts.words : salts.beginning }
  })
}

/**
 * A date as year, month and day without separators. `2001-02-03` and `03.02.2001` are clear; with slashes the
 * day comes first unless it cannot.
 */
export function dateOf(text: string): string | undefined {
  const [, a = '', separator, b = '', c = ''] =
    /^(\d{1,4})([-./])(\d{1,2})\2(\d{1,4})$/.exec(text) ?? []
  if (separator === undefined) return undefined
  return datesOf(a, b, c).at(0)
}

/** All dates that three numbers in a row may mean: the year first or last, then the day before the month. */
export function datesOf(a: string, b: string, c: string): string[] {
  const dates = a.length === 4 ? [dateText(a, b, c)] : [dateText(c, b, a), dateText(c, a, b)]
  return [...new Set(dates.filter((date) => date !== undefined))]
}

function dateText(year: string, month: string, day: string): string | undefined {
  if (year.length !== 4 || month.length > 2 || day.length > 2) return undefined
  const isDate = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31
  return isDate ? year + month.padStart(2, '0') + day.padStart(2, '0') : undefined
}
