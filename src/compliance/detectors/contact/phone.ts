import { isShortDate, isLongDate } from '../calendar.ts'
import { confidence } from '../contract.ts'
import type { TriggerDetector } from '../contract.ts'
import { closesHere, codeAt, isDigitCode, opensHere } from '../surroundings.ts'
import { isInternationalNumber } from './calling-codes.ts'
import { phoneWords } from './phone-words.ts'

/** E.164 allows 15 digits; prefixes and trunk zeros come on top. */
const most = { digits: 18, groups: 7 } as const
const least = 7
const plus = 43

const extension = /[ ,;]{0,2}(?:x|ext\.?|extension|durchwahl|poste|#) ?:?\d{1,6}(?!\d)/iy

/**
 * Telephone number: international by calling code and length, North American by its blocks, national by its
 * trunk zero, anything else only next to words that speak of telephones.
 */
export const phone: TriggerDetector = {
  label: 'phone',
  category: 'contact',
  context: phoneWords,
  triggers: ['number', '+', '('],
  at(text, index) {
    const row = readRow(text, index)
    if (row === undefined) return undefined
    const end = withExtension(text, row.end)
    if (!closesHere(text, end)) return undefined
    if (row.digits.length < 9 && row.digits === row.written && !isAnnounced(text, index))
      return undefined
    const score = rateRow(row)
    return score > 0 ? { start: index, end, score } : undefined
  },
}

interface Row {
  readonly hasPlus: boolean
  readonly digits: string
  /** Lengths of the groups, such as `3-3-4`. */
  readonly groups: string
  readonly written: string
  readonly end: number
}

/** Reads digits in groups from a place on; `undefined` when they are no candidate for a number to call. */
function readRow(text: string, start: number): Row | undefined {
  const first = codeAt(text, start)
  if (!isDigitCode(first) && !opensRow(text, start)) return undefined
  if (isDigitCode(first) && isWithinRow(text, start)) return undefined
  let digits = 0
  let groups = 0
  let at = start
  let end = start
  let separators = 1
  for (; digits <= most.digits && groups <= most.groups; at++) {
    const code = codeAt(text, at)
    if (isDigitCode(code)) {
      if (separators > 0) groups++
      digits++
      separators = 0
      end = at + 1
    } else {
      separators++
      if (separators > (end === start ? 4 : 2) || !isSeparatorCode(code)) break
      if (code === plus && at > start + 1) break
    }
  }
  if (digits < least || digits > most.digits) return undefined
  const written = text.slice(start, end)
  const parts = written.split(/\D+/).filter((part) => part !== '')
  return {
    hasPlus: written.slice(0, 3).includes('+'),
    digits: parts.join(''),
    groups: parts.map((part) => part.length).join('-'),
    written,
    end,
  }
}

function rateRow({ hasPlus, digits, groups, written }: Row): number {
  if (/^(\d)\1+$/.test(digits)) return 0
  if (hasPlus) return isInternationalNumber(digits) ? confidence.strong : confidence.loose
  if (isSomethingElse(digits, groups, written)) return 0
  const isGrouped = groups.includes('-')
  if (digits.startsWith('00') && isInternationalNumber(digits.slice(2)))
    return isGrouped ? 0.6 : 0.4
  if (digits.startsWith('011') && isGrouped && isInternationalNumber(digits.slice(3)))
    return confidence.checked
  const northAmerican = rateNorthAmerican(digits, groups, written)
  if (northAmerican > 0) return northAmerican
  if (/^0[1-9]/.test(digits) && digits.length >= 9 && digits.length <= 12)
    return isGrouped ? 0.4 : confidence.format
  // Turkish numbers are often written without their trunk zero.
  if (digits.length === 10 && /^(?:5[0-5]|[2-4][1-8]2?)/.test(digits)) return confidence.format
  if (digits.length >= 11 && /^[1-3]-\d+-\d+/.test(groups) && isInternationalNumber(digits))
    return confidence.format
  if (digits.length > 12 || groups.startsWith('1-')) return confidence.loose
  return isGrouped ? 0.2 : confidence.loose
}

/** Blocks of North America: three digits from 200 up, three from 200 up, four. */
function rateNorthAmerican(digits: string, groups: string, written: string): number {
  const national = digits.length === 11 && digits.startsWith('1') ? digits.slice(1) : digits
  if (national.length !== 10 || !/^[2-9]\d\d[2-9]/.test(national)) return 0
  if (groups.endsWith('3-3-4'))
    return /^[\d ]+$/.test(written) ? confidence.likely : confidence.checked
  return groups === '10' || groups === '11' ? 0.25 : 0
}

/** Dates, ranges of years, addresses of the internet, amounts: rows of digits that nobody calls. */
function isSomethingElse(digits: string, groups: string, written: string): boolean {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(written)) return true
  // Social security numbers, and ranges of round numbers.
  if (groups === '3-2-4' || digits.length > 15) return true
  if (/^\d*00-\d*00$/.test(written)) return true
  // Decimal fractions, and names that end in a date.
  if (/^\d{1,3}\.\d+$/.test(written) || /(?:19|20)\d\d-[01]\d-[0-3]\d$/.test(written)) return true
  if (/^(?:19|20)\d\d[-./ ](?:19|20)\d\d$/.test(written)) return true
  if (/^\d{4}[-./]\d{1,2}[-./]\d{1,2}/.test(written) && isLongDate(padDate(written))) return true
  if (/^(?:2-2-4|1-1-4|1-2-4|2-1-4|2-2-2)$/.test(groups) && /^\d+([-./])\d+\1\d+$/.test(written)) {
    return isShortDate(digits.slice(0, 6), 'ddmmyy') || groups.length === 5
  }
  return (
    /^[1-9]\d{0,2}(?:([ .])\d{3}){2,}$/.test(written) &&
    written.length > 11 &&
    !/^\d{3}/.test(written)
  )
}

function padDate(written: string): string {
  const [year = '', month = '', day = ''] = written.split(/[-./ ]/)
  return year + month.padStart(2, '0') + day.padStart(2, '0')
}

const announcement = /(?:phone|tel|call|mobile|cell|fax|number|telefon|nummer|at|on|is)\W{0,4}$/i

/** A few digits without groups are a number to call only right behind a word that says so. */
function isAnnounced(text: string, start: number): boolean {
  return announcement.test(text.slice(Math.max(0, start - 16), start))
}

function withExtension(text: string, end: number): number {
  extension.lastIndex = end
  return extension.test(text) ? extension.lastIndex : end
}

/** A plus or bracket that may open a number: not one that continues a word, and digits follow. */
function opensRow(text: string, start: number): boolean {
  if (!opensHere(text, start)) return false
  const next = text.slice(start + 1, start + 3)
  return /^[( ]?\d|^\+\d/.test(next)
}

/** A group whose row was already read from its plus, bracket or first group. */
function isWithinRow(text: string, start: number): boolean {
  const before = codeAt(text, start - 1)
  if (before === 32 && isDigitCode(codeAt(text, start - 2)) && isShortGroup(text, start))
    return true
  if (before === 43 || before === 40) return true
  const second = codeAt(text, start - 2)
  const continues =
    before === 45 || before === 46 || before === 47 || before === 41 || before === 32
  if (!continues) return false
  if (before === 32 && !isDigitCode(second)) return second === 43 || second === 41
  return before === 32 ? hasPlusBefore(text, start - 1) : isDigitCode(second)
}

/** One or two digits among others do not open a row of their own. */
function isShortGroup(text: string, start: number): boolean {
  return !isDigitCode(codeAt(text, start + 1)) || !isDigitCode(codeAt(text, start + 2))
}

/** The row that ends before a place begins with a plus. */
function hasPlusBefore(text: string, end: number): boolean {
  for (let at = end - 1; at >= 0 && end - at < 20; at--) {
    const code = codeAt(text, at)
    if (code === 43) return true
    if (!isDigitCode(code) && !isSeparatorCode(code)) return false
  }
  return false
}

function isSeparatorCode(code: number): boolean {
  return code === 32 || (code >= 40 && code <= 47 && code !== 42 && code !== 44)
}
