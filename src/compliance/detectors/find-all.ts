import type { Finding } from '../../core/decision.ts'
import type { DecodedRun, TextView } from '../types.ts'
import type { Scanner, TextPart } from './scanner.ts'

/** Readings that are cut out of a text: that they hold nothing but a value says nothing. */
const fragments: ReadonlySet<DecodedRun['encoding']> = new Set(['spaced', 'lookalikes', 'pieces'])

/**
 * Everything the detectors see in a text and in what is encoded in it, with places in the original.
 * Several labels may share a place; `resolve` leaves one for each. Asked about a part of the original, it
 * tells at least what begins in it.
 */
export function sightingsIn(view: TextView, scanner: Scanner, part?: TextPart): Finding[] {
  const findings: Finding[] = []
  const normalPart = part === undefined ? undefined : partOfNormal(view, part)
  for (const { detector, start, end, score } of scanner.scan(view.normal, false, normalPart)) {
    const range = view.toOriginal(start, end)
    findings.push({
      label: detector.label,
      category: detector.category,
      start: range.start,
      end: range.end,
      score,
      detector: detector.label,
    })
  }
  for (const run of view.decoded) {
    if (part !== undefined && (run.end <= part.from || run.start >= part.to)) continue
    const isFragment = fragments.has(run.encoding)
    for (const { detector, score } of scanner.scan(run.text, isFragment)) {
      findings.push({
        label: detector.label,
        category: detector.category,
        start: run.start,
        end: run.end,
        score,
        detector: detector.label,
      })
    }
  }
  return findings
}

/** The part of the normalised text that a part of the original became. */
export function partOfNormal(view: TextView, part: TextPart): TextPart {
  if (view.normal === view.original) return part
  const { from, to } = part
  return { from: placeInNormal(view, from), to: placeInNormal(view, to) }
}

/** First place of the normalised text that comes from `place` of the original or from behind it. */
function placeInNormal(view: TextView, place: number): number {
  let low = 0
  let high = view.normal.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (view.toOriginal(middle, middle + 1).end > place) high = middle
    else low = middle + 1
  }
  return low
}

/** What the detectors find in a text: no two findings overlap, see `resolve`. */
export function findAll(view: TextView, scanner: Scanner): Finding[] {
  return resolve(sightingsIn(view, scanner))
}

/**
 * Leaves one finding for each place: of those that overlap the one with the best score, then the longest,
 * then the first, then the first label of the alphabet. The result is in order of places.
 *
 * Choose findings by label and score before resolving: a number may be of two kinds, and a rule about one of
 * them must hear of it even where the other is likelier.
 */
export function resolve(findings: readonly Finding[]): Finding[] {
  const ranked = [...findings].sort(
    (a, b) =>
      b.score - a.score ||
      b.end - b.start - (a.end - a.start) ||
      a.start - b.start ||
      (a.label < b.label ? -1 : a.label > b.label ? 1 : 0),
  )
  const kept: Finding[] = []
  for (const finding of ranked) {
    const at = firstEndingAfter(kept, finding.start)
    const next = kept[at]
    if (next === undefined || next.start >= finding.end) kept.splice(at, 0, finding)
  }
  return kept
}

/** Index of the first kept finding that ends after a place; kept findings are in order and disjoint. */
function firstEndingAfter(kept: readonly Finding[], place: number): number {
  let low = 0
  let high = kept.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((kept[middle]?.end ?? 0) > place) high = middle
    else low = middle + 1
  }
  return low
}
