/** A value with the name that it is given to, as in code, settings, headers and plain sentences. */
export interface Assignment {
  /** The name, with up to two words before it where it stands in a sentence. */
  readonly name: string
  /** What stands before the name on its line, up to 40 characters, and the name. */
  readonly context: string
  readonly operator: string
  readonly isQuoted: boolean
  readonly start: number
  readonly end: number
  readonly value: string
}

const maxNameLength = 60
const maxValueLength = 500
const maxContextLength = 40

const operator =
  /(?:\\?["'`\])]){0,3}(?:[ \t](?:string|str|String|text))?[ \t]{0,8}(:{0,3}=>?|[?.+|]?={1,3}>?|:{1,2}|->|[>,|]|(?:is|ist|lautet|est|es)\b:?(?=\s)|\\?["']?[ \t]+value=|(?<=--[\w-]{2,40})[ \t])/y
const scheme = /(?:Bearer|Basic|Token|Bot|ApiKey|SSWS|OAuth|Digest|FlyV1)[ \t]{1,3}/iy
const opening = /(?:[rfbu]|\$?@|@?\$)?(\\?["'`])/y
const blanksOfLine = /[ \t]{0,8}/y
const blanksAndLines = /\s{0,64}/y
const [newline, space, ampersand, dot, colon, backslash] = [0x0a, 0x20, 0x26, 0x2e, 0x3a, 0x5c]
const unquotedEnds = Uint8Array.from('"\'`<>,;(){}]\\|', (unit) => unit.charCodeAt(0))
const wordsBefore = /(?:\p{L}+[ -]){1,2}$/u

/**
 * Reads the assignment to the name around `start` and `end`; `undefined` where nothing is assigned. Looks at a
 * bounded piece of text, so its cost does not depend on the length of the text.
 */
export function readAssignment(text: string, start: number, end: number): Assignment | undefined {
  const nameStart = extend(text, start, -1)
  const nameEnd = extend(text, end, 1)
  if (nameEnd - nameStart > maxNameLength + end - start) return undefined
  const sign = matchAt(operator, text, nameEnd)
  if (sign === undefined) return undefined
  const value = readValue(text, sign.end, sign.group)
  if (value === undefined) return undefined
  const before = text.slice(Math.max(0, nameStart - maxContextLength), nameStart)
  const line = before.slice(before.lastIndexOf('\n') + 1)
  const words = /[ -]$/.test(line) ? (wordsBefore.exec(line)?.[0] ?? '') : ''
  const name = text.slice(nameStart, nameEnd)
  return {
    name: words + name,
    context: line + name,
    operator: sign.group.trim(),
    ...value,
  }
}

function readValue(text: string, from: number, sign: string) {
  let start = skipBlanks(text, from, sign)
  start = matchAt(scheme, text, start)?.end ?? start
  const quote = matchAt(opening, text, start)
  if (quote !== undefined) start = matchAt(scheme, text, quote.end)?.end ?? quote.end
  // Two values with a comma between them belong together only where they are the arguments of a call.
  if (quote === undefined && sign === ',') return undefined
  const end =
    quote === undefined ? unquotedEndOf(text, start) : quotedEndOf(text, start, quote.group)
  if (end === undefined || end === start) return undefined
  return { start, end, value: text.slice(start, end), isQuoted: quote !== undefined }
}

function quotedEndOf(text: string, start: number, quote: string): number | undefined {
  const mark = quote.charCodeAt(quote.length - 1)
  const limit = Math.min(text.length, start + maxValueLength)
  for (let at = start; at < limit; at++) {
    const unit = text.charCodeAt(at)
    if (unit === mark || unit === newline || unit === backslash) return at
  }
  return limit === text.length ? limit : undefined
}

function unquotedEndOf(text: string, start: number): number {
  const limit = Math.min(text.length, start + maxValueLength)
  let at = start
  while (at < limit) {
    const unit = text.charCodeAt(at)
    if (unit <= space || (unit < 128 && unquotedEnds.includes(unit))) break
    if (unit === ampersand && endsParameter(text, at)) break
    at++
  }
  // A full stop or colon behind the value ends the sentence.
  const last = text.charCodeAt(at - 1)
  const endsSentence =
    at > start && (last === dot || last === colon) && /\s|^$/.test(text[at] ?? '')
  return endsSentence ? at - 1 : at
}

/** Tells whether the ampersand at `at` ends a parameter of a query. */
function endsParameter(text: string, at: number): boolean {
  return /^&[\w.-]{1,40}=/.test(text.slice(at, at + 44))
}

function skipBlanks(text: string, from: number, sign: string): number {
  // Only elements of XML have their value on the next line.
  const blanks = sign === '>' ? blanksAndLines : blanksOfLine
  return matchAt(blanks, text, from)?.end ?? from
}

/** Goes on over the characters of a name, forwards from `at` or backwards from before it. */
function extend(text: string, from: number, step: 1 | -1): number {
  let at = from
  for (let count = 0; count <= maxNameLength; count++) {
    const code = text.charCodeAt(step === 1 ? at : at - 1)
    if (!isNameUnit(code)) break
    at += step
  }
  return at
}

function isNameUnit(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45 ||
    code === 46 ||
    (code >= 0xc0 && code <= 0x24f)
  )
}

function matchAt(
  pattern: RegExp,
  text: string,
  at: number,
): { group: string; end: number } | undefined {
  pattern.lastIndex = at
  const match = pattern.exec(text)
  if (match === null) return undefined
  return { group: match[1] ?? '', end: at + match[0].length }
}
