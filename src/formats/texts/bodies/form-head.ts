import { GatewayError } from '../../../core/errors.ts'

/** What the head of a part of a form says. */
export interface FormHead {
  readonly text: string
  readonly name: string
  /** The name of the file; `undefined` for plain fields. */
  readonly filename: string | undefined
  /** Media type as it is said, with its parameters; `''` where nothing is said. */
  readonly mediaType: string
  /** Values in which somebody may have written something, in the order in which they stand. */
  readonly values: readonly HeadValue[]
}

/** A value in the head of a part. */
export interface HeadValue {
  /** Such as `name`, `filename`, `filename*` or `header[2]`. */
  readonly place: string
  readonly text: string
  /** Where it stands in the head as it is written. */
  readonly start: number
  readonly end: number
  /** Writes another value in its place. */
  readonly write: (text: string) => string
}

interface Header {
  readonly name: string
  readonly value: string
  /** Offset of the value in the head. */
  readonly start: number
}

const namePattern = /^[A-Za-z][\w!#$%&'*+.^`|~-]*:/
/** A head may hold no control character but tabs and its line ends. */
const forbidden = /[^\P{Cc}\t]/u

/** Reads the head of a part (RFC 7578 §4). Throws `invalid_request` for what two readers could read differently. */
export function readHead(text: string): FormHead {
  const headers = headersOf(text)
  const disposition = only(headers, 'content-disposition')
  if (disposition === undefined) throw broken('a part has no content disposition')
  const parameters = parametersOf(disposition)
  const named = parameters.find(({ place }) => place === 'name')
  if (named === undefined) throw broken('a part has no name')
  checkCoding(only(headers, 'content-transfer-encoding')?.value)
  const filename = parameters.find(({ place }) => place.startsWith('filename'))?.text
  return {
    text,
    name: named.text,
    filename,
    mediaType: only(headers, 'content-type')?.value ?? '',
    values: [...parameters, ...otherValues(headers)].toSorted((a, b) => a.start - b.start),
  }
}

function headersOf(text: string): readonly Header[] {
  let at = 0
  return text.split('\r\n').map((line) => {
    const name = namePattern.exec(line)?.[0]
    if (name === undefined || forbidden.test(line)) {
      throw broken('a line in the head of a part is no header')
    }
    const rest = line.slice(name.length)
    const start = at + name.length + rest.length - rest.trimStart().length
    at += line.length + '\r\n'.length
    return { name: name.slice(0, -1).toLowerCase(), value: rest.trim(), start }
  })
}

function only(headers: readonly Header[], name: string): Header | undefined {
  const [first, second] = headers.filter((header) => header.name === name)
  if (second !== undefined) throw broken('a header of a part is given twice')
  return first
}

function checkCoding(coding: string | undefined): void {
  if (coding === undefined || /^(?:7bit|8bit|binary)$/i.test(coding)) return
  throw broken('a part has a transfer encoding')
}

const known: ReadonlySet<string> = new Set(['content-disposition', 'content-transfer-encoding'])
const plainType = /^[\w.+/-]+(?:[ \t]*;[ \t]*[\w-]+="?[\w.+-]{1,40}"?)*$/

/** Headers that nobody needs are ignored by readers, and could hold anything; so could parameters of a type. */
function otherValues(headers: readonly Header[]): readonly HeadValue[] {
  return headers.flatMap(({ name, value, start }, index) => {
    if (known.has(name) || value === '') return []
    if (name === 'content-type' && plainType.test(value)) return []
    const write = (text: string): string => text.replaceAll(new RegExp(forbidden, 'gu'), ' ')
    return [{ place: `header[${index}]`, text: value, start, end: start + value.length, write }]
  })
}

const parameterPattern = /[ \t]*;[ \t]*([A-Za-z]+\*?)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"\\]*))/dy

/** Reads the parameters of a disposition, to its end. */
function parametersOf({ value, start }: Header): readonly HeadValue[] {
  const type = /^form-data/i.exec(value)?.[0] ?? ''
  if (type === '') throw broken('the disposition of a part is not form-data')
  const values: HeadValue[] = []
  parameterPattern.lastIndex = type.length
  while (parameterPattern.lastIndex < value.length) {
    const match = parameterPattern.exec(value)
    if (match === null) throw broken('the disposition of a part cannot be read')
    values.push(parameterOf(match, start))
  }
  const places = values.map(({ place }) => place)
  if (new Set(places).size < places.length) throw broken('a parameter of a part is given twice')
  return values
}

function parameterOf(match: RegExpExecArray, offset: number): HeadValue {
  const [, written = '', quoted, token = ''] = match
  const place = written.toLowerCase()
  // The quotes of a value are written anew with it.
  const [from, to] = match.indices?.[quoted === undefined ? 3 : 2] ?? [0, 0]
  const margin = quoted === undefined ? 0 : 1
  const where = { place, start: offset + from - margin, end: offset + to + margin }
  switch (place) {
    case 'name':
    case 'filename':
      return { ...where, text: unquoted(quoted ?? token), write: quotedText }
    case 'filename*':
      return { ...where, text: extendedText(quoted ?? token), write: extended }
    default:
      throw broken('a part has a parameter that no form has')
  }
}

/** Older clients escape with a backslash, those of browsers by percent. */
function unquoted(value: string): string {
  return value
    .replaceAll(/\\(["\\])/g, '$1')
    .replaceAll(/%(22|0D|0A)/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
}

/** https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data */
function quotedText(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '%22')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A')
    .replaceAll(new RegExp(forbidden, 'gu'), ' ')
  return `"${escaped}"`
}

/** RFC 8187 §3.2: the charset, a language, and percent-encoded bytes. */
function extendedText(value: string): string {
  const encodedText = /^utf-8'[\w-]*'(.*)$/i.exec(value)?.[1]
  try {
    if (encodedText !== undefined) return decodeURIComponent(encodedText)
  } catch {
    // What is no UTF-8 is refused below, as any other charset is.
  }
  throw broken('the extended name of a file is not in UTF-8')
}

function extended(text: string): string {
  const signs = encodeURIComponent(text.toWellFormed()).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `UTF-8''${signs}`
}

function broken(fault: string): GatewayError {
  return new GatewayError('invalid_request', `The form of the request body is not valid: ${fault}.`)
}
