import type { DecodedRun } from '../types.ts'

/** The longest line of mail, and the longest text that is read with its letters moved. */
const limits = { lineLength: 76, rotated: 65_536 } as const

const utf8 = new TextDecoder('utf-8')
const leastEncoded = 12
const longestPiece = 64

/** Reads runs of Base64 and hexadecimal, which begin at `starts`, that decode to printable text. */
export function readEncodedRuns(text: string, starts: readonly number[]): DecodedRun[] {
  const readings: DecodedRun[] = []
  const runs = /[A-Za-z0-9+/_-]{12,}={0,2}/y
  let last = 0
  for (const start of starts) {
    if (start < last) continue
    runs.lastIndex = start
    const found = runs.exec(text)
    if (found === null) continue
    last = joinLines(text, start, start + found[0].length)
    const run = text.slice(start, last)
    const reading = readHex(run, start) ?? readBase64(run, start)
    if (reading !== undefined) readings.push(reading)
  }
  return readings
}

/** Reads bytes in hexadecimal that stand apart, such as `34 30 31`. */
export function readPairs(text: string): DecodedRun[] {
  const readings: DecodedRun[] = []
  const runs =
    /(?<![0-9A-Za-z])(?:0x)?[0-9a-f]{2}(?:(?:, |[ :,-])(?:0x)?[0-9a-f]{2}){7,}(?![0-9A-Za-z])/gi
  for (const found of text.matchAll(runs)) {
    const bytes = Buffer.from(found[0].replaceAll(/0x|[ :,-]/gi, ''), 'hex')
    const reading = printable(bytes)
    if (reading === undefined) continue
    readings.push({
      encoding: 'hex',
      start: found.index,
      end: found.index + found[0].length,
      text: reading,
    })
  }
  return readings
}

/** Lines of one length, as in mail, are one run. */
function joinLines(text: string, start: number, end: number): number {
  let to = end
  if (end - start < 60 || end - start > limits.lineLength) return end
  const line = end - start
  for (;;) {
    const next = /^\r?\n([A-Za-z0-9+/]{4,76}={0,2})(?![A-Za-z0-9+/])/.exec(text.slice(to, to + 84))
    if (next === null) return to
    to += next[0].length
    if ((next[1]?.length ?? 0) < line) return to
  }
}

function readHex(run: string, start: number): DecodedRun | undefined {
  const from = /^0x/i.test(run) ? 2 : 0
  const digits = run.slice(from)
  if (digits.length < 2 * 7 || digits.length % 2 !== 0 || !/^[0-9a-fA-F]+$/.test(digits))
    return undefined
  const text = printable(Buffer.from(digits, 'hex'))
  return text === undefined ? undefined : { encoding: 'hex', start, end: start + run.length, text }
}

function readBase64(run: string, start: number): DecodedRun | undefined {
  // A path or a name with hyphens in front of it must not shift the groups of four.
  const from = Math.max(run.lastIndexOf('/', run.length - leastEncoded), -1) + 1
  const whole = decodeBase64(run)
  if (whole !== undefined)
    return { encoding: 'base64', start, end: start + run.length, text: whole }
  if (from === 0) return undefined
  const rest = decodeBase64(run.slice(from))
  return rest === undefined
    ? undefined
    : { encoding: 'base64', start: start + from, end: start + run.length, text: rest }
}

function decodeBase64(run: string): string | undefined {
  const body = run.replaceAll(/[\r\n]/g, '').replace(/=+$/, '')
  if (body.length < leastEncoded - 1 || body.length % 4 === 1) return undefined
  // The first bytes tell nearly every word and name from an encoded text.
  if (printable(Buffer.from(body.slice(0, 16), 'base64')) === undefined) return undefined
  return printable(Buffer.from(body, 'base64'))
}

/** The bytes as text when nearly all of it is printable; a character cut at the end is left out. */
function printable(bytes: Uint8Array): string | undefined {
  if (bytes.length < 6) return undefined
  const text = utf8.decode(bytes)
  let strange = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const isStrange =
      (code < 32 && code !== 9 && code !== 10 && code !== 13) ||
      (code > 126 && code < 160) ||
      code === 0xfffd
    if (isStrange && ++strange > text.length / 20 && i < text.length - 1) return undefined
  }
  return strange > text.length / 20 && strange > 1 ? undefined : text
}

const leastSpaced = 7

/** Reads characters that stand one by one, all with the same separator between. */
export function readSpaced(text: string): DecodedRun[] {
  const readings: DecodedRun[] = []
  const starts = /(?<![A-Za-z0-9])[A-Za-z0-9+(](?=([ ._/|-]{1,2}|, )[^\n])/g
  for (let found = starts.exec(text); found !== null; found = starts.exec(text)) {
    const separator = found[1] ?? ' '
    let reading = found[0]
    let end = found.index + 1
    while (text.startsWith(separator, end) && isSingle(text, end + separator.length, separator)) {
      reading += text.charAt(end + separator.length)
      end += separator.length + 1
    }
    if (reading.length < leastSpaced) continue
    starts.lastIndex = end
    readings.push({ encoding: 'spaced', start: found.index, end, text: reading.trimEnd() })
  }
  return readings
}

/** Tells whether one character stands at a place, and the separator or the end of a word after it. */
function isSingle(text: string, place: number, separator: string): boolean {
  const character = text.charAt(place)
  if (character === '' || character === '\n') return false
  return text.startsWith(separator, place + 1) || !/[A-Za-z0-9]/.test(text.charAt(place + 1))
}

const lookalikes: Readonly<Record<string, string>> = {
  O: '0',
  o: '0',
  l: '1',
  I: '1',
  i: '1',
  S: '5',
  B: '8',
  Z: '2',
}

/** Reads numbers in which letters of ASCII stand for the digits they look like; `words` tells where that may be. */
export function readLookalikes(text: string, words: readonly number[]): DecodedRun[] {
  const readings: DecodedRun[] = []
  const parts = /[0-9OolIiSBZ]+(?:[-. ][0-9OolIiSBZ]+(?![A-Za-z0-9]))*/g
  let last = 0
  for (const word of words) {
    if (word < last) continue
    parts.lastIndex = Math.max(last, groupsStart(text, word))
    for (let found = parts.exec(text); found !== null; found = parts.exec(text)) {
      const digits = withDigits(found[0])
      last = parts.lastIndex
      if (digits !== found[0]) {
        let start = found.index
        const from = start + digits.length
        let end = from
        while (start > 0 && isTokenCharacter(text.charAt(start - 1))) start--
        while (isTokenCharacter(text.charAt(end))) end++
        last = end
        const reading = text.slice(start, found.index) + digits + text.slice(from, end)
        readings.push({ encoding: 'lookalikes', start, end, text: reading })
      }
      if (last > word && !isTokenCharacter(text.charAt(last))) break
      parts.lastIndex = last
    }
  }
  return readings
}

/** Start of the row of groups with digits in them that goes on at `word`. */
function groupsStart(text: string, word: number): number {
  let start = word
  while (word - start < longestPiece && /[-. ]/.test(text.charAt(start - 1))) {
    let group = start - 1
    let hasDigit = false
    while (group > 0 && /[0-9OolIiSBZ]/.test(text.charAt(group - 1))) {
      group--
      hasDigit ||= /\d/.test(text.charAt(group))
    }
    if (!hasDigit) break
    start = group
    if (isTokenCharacter(text.charAt(group - 1))) break
  }
  return start
}

function isTokenCharacter(character: string): boolean {
  return /[A-Za-z0-9+]/.test(character)
}

/** Groups that all hold a digit, most of them digits: the letters are digits, too. */
function withDigits(part: string): string {
  const digits = part.replaceAll(/\D/g, '').length
  const letters = part.replaceAll(/[^A-Za-z]/g, '').length
  if (digits <= letters || digits + letters < 6) return part
  if (part.split(/[-. ]/).some((group) => !/\d/.test(group))) return part
  return part.replaceAll(/[A-Za-z]/g, (letter) => lookalikes[letter] ?? letter)
}

/** Reads a whole text in which every letter may be moved by 13 places, where it says so itself. */
export function readRotated(text: string): DecodedRun[] {
  if (text.length > limits.rotated) return []
  const rotated = text.replaceAll(/[a-z]/gi, (letter) => {
    const code = letter.charCodeAt(0)
    const base = code < 97 ? 65 : 97
    return String.fromCharCode(((code - base + 13) % 26) + base)
  })
  return [{ encoding: 'rot13', start: 0, end: text.length, text: rotated }]
}

/** Reads, in the original, what is shown from right to left, written in tags, or cut by unusual hyphens. */
export function readHidden(original: string): DecodedRun[] {
  const readings: DecodedRun[] = []
  const add = (
    encoding: DecodedRun['encoding'],
    pattern: RegExp,
    read: (run: string) => string,
  ): void => {
    for (const found of original.matchAll(pattern)) {
      const text = read(found[0])
      readings.push({ encoding, start: found.index, end: found.index + found[0].length, text })
    }
  }
  add('reversed', /[\u202e\u2067][^\u202c\u2069\n]{4,2048}[\u202c\u2069]?/g, (run) =>
    Array.from(run.replaceAll(/[\u202c\u202e\u2067\u2069]/g, ''))
      .toReversed()
      .join(''),
  )
  add('tags', /(?:\u{e0001}|[\u{e0020}-\u{e007f}]){4,}/gu, (run) =>
    Array.from(run, (tag) => String.fromCharCode((tag.codePointAt(0) ?? 0) & 0x7f)).join(''),
  )
  readings.push(...readCut(original))
  return readings
}

/** Hyphens, dashes and spaces that no keyboard types. */
const unusual = /[\u2010-\u2015\u2212\u00a0\u2000-\u200a\u202f\u205f\u3000]/g

/** Reads numbers and addresses that are cut by hyphens, dashes or spaces other than those of ASCII. */
function readCut(original: string): DecodedRun[] {
  const readings: DecodedRun[] = []
  const cuts = new RegExp(unusual)
  for (let found = cuts.exec(original); found !== null; found = cuts.exec(original)) {
    let start = found.index
    while (start > 0 && found.index - start < longestPiece && !isSpace(original, start - 1)) start--
    let end = found.index + 1
    let piece = 0
    let hasHyphensOnly = true
    for (; end < original.length && piece < longestPiece && !isSpace(original, end); end++) {
      const isCut = isUnusual(original.charCodeAt(end))
      piece = isCut ? 0 : piece + 1
      hasHyphensOnly &&= !isCut || isHyphen(original.charCodeAt(end))
    }
    hasHyphensOnly &&= isHyphen(found[0].charCodeAt(0))
    cuts.lastIndex = end
    const text = original.slice(start, end).replaceAll(unusual, '')
    if (!text.includes('@') && text.replaceAll(/\P{Nd}/gu, '').length < leastDigits) continue
    // Dashes and spaces also part honest numbers: 2019–2020, 10 000 000.
    readings.push({ encoding: hasHyphensOnly ? 'hyphens' : 'pieces', start, end, text })
  }
  return readings
}

const leastDigits = 7

function isUnusual(code: number): boolean {
  return (
    isHyphen(code) || code === 0x2212 || (code >= 0x2012 && code <= 0x2015) || isUnusualSpace(code)
  )
}

function isHyphen(code: number): boolean {
  return code === 0x2010 || code === 0x2011
}

function isUnusualSpace(code: number): boolean {
  return (
    code === 0xa0 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  )
}

function isSpace(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return code === 32 || (code >= 9 && code <= 13)
}
