/** Reading what stands around a place of a text. All functions look a bounded way. */

/**
 * The code unit at a place, 0 beyond the ends. Asking a string beyond its ends makes the engine give up its
 * fast way for good, so everything that looks around a place asks here.
 */
export function codeAt(text: string, index: number): number {
  return index >= 0 && index < text.length ? text.charCodeAt(index) : 0
}

/** Tells whether a code unit is an ASCII digit. */
export function isDigitCode(code: number): boolean {
  return code >= 48 && code <= 57
}

/** Tells whether a code unit is an ASCII letter. */
export function isLetterCode(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}

/** Tells whether a code unit is an ASCII letter or digit. */
export function isAlnumCode(code: number): boolean {
  return isDigitCode(code) || isLetterCode(code)
}

const underscore = 95
const joiners = '-./\\_+'

/** Tells whether nothing that belongs to the same word stands right before `start`. */
export function opensHere(text: string, start: number): boolean {
  const before = codeAt(text, start - 1)
  if (isAlnumCode(before)) return false
  return before !== underscore || !isAlnumCode(codeAt(text, start - 2))
}

/** Tells whether nothing that belongs to the same word stands right at `end`. */
export function closesHere(text: string, end: number): boolean {
  const after = codeAt(text, end)
  if (isAlnumCode(after)) return false
  return after !== underscore || !isAlnumCode(codeAt(text, end + 1))
}

/**
 * Tells whether a value is only a part of something longer: the last group of a UUID, the digits of a
 * decimal fraction, a part of a path, some groups out of a longer row of groups.
 */
export function isEmbedded(text: string, start: number, end: number): boolean {
  return continuesBefore(text, start, end) || continuesAfter(text, start, end)
}

function continuesBefore(text: string, start: number, end: number): boolean {
  const before = text.charAt(start - 1)
  const second = codeAt(text, start - 2)
  if (before === ':') return isDigitCode(second)
  if (before === ',') return isDigitCode(second) && digitsAfter(text, start) === 3
  if (before === ' ') {
    return (
      isDigitCode(second) &&
      isDigitCode(codeAt(text, start)) &&
      digitsBefore(text, start - 1) >= 3 &&
      isRowOfGroups(text, start, end)
    )
  }
  if (before === '' || !joiners.includes(before) || !isAlnumCode(second)) return false
  if (before === '-') return !isWordBefore(text, start - 1)
  return true
}

function continuesAfter(text: string, start: number, end: number): boolean {
  const after = text.charAt(end)
  const second = codeAt(text, end + 1)
  if (after === ',') return isDigitCode(second) && digitsAfter(text, end + 1) === 3
  if (after === '.' || after === ':') return isDigitCode(second)
  if (after === ' ') {
    return (
      isDigitCode(second) &&
      isDigitCode(codeAt(text, end - 1)) &&
      digitsAfter(text, end + 1) >= 3 &&
      isRowOfGroups(text, start, end)
    )
  }
  if (after === '' || !joiners.includes(after) || !isAlnumCode(second)) return false
  return after !== '-' || !isWordAfter(text, end + 1)
}

/** Groups parted by spaces, or one short group: what a neighbouring group of digits would be part of. */
function isRowOfGroups(text: string, start: number, end: number): boolean {
  return end - start < 6 || text.slice(start, end).includes(' ')
}

function digitsBefore(text: string, end: number): number {
  let count = 0
  while (count < 8 && isDigitCode(codeAt(text, end - 1 - count))) count++
  return count
}

function digitsAfter(text: string, start: number): number {
  let count = 0
  while (count < 8 && isDigitCode(codeAt(text, start + count))) count++
  return count
}

/** A word of letters such as `PESEL` in `PESEL-44051401359` is a name, not part of the value. */
function isWordBefore(text: string, end: number): boolean {
  let at = end
  while (at > 0 && end - at < 24 && isLetterCode(codeAt(text, at - 1))) at--
  return end - at >= 2 && end - at < 24 && !isAlnumCode(codeAt(text, at - 1))
}

/** A word of letters such as `office` in `5551234-office` is a remark, not part of the value. */
function isWordAfter(text: string, start: number): boolean {
  let at = start
  while (at - start < 24 && isLetterCode(codeAt(text, at))) at++
  return at - start >= 2 && at - start < 24 && !isAlnumCode(codeAt(text, at))
}

const fieldLimit = 80

/** Tells whether a text is nothing but this value and at most one word: a field of a form, not prose. */
export function standsAlone(text: string, start: number, end: number): boolean {
  if (text.length > fieldLimit + (end - start)) return false
  return countWords(text, 0, start) + countWords(text, end, text.length) <= 1
}

/** Words without digits, of two letters or more. */
function countWords(text: string, from: number, to: number): number {
  let words = 0
  let letters = 0
  let digits = 0
  for (let i = from; i <= to; i++) {
    const code = i < to ? codeAt(text, i) : 32
    if (isDigitCode(code)) digits++
    else if (isLetterCode(code) || code > 127) letters++
    else {
      if (letters >= 2 && digits === 0) words++
      letters = 0
      digits = 0
    }
  }
  return words
}
