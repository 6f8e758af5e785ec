import { extend, salts, startFingerprint } from './fingerprint.ts'
import type { FingerprintFilter } from './fingerprint.ts'
import {
  codeValue,
  datesOf,
  emailValue,
  extendCode,
  isNoted,
  partAt,
  valueLimits,
  wordsValue,
} from './values.ts'
import type { CanonicalValue } from './values.ts'
import type { ValueReading, Words } from './words.ts'

/** Told of each place that may hold a value of a table. */
export type OnCandidate = (value: CanonicalValue, start: number, end: number) => void

/** What a search for candidates needs. */
export interface CandidateSearch {
  readonly filter: FingerprintFilter
  /** Lengths of the numbers that are sought, see `isNoted`. */
  readonly codeLengths: Int32Array
  readonly reading: ValueReading
  readonly onCandidate: OnCandidate
}

/** Finds places that the filter lets pass: words in a row, numbers, dates, addresses of e-mail. Linear. */
export function findCandidates(words: Words, search: CandidateSearch): void {
  const { text, starts, ends, count } = words
  let digit = nextDigit(text, 0)
  for (let index = 0; index < count; index++) {
    const start = starts[index] ?? 0
    const end = ends[index] ?? 0
    findWords(words, index, search)
    if (digit < start) digit = nextDigit(text, start)
    if (digit < end) {
      findCode(words, index, search)
      const before =
        index > 0 ? partAt(text, starts[index - 1] ?? 0, ends[index - 1] ?? 0) : 'other'
      if (before === 'letters') findCode(words, index - 1, search)
      findDate(words, index, search)
    } else if (text.charCodeAt(start) === 64) findEmail(text, start, search)
  }
}

function findWords(words: Words, from: number, search: CandidateSearch): void {
  const { filter, reading, onCandidate } = search
  const fingerprint = startFingerprint()
  const last = Math.min(words.count, from + valueLimits.words)
  for (let index = from; index < last; index++) {
    extend(fingerprint, words.firsts[index] ?? 0, words.seconds[index] ?? 0)
    if (filter.has(fingerprint, salts.words)) {
      const value = wordsValue(words, from, index + 1, reading)
      if (value !== undefined) onCandidate(value, words.starts[from] ?? 0, words.ends[index] ?? 0)
    }
    if (!filter.has(fingerprint, salts.beginning)) return
  }
}

/** Numbers that begin at a word, in one or more parts. */
function findCode(words: Words, from: number, search: CandidateSearch): void {
  const { text, starts, ends } = words
  const fingerprint = startFingerprint()
  const start = starts[from] ?? 0
  const last = Math.min(words.count, from + valueLimits.codeParts)
  let hasDigit = false
  for (let index = from, length = 0; index < last; index++) {
    const partStart = starts[index] ?? 0
    const end = ends[index] ?? 0
    if (end - partStart > valueLimits.mostCode) return
    const part = partAt(text, partStart, end)
    if (part === 'sign' && index > from) continue
    if (part === 'other' || part === 'sign') return
    hasDigit ||= part === 'digits'
    length += end - partStart
    if (length > valueLimits.mostCode) return
    extendCode(fingerprint, text, partStart, end)
    if (!hasDigit || !isNoted(search.codeLengths, length)) continue
    if (!search.filter.has(fingerprint, salts.code)) continue
    const value = codeValue(text.slice(start, end), search.reading)
    if (value !== undefined) search.onCandidate(value, start, end)
  }
}

const datePattern = /^(\d{1,4})([-./])(\d{1,2})\2(\d{1,4})(?!\d)/
const longestDate = 10

/** A date with separators that begins at a word, in every reading it allows. */
function findDate({ text, starts }: Words, index: number, search: CandidateSearch): void {
  const start = starts[index] ?? 0
  const found = datePattern.exec(text.slice(start, start + longestDate + 1))
  if (found === null) return
  for (const date of datesOf(found[1] ?? '', found[3] ?? '', found[4] ?? '')) {
    const fingerprint = startFingerprint()
    extendCode(fingerprint, date)
    if (!search.filter.has(fingerprint, salts.code)) continue
    search.onCandidate({ kind: 'code', canonical: `c:${date}` }, start, start + found[0].length)
  }
}

const mostLocal = 64
const mostDomain = 255

/** The address around an `@`. */
function findEmail(text: string, at: number, search: CandidateSearch): void {
  let start = at
  while (start > 0 && at - start < mostLocal && isLocal(text.charCodeAt(start - 1))) start--
  // A quote before an address may not be told from one in it, but is the likelier.
  while (start < at && !isAlnum(text.charCodeAt(start)) && text.charAt(start) !== '_') start++
  let end = at + 1
  while (end < text.length && end - at < mostDomain && isDomain(text.charCodeAt(end))) end++
  while (end > at && !isAlnum(text.charCodeAt(end - 1))) end--
  if (start === at || end <= at + 1) return
  const address = text.slice(start, end).toLowerCase()
  const fingerprint = startFingerprint()
  extendCode(fingerprint, address)
  if (search.filter.has(fingerprint, salts.email))
    search.onCandidate(emailValue(address), start, end)
}

function isAlnum(code: number): boolean {
  return (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 122) || code > 127
}

function isDomain(code: number): boolean {
  return isAlnum(code) || code === 45 || code === 46
}

/** `!#$%&'*+-/=?^_{|}~.` and a backtick may stand in the local part (RFC 5322); few of them do. */
function isLocal(code: number): boolean {
  return isDomain(code) || code === 95 || code === 43 || code === 37 || code === 38 || code === 39
}

function nextDigit(text: string, from: number): number {
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code >= 48 && code <= 57) break
    at++
  }
  return at
}
