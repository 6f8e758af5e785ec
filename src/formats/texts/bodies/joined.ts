import type { TextSegment } from '../segments.ts'

/** Text parts of one content, as their reader sees them: one text. Offsets in UTF-16 code units. */
export interface JoinedText {
  readonly text: string
  /** Where each of the parts stands in it, in order. */
  readonly parts: readonly JoinedPart[]
}

export interface JoinedPart {
  /** Number of the segment. */
  readonly segment: number
  readonly start: number
  readonly end: number
}

/** A range within one segment. */
export interface SegmentRange {
  readonly segment: number
  readonly start: number
  readonly end: number
}

/** Segments that are parts of one content, and what stands between two of them. */
export interface PartNumbers {
  readonly numbers: readonly number[]
  readonly separator: string
}

/** Joins the parts of a content. */
export function joinTexts(
  segments: readonly TextSegment[],
  { numbers, separator }: PartNumbers,
): JoinedText {
  const parts: JoinedPart[] = []
  let text = ''
  for (const number of numbers) {
    if (parts.length > 0) text += separator
    const start = text.length
    text += segments[number]?.text ?? ''
    parts.push({ segment: number, start, end: text.length })
  }
  return { text, parts }
}

/**
 * Leads a range of a joined text back to the ranges of its parts that make it, in order; none is empty, and
 * what stands between two parts belongs to none.
 */
export function rangesIn(
  { parts }: JoinedText,
  range: { readonly start: number; readonly end: number },
): readonly SegmentRange[] {
  const ranges: SegmentRange[] = []
  for (let at = firstBehind(parts, range.start); at < parts.length; at++) {
    const part = parts[at]
    if (part === undefined || part.start >= range.end) break
    const { segment, start, end } = part
    const from = Math.max(range.start, start)
    const to = Math.min(range.end, end)
    if (from < to) ranges.push({ segment, start: from - start, end: to - start })
  }
  return ranges
}

/** Number of the first part that ends behind an offset: there may be as many findings as there are parts. */
function firstBehind(parts: readonly JoinedPart[], offset: number): number {
  let low = 0
  let high = parts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((parts[middle]?.end ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return low
}
