import type { JsonValue } from '../core/json.ts'
import { nearest } from '../core/nearest.ts'
import type { Span } from './excerpt.ts'
import type { Path } from './problem.ts'
import { pathKey, quoted } from './problem.ts'
import type { Shape } from './shape.ts'
import { typeNameOf } from './shape.ts'
import type { Fault, Place } from './source.ts'

/** What a schema reports about one place; the issues of zod 4 fit it. */
export interface SchemaIssue {
  readonly code: string
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly expected?: string
  readonly format?: string
  readonly origin?: string
  readonly minimum?: number | bigint
  readonly maximum?: number | bigint
  readonly inclusive?: boolean
  readonly divisor?: number
  readonly values?: readonly unknown[]
  readonly options?: readonly unknown[]
  readonly keys?: readonly string[]
  readonly issues?: readonly SchemaIssue[]
  readonly errors?: readonly (readonly SchemaIssue[])[]
}

/** What is needed to put an issue into words and find its place. */
export interface IssueContext {
  readonly document: JsonValue
  readonly shape: Shape
  readonly places: ReadonlyMap<string, Place>
  /** What to show for a value that came from a reference; `undefined` for literal ones. */
  referenceAt(path: Path): string | undefined
}

/** Turns an issue of the schema into faults: no value is repeated but names out of a short list. */
export function explainIssue(issue: SchemaIssue, context: IssueContext): Fault[] {
  const path = toPath(issue.path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return (issue.keys ?? []).map((key) => explainUnknownKey(path, key, context))
    case 'invalid_union':
      return explainUnion(issue, path, context)
    case 'invalid_key':
    case 'invalid_element':
      return (issue.issues ?? []).flatMap((inner) =>
        explainIssue({ ...inner, path: [...path, ...inner.path] }, context),
      )
    default:
      break
  }
  if (issue.code === 'invalid_type' && !context.places.has(pathKey(path))) {
    return [explainMissing(path, issue, context)]
  }
  const reference = context.referenceAt(path)
  const values = [...(issue.values ?? issue.options ?? [])].filter(isName)
  const what =
    values.length > 0
      ? undefined
      : describeIssue(wholeNumber(issue, path, context), valueAt(context.document, path))
  if (what !== undefined) {
    const message = reference === undefined ? what : `${what} (the value is that of ${reference})`
    return [{ path, span: valueSpan(path, context), message }]
  }
  return [explainChoice(path, values, context)]
}

/** The span of the value at a path, or of the nearest thing around it that the file has. */
export function valueSpan(path: Path, context: Pick<IssueContext, 'places'>): Span {
  return spanNear(path, context.places, 'value')
}

function explainUnknownKey(parent: Path, key: string, context: IssueContext): Fault {
  const path = [...parent, key]
  const known = context.shape.keysAt(context.document, parent)
  const unused = known.filter((name) => !context.places.has(pathKey([...parent, name])))
  const suggestion = nearest(key, unused) ?? nearest(key, known)
  const span = spanNear(path, context.places, 'key')
  if (suggestion !== undefined) {
    return { path, span, message: 'unknown key', hint: `did you mean '${suggestion}'?` }
  }
  const hint = known.length === 0 ? undefined : `known here: ${known.toSorted().join(', ')}`
  return { path, span, message: 'unknown key', ...(hint === undefined ? {} : { hint }) }
}

function explainMissing(path: Path, issue: SchemaIssue, context: IssueContext): Fault {
  const key = path.at(-1)
  const span = spanNear(path.slice(0, -1), context.places, 'key')
  const name = typeof key === 'string' ? `missing key ${quoted(key)}` : 'missing value'
  return {
    path,
    span,
    message: name,
    hint: `give it ${typePhrase(wholeNumber(issue, path, context).expected)}`,
  }
}

function explainChoice(path: Path, values: readonly string[], context: IssueContext): Fault {
  const shown = values.slice(0, 40).map((value) => `'${value}'`)
  const choices = `${shown.length === 1 ? 'expected' : 'expected one of'} ${shown.join(', ')}`
  const value = valueAt(context.document, path)
  const span = valueSpan(path, context)
  if (!context.places.has(pathKey(path))) {
    const key = quoted(String(path.at(-1) ?? ''))
    return { path, span, message: `missing key ${key}`, hint: choices }
  }
  const reference = context.referenceAt(path)
  if (reference !== undefined) {
    return { path, span, message: `the value of ${reference} is not known here`, hint: choices }
  }
  if (typeof value !== 'string') {
    const found = value === undefined ? 'nothing' : foundPhrase(value)
    return { path, span, message: `${choices}, found ${found}` }
  }
  const suggestion = nearest(value, values)
  // A value is repeated only when it is nearly one of the choices; anything else might be a secret.
  const isEcho = suggestion !== undefined && isShortName(value)
  const message = isEcho ? `unknown value ${quoted(value)}` : 'unknown value'
  const hint = suggestion === undefined ? choices : `did you mean '${suggestion}'? (${choices})`
  return { path, span, message, hint }
}

/** Reports the member of a union that was most likely meant: the one that got furthest. */
function explainUnion(issue: SchemaIssue, path: Path, context: IssueContext): Fault[] {
  const options = [...(issue.options ?? [])].filter(isName)
  if (options.length > 0) return [explainChoice(path, options, context)]
  const members = (issue.errors ?? []).filter((errors) => errors.length > 0)
  const depthOf = (errors: readonly SchemaIssue[]): number =>
    errors.some((error) => error.path.length === 0 && error.code === 'invalid_type')
      ? -1
      : -errors.length / 1_000
  const best = members.toSorted((a, b) => depthOf(b) - depthOf(a))[0]
  if (best === undefined) {
    return [{ path, span: valueSpan(path, context), message: 'not of a permitted form' }]
  }
  if (members.every((errors) => depthOf(errors) === -1)) {
    const expected = members.flatMap((errors) => errors.map((error) => typePhrase(error.expected)))
    const value = valueAt(context.document, path)
    const found = value === undefined ? 'nothing' : foundPhrase(value)
    const message = `expected ${[...new Set(expected)].join(' or ')}, found ${found}`
    return [{ path, span: valueSpan(path, context), message }]
  }
  return best.flatMap((inner) =>
    explainIssue({ ...inner, path: [...path, ...inner.path] }, context),
  )
}

function describeIssue(issue: SchemaIssue, value: JsonValue | undefined): string {
  // A schema's own words beat ours; those of zod begin so.
  const isOwn =
    issue.message !== '' && !/^(Invalid|Too (small|big)|Unrecognized)\b/.test(issue.message)
  if (isOwn) return issue.message
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${typePhrase(issue.expected)}, found ${value === undefined ? 'nothing' : foundPhrase(value)}`
    case 'too_small':
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${sizePhrase(issue.minimum, issue.origin)}`
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${sizePhrase(issue.maximum, issue.origin)}`
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor ?? 1}`
    case 'invalid_format':
      return formatPhrase(issue)
    default:
      return 'not a permitted value'
  }
}

/** zod asks for a number first and for a whole one later; people want to know at once. */
function wholeNumber(issue: SchemaIssue, path: Path, context: IssueContext): SchemaIssue {
  const types = context.shape.typesAt(context.document, path)
  const isWhole = issue.expected === 'number' && types.has('integer') && !types.has('number')
  return isWhole ? { ...issue, expected: 'int' } : issue
}

function sizePhrase(bound: number | bigint | undefined, origin: string | undefined): string {
  const unit = { string: 'character', array: 'entry', set: 'entry', map: 'entry', object: 'key' }[
    origin ?? ''
  ]
  if (unit === undefined) return String(bound ?? 0)
  const plural = unit === 'entry' ? 'entries' : `${unit}s`
  return `${String(bound ?? 0)} ${Number(bound) === 1 ? unit : plural} long`
}

function formatPhrase(issue: SchemaIssue): string {
  if (issue.format === 'url') return 'expected a URL'
  if (issue.format === 'regex')
    return `has the wrong form (${issue.message.replace(/^Invalid string: /, '')})`
  return `expected the format ${issue.format ?? 'of the schema'}`
}

const typePhrases: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  map: 'a mapping',
  null: 'null',
}

function typePhrase(expected: string | undefined): string {
  return typePhrases[expected ?? ''] ?? 'a value'
}

function foundPhrase(value: JsonValue): string {
  return typeof value === 'boolean' ? String(value) : (typePhrases[typeNameOf(value)] ?? 'a value')
}

function spanNear(path: Path, places: ReadonlyMap<string, Place>, part: 'key' | 'value'): Span {
  for (let length = path.length; length >= 0; length--) {
    const place = places.get(pathKey(path.slice(0, length)))
    if (place === undefined) continue
    const isExact = length === path.length
    return part === 'key' || !isExact ? (place.key ?? headOf(place)) : place.value
  }
  return { start: 0, end: 0 }
}

function headOf(place: Place): Span {
  return { start: place.value.start, end: place.value.start + 1 }
}

function valueAt(document: JsonValue, path: Path): JsonValue | undefined {
  let value: JsonValue | undefined = document
  for (const step of path) {
    if (Array.isArray(value)) value = typeof step === 'number' ? value[step] : undefined
    else if (typeof value === 'object' && value !== null) {
      value = Object.hasOwn(value, step) ? value[String(step)] : undefined
    } else return undefined
  }
  return value
}

function toPath(path: readonly PropertyKey[]): Path {
  return path.map((step) => (typeof step === 'number' ? step : String(step)))
}

function isName(value: unknown): value is string {
  return typeof value === 'string'
}

function isShortName(value: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/.test(value)
}
