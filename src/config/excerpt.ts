/** A stretch of source text by offsets; `end` is exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A 1-based line and column. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Finds lines and positions in one source text. */
export interface SourceLines {
  positionOf(offset: number): Position
  /** The span of a 1-based line, without its line break. */
  spanOf(line: number): Span
  readonly text: string
}

const maxShownWidth = 120

/** Indexes the lines of a text once. */
export function indexLines(text: string): SourceLines {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return {
    text,
    positionOf(offset) {
      const line = lastNotAfter(starts, Math.max(0, Math.min(offset, text.length)))
      return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 }
    },
    spanOf(line) {
      const start = starts[line - 1] ?? text.length
      const next = starts[line] ?? text.length + 1
      const end = Math.max(start, next - 1)
      return { start, end: text[end - 1] === '\r' ? Math.max(start, end - 1) : end }
    },
  }
}

/**
 * Renders the source line of a span with a caret below its start. What lies in `hidden` is shown
 * as `…`, whatever its length, so that neither a secret nor how long it is can be read.
 */
export function excerptOf(lines: SourceLines, span: Span, hidden: readonly Span[]): string {
  const position = lines.positionOf(span.start)
  const line = lines.spanOf(position.line)
  let shown = ''
  let caret = -1
  let at = line.start
  const advance = (to: number): void => {
    if (caret < 0 && span.start < to) caret = shown.length + Math.max(0, span.start - at)
    shown += lines.text.slice(at, to)
    at = to
  }
  for (const cover of coversOf(line, hidden)) {
    advance(cover.start)
    if (caret < 0 && span.start < cover.end) caret = shown.length
    shown += '…'
    at = cover.end
  }
  advance(line.end)
  if (caret < 0) caret = shown.length
  const width = hidden.length === 0 || !overlaps(span, hidden) ? span.end - span.start : 1
  return frame(position.line, shown, caret, width)
}

/** Spans of a line of text that could not be parsed which may be values: all but punctuation and keys. */
export function valuesOfBrokenLine(lines: SourceLines, line: number): Span[] {
  const { start, end } = lines.spanOf(line)
  const text = lines.text.slice(start, end)
  const blockValue = /^[\s?-]*[\w.$-]+\s*:\s+(?=[^\s[{])/.exec(text)
  if (blockValue !== null) return [{ start: start + blockValue[0].length, end }]
  const spans: Span[] = []
  for (const word of text.matchAll(/[^\s,:[\]{}"'#?&*!|>%@`-][^\s,[\]{}"'#]*/gu)) {
    const opensKey = /(^[\s?-]*|[[{,]\s*)$/.test(text.slice(0, word.index))
    const after = text.slice(word.index + word[0].length)
    if (opensKey && (word[0].endsWith(':') || /^\s*:/.test(after))) continue
    spans.push({ start: start + word.index, end: start + word.index + word[0].length })
  }
  return spans
}

function coversOf(line: Span, hidden: readonly Span[]): Span[] {
  const covers: Span[] = []
  for (const span of [...hidden].sort((a, b) => a.start - b.start)) {
    const start = Math.max(span.start, line.start)
    const end = Math.min(span.end, line.end)
    if (start >= end) continue
    const last = covers.at(-1)
    if (last === undefined || start > last.end) covers.push({ start, end })
    else covers[covers.length - 1] = { start: last.start, end: Math.max(last.end, end) }
  }
  return covers
}

function overlaps(span: Span, hidden: readonly Span[]): boolean {
  return hidden.some((cover) => cover.start < span.end && cover.end > span.start)
}

function frame(line: number, shown: string, caret: number, width: number): string {
  const from = caret > maxShownWidth - 20 ? caret - 40 : 0
  const visible = shown.slice(from, from + maxShownWidth)
  // A line break or an escape sequence in the source must not reach the terminal.
  const text = visible.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) =>
    char === '\t' ? char : '·',
  )
  const indent = text.slice(0, caret - from).replace(/[^\t]/g, ' ')
  const marks = '^'.repeat(Math.max(1, Math.min(width, text.length - (caret - from))))
  const gutter = String(line).padStart(5)
  return `${gutter} | ${text}\n${' '.repeat(gutter.length)} | ${indent}${marks}`
}

function lastNotAfter(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
