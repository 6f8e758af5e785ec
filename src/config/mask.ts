import { Lexer } from 'yaml'
import type { JsonValue } from '../core/json.ts'
import type { SourceLines, Span } from './excerpt.ts'
import { valuesOfBrokenLine } from './excerpt.ts'
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

/** Finds what must not be shown of a line of source text. */
export function hiddenSpans(
  source: Source,
  lines: SourceLines,
  line: number,
  shape: Shape,
): readonly Span[] {
  if (!source.isYaml) return valuesOfBrokenLine(lines, line)
  const { start, end } = lines.spanOf(line)
  const hidden = [...source.places.values()].filter(
    ({ isLeaf, value }) => isLeaf && value.start < end && value.end > start,
  )
  return [
    ...hidden
      .filter((place) => !isShowable(place, source.value, shape))
      .map((place) => place.value),
    ...commentsOf(lines.text).filter((span) => span.start < end && span.end > start),
  ]
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
  if (place.text !== undefined && hasUrlPassword(place.text)) return false
  return shape.isShowable(document, place.path)
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
  // A commented-out setting: `# apiKey: sk-…`
  return result.replace(
    /([\w.-]*(?:auth|credential|key|password|passwd|secret|token)[\w.-]*["']?\s*[:=]\s*)(?!["']?\$\{)\S.*$/i,
    (_whole, before: string) => before + removedSecret,
  )
}

function commentsOf(text: string): Span[] {
  const spans: Span[] = []
  let at = 0
  let isScalar = false
  for (const token of new Lexer().lex(text)) {
    const isMark: boolean = !isScalar && lexerMarks.has(token)
    if (!isMark) {
      if (!isScalar && token.startsWith('#')) spans.push({ start: at, end: at + token.length })
      at += token.length
    }
    isScalar = isMark && token === '\u001f'
  }
  return spans
}
