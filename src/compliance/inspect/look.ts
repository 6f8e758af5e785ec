import type { Finding } from '../../core/decision.ts'
import { viewOf } from '../normalise/index.ts'
import type { TextPlace } from './finders.ts'
import type { LookedAt } from './memo.ts'
import type { Pace } from './pace.ts'
import { labelsOf } from './parts.ts'
import type { InspectionParts } from './parts.ts'

/** Longer texts are looked through in pieces, so that others get their turn; in UTF-16 code units. */
const pieceLength = 65_536
/** How far pieces overlap: what is longer than this may be found as two. */
const overlap = 8_192

/** Looks through one text of a request, however long it is; short ones at once. */
export function lookAt(
  text: string,
  place: TextPlace,
  parts: InspectionParts,
  pace: Pace,
): LookedAt | Promise<LookedAt> {
  const { memo } = parts
  const key = memo.keyOf(text, place)
  const known = key === undefined ? undefined : memo.get(key)
  if (known !== undefined) return known
  const looked =
    text.length <= pieceLength
      ? lookAtPiece(text, place, parts)
      : lookAtPieces(text, place, parts, pace)
  if (key === undefined) return looked
  const keep = (found: LookedAt): LookedAt => {
    memo.set(key, found)
    return found
  }
  return looked instanceof Promise ? looked.then(keep) : keep(looked)
}

function lookAtPiece(
  text: string,
  place: TextPlace,
  { finders, categories }: InspectionParts,
): LookedAt | Promise<LookedAt> {
  const view = viewOf(text)
  const found = finders.find(view, place)
  const names = finders.findNames(view, place)
  const withNames = (named: readonly Finding[]): LookedAt => {
    const findings = named.length === 0 ? found : [...found, ...named]
    return { findings, labels: labelsOf(categories, view, place, findings) }
  }
  return names instanceof Promise ? names.then(withNames) : withNames(names)
}

async function lookAtPieces(
  text: string,
  place: TextPlace,
  parts: InspectionParts,
  pace: Pace,
): Promise<LookedAt> {
  const findings = new Map<string, Finding>()
  const labels = new Set<string>()
  for (let at = 0; at < text.length; at = next(text, at)) {
    const piece = text.slice(at, wholeSigns(text, at + pieceLength))
    const looked = await lookAtPiece(piece, place, parts)
    for (const finding of looked.findings) {
      const { label, start, end } = finding
      const moved = { ...finding, start: start + at, end: end + at }
      // What overlapping pieces both hold is found twice.
      findings.set(`${label} ${moved.start} ${moved.end}`, moved)
    }
    for (const label of looked.labels) labels.add(label)
    if (pace.isDue()) await pace.rest()
  }
  const all = [...findings.values()]
  // What is rare in every piece may be frequent in the whole.
  for (const label of labelsOf(parts.categories, viewOf(''), place, all)) labels.add(label)
  return { findings: all, labels: [...labels].toSorted() }
}

function next(text: string, at: number): number {
  const end = wholeSigns(text, at + pieceLength)
  return end >= text.length ? text.length : wholeSigns(text, end - overlap)
}

/** Returns an offset that does not part the two halves of one sign. */
function wholeSigns(text: string, offset: number): number {
  const code = text.charCodeAt(offset - 1)
  return code >= 0xd800 && code <= 0xdbff ? offset - 1 : offset
}
