import type { DecodedRun } from '../types.ts'

/** Bounds that keep the work linear whatever a text holds. */
const limits = { runLength: 262_144, runs: 256, lineLength: 76, rotated: 65_536 } as const

const leastEncoded = 12

/** Reads runs of Base64 and hexadecimal that decode to printable text. */
export function readEncodedRuns(text: string): DecodedRun[] {
  const readings: DecodedRun[] = []
  const runs = /[A-Za-z0-9+/_-]{12,}={0,2}/g
  for (
    let found = runs.exec(text);
    found !== null && readings.length < limits.runs;
    found = runs.exec(text)
  ) {
    const start = found.index
    const end = joinLines(text, start, start + found[0].length)
    runs.lastIndex = end
    const run = text.slice(start, end)
    if (run.length > limits.runLength) continue
    const reading = readHex(run, start) ?? readBase64(run, start)
    if (reading !== undefined) readings.push(reading)
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
  const text = new TextDecoder('utf-8').decode(bytes)
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

/** Reads characters that stand one by one, all with the same separators between. */
export function readSpaced(text: string): DecodedRun[] {
  const readings: DecodedRun[] = []
  const runs =
    /(?<![A-Za-z0-9])[A-Za-z0-9+(](?:([ ._-]{1,3}|, )[A-Za-z0-9_@+(.)-](?![A-Za-z0-9])){6,}/g
  for (const found of text.matchAll(runs)) {
    const letters = found[0].replaceAll(/(.)(?:[ ._-]{1,3}(?=.)|, )/g, '$1')
    const reading = letters.replaceAll(/ /g, '')
    readings.push({
      encoding: 'spaced',
      start: found.index,
      end: found.index + found[0].length,
      text: reading,
    })
    if (readings.length >= limits.runs) break
  }
  return readings
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

/** Reads numbers in which letters of ASCII stand for the digits they look like. */
export function readLookalikes(text: string): DecodedRun[] {
  const readings: DecodedRun[] = []
  for (const found of text.matchAll(/[A-Za-z0-9]{9,64}/g)) {
    const run = found[0]
    const reading = run.replaceAll(/[0-9OolIiSBZ]{6,}/g, (part) => {
      const digits = part.replaceAll(/\D/g, '').length
      return digits * 2 > part.length
        ? part.replaceAll(/\D/g, (letter) => lookalikes[letter] ?? letter)
        : part
    })
    if (reading === run) continue
    readings.push({
      encoding: 'lookalikes',
      start: found.index,
      end: found.index + run.length,
      text: reading,
    })
    if (readings.length >= limits.runs) break
  }
  return readings
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
  if (!/[\u2010\u2011\u202e\u2067\udb40]/.test(original)) return []
  const readings: DecodedRun[] = []
  const add = (
    encoding: DecodedRun['encoding'],
    pattern: RegExp,
    read: (run: string) => string,
  ): void => {
    for (const found of original.matchAll(pattern)) {
      if (readings.length >= limits.runs) return
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

const longestPiece = 64

/** Reads words that are cut by hyphens other than that of ASCII. */
function readCut(original: string): DecodedRun[] {
  const readings: DecodedRun[] = []
  const unusualHyphen = /[\u2010\u2011]/g
  for (
    let found = unusualHyphen.exec(original);
    found !== null;
    found = unusualHyphen.exec(original)
  ) {
    let start = found.index
    while (start > 0 && found.index - start < longestPiece && !isSpace(original, start - 1)) start--
    let end = found.index + 1
    let piece = 0
    for (; end < original.length && piece < longestPiece && !isSpace(original, end); end++) {
      piece = isUnusualHyphen(original, end) ? 0 : piece + 1
    }
    unusualHyphen.lastIndex = end
    if (readings.length >= limits.runs) return readings
    const text = original.slice(start, end).replaceAll(/[\u2010\u2011]/g, '')
    readings.push({ encoding: 'hyphens', start, end, text })
  }
  return readings
}

function isUnusualHyphen(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return code === 0x2010 || code === 0x2011
}

function isSpace(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0
}
