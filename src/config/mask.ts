import { Lexer } from 'yaml'
import type { JsonValue } from '../core/json.ts'
import { nearest } from '../core/nearest.ts'
import type { SourceLines, Span } from './excerpt.ts'
import { valuesOfBrokenLine } from './excerpt.ts'
import { looksLikeKey, pathKey } from './problem.ts'
import type { Path } from './problem.ts'
import { hasUrlPassword } from './redact.ts'
import { hasReference, splitText } from './references.ts'
import type { Shape } from './shape.ts'
import type { Place, Source } from './source.ts'

/** Stands in stored versions where a secret stood in the file itself. */
export const removedSecret = '[secret removed by the configuration history]'

// The lexer announces documents, broken flow collections and scalars with these, which are not in the text.
const lexerMarks = new Set(['\u0002', '\u0018', '\u001f'])

/** A source text that may be stored, and where something was taken out of it. */
export interface MaskedText {
  readonly text: string
  readonly masked: readonly Path[]
}

/** Makes the function that finds what must not be shown of a 1-based line of source text. */
export function createHider(
  source: Source,
  lines: SourceLines,
  shape: Shape,
): (line: number) => readonly Span[] {
  // Where not every value has a place of its own, nothing is known to be harmless.
  if (!source.isYaml || source.faults.length > 0) return (line) => valuesOfBrokenLine(lines, line)
  // A value that begins with & or * without quotes is taken for an anchor or an alias.
  const marks = tokensOf(lines.text, '#&*!')
  const places = [...source.places.values()]
  return (line) => {
    const { start, end } = lines.spanOf(line)
    const isHere = (span: Span): boolean => span.start < end && span.end > start
    const hidden = marks.filter(isHere)
    for (const place of places) {
      const { key, value, isLeaf, path } = place
      if (isLeaf && isHere(value) && !isShowable(place, source.value, shape)) hidden.push(value)
      const isKeyHere = key !== undefined && isHere(key)
      if (isKeyHere && !isShowableKey(path, source, shape)) hidden.push(key)
    }
    return hidden
  }
}

/** Tells whether the key at the end of a path may be shown: it is known, or is clearly a key. */
export function isShowableKey(path: Path, source: Source, shape: Shape): boolean {
  const name = path.at(-1)
  if (typeof name !== 'string') return true
  if (shape.keysAt(source.value, path.slice(0, -1)).includes(name)) return true
  const place = source.places.get(pathKey(path))
  // In `{ key: value, other }` the last word is a key without a value, more likely a lost value.
  const hasValue = place === undefined || place.key !== place.value
  return hasValue && looksLikeKey(name)
}

/**
 * Replaces every secret that stands literally in a source text by a note: values the schema makes
 * a `Secret`, passwords in URLs, and those same texts elsewhere. References stay as they are.
 */
export function maskSource(
  text: string,
  source: Source,
  shape: Shape,
  secrets: Iterable<string>,
): MaskedText {
  const known = [...secrets].filter((secret) => secret.length >= 6)
  const edits = new Map<number, Span & { readonly replacement: string }>()
  const masked: Path[] = []
  for (const place of source.places.values()) {
    if (!isMaskable(place, source.value, shape, known)) continue
    masked.push(place.path)
    const { start, end } = place.value
    const lineBreak = text.slice(start, end).endsWith('\n') ? '\n' : ''
    edits.set(start, { start, end, replacement: JSON.stringify(removedSecret) + lineBreak })
  }
  for (const span of commentsOf(text)) {
    const comment = text.slice(span.start, span.end)
    edits.set(span.start, { ...span, replacement: maskComment(comment, known) })
  }
  return { text: applyEdits(text, [...edits.values()]), masked }
}

/** Applies replacements that do not overlap. */
export function applyEdits(
  text: string,
  edits: readonly (Span & { readonly replacement: string })[],
): string {
  let result = ''
  let at = 0
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    if (edit.start < at) continue
    result += text.slice(at, edit.start) + edit.replacement
    at = edit.end
  }
  return result + text.slice(at)
}

function isShowable(place: Place, document: JsonValue, shape: Shape): boolean {
  if (place.text !== undefined && isBareReference(place.text)) return true
  if (place.text !== undefined && mayHoldPassword(place.text)) return false
  const choices = place.text === undefined ? [] : shape.choicesAt(document, place.path)
  // What stands for one of a few words but resembles none of them may be anything.
  if (choices.length > 0 && nearest(place.text ?? '', choices) === undefined) return false
  return shape.isShowable(document, place.path)
}

/** However malformed, a text with @, or with a second colon before no port, may be a URL with a password. */
function mayHoldPassword(text: string): boolean {
  return text.includes('@') || /:(?!\d{1,5}([/?#]|$))/.test(text.replace(/^[^:]*:\/*/, ''))
}

function isMaskable(
  place: Place,
  document: JsonValue,
  shape: Shape,
  known: readonly string[],
): boolean {
  const { text, path } = place
  if (text === undefined || text === '' || text === removedSecret) return false
  if (hasUrlPassword(text) || known.some((secret) => text.includes(secret))) return true
  if (!shape.isSecret(document, path)) return false
  return !hasReference(text) || hasFallback(text)
}

/** A text of references alone, with no default that could be a secret. */
function isBareReference(text: string): boolean {
  const split = splitText(text)
  if (!split.isValid || split.parts.length === 0 || hasFallback(text)) return false
  return split.parts.every((part) => part.type !== 'literal')
}

function hasFallback(text: string): boolean {
  const split = splitText(text)
  if (!split.isValid) return true
  return split.parts.some((part) => part.type === 'env' && (part.fallback ?? '') !== '')
}

function maskComment(comment: string, known: readonly string[]): string {
  let result = comment
  for (const secret of known) result = result.replaceAll(secret, () => removedSecret)
  // A URL with a password, then a commented-out setting: `# apiKey: sk-…`
  result = result.replace(/[^\s:]+:\S+(?=@)/g, removedSecret)
  return result.replace(
    /([\w.-]*(?:auth|credential|key|password|passwd|secret|token)[\w.-]*["']?\s*[:=]\s*)(?!["']?\$\{)\S.*$/i,
    (_whole, before: string) => before + removedSecret,
  )
}

function commentsOf(text: string): Span[] {
  return tokensOf(text, '#')
}

/** Spans of the tokens that begin with one of the given characters; texts are not among them. */
function tokensOf(text: string, starts: string): Span[] {
  const spans: Span[] = []
  let at = 0
  let isScalar = false
  for (const token of new Lexer().lex(text)) {
    const isMark: boolean = !isScalar && lexerMarks.has(token)
    if (!isMark) {
      if (!isScalar && starts.includes(token.charAt(0))) {
        spans.push({ start: at, end: at + token.length })
      }
      at += token.length
    }
    isScalar = isMark && token === '\u001f'
  }
  return spans
}
