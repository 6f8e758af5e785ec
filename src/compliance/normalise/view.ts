import { flat } from '../text/flat.ts'
import type { DecodedRun, TextView } from '../types.ts'
import { undoHomoglyphs } from './homoglyphs.ts'
import { applyReplacements, originalRange } from './mapped-text.ts'
import type { MappedText } from './mapped-text.ts'
import {
  readEncodedRuns,
  readHidden,
  readLookalikes,
  readPairs,
  readRotated,
  readSpaced,
} from './readings.ts'
import { regionsAround } from './regions.ts'
import { rewrite } from './rewriter.ts'
import { undoSpelledDigits } from './spelled-digits.ts'
import { suspicionOf } from './suspicion.ts'
import type { Suspicion } from './suspicion.ts'

/**
 * How often one encoding may lie inside another, and how much all readings together may hold: more than any
 * honest text comes near.
 */
const limits = { depth: 3, rounds: 4, readingsPerUnit: 8, leastTotal: 262_144 } as const

/** A text without disguises, and what may still be encoded in it. */
interface Normalised {
  readonly mapped: MappedText
  readonly suspicion: Suspicion
}

/**
 * A text beside what it says when all disguises are undone. Plain text is returned as it is, without a map.
 *
 * @throws {Error} when the text holds encodings within encodings beyond all bounds, so that none goes unread.
 */
export function viewOf(original: string): TextView {
  const text = flat(original)
  const suspicion = suspicionOf(text)
  const normalised = normalise(text, suspicion)
  const decoded: DecodedRun[] = []
  const budget = { left: Math.max(limits.leastTotal, text.length * limits.readingsPerUnit) }
  for (const reading of readingsOf(text, normalised, suspicion)) {
    collect(reading, decoded, budget, 1)
  }
  const { mapped } = normalised
  return {
    original: text,
    normal: mapped.text,
    decoded,
    toOriginal: (start, end) => originalRange(mapped, start, end),
  }
}

/** Undoing one disguise may uncover another, so it is done until nothing changes. */
function normalise(text: string, first: Suspicion): Normalised {
  let mapped: MappedText = { text }
  let suspicion = first
  for (let round = 0; round < limits.rounds; round++) {
    if (suspicion.rewriting.length > 0) {
      const before = mapped.text
      mapped = compose(mapped, rewrite(before, regionsAround(before, suspicion.rewriting)))
      if (mapped.text !== before) suspicion = suspicionOf(flat(mapped.text))
    }
    const rewritten = mapped.text
    if (suspicion.rewriting.length > 0)
      mapped = applyReplacements(mapped, undoHomoglyphs(rewritten))
    if (suspicion.spelledDigits) {
      mapped = applyReplacements(mapped, undoSpelledDigits(mapped.text))
    }
    // What is rewritten needs no second rewriting, unless something else changed it.
    if (mapped.text === rewritten) break
    suspicion = suspicionOf(flat(mapped.text))
    if (suspicion.rewriting.length === 0) break
  }
  return { mapped: mapped.text === text ? { text } : mapped, suspicion }
}

/** Leads the map of a rewritten text on through the map of the text it was made from. */
function compose(inner: MappedText, outer: MappedText): MappedText {
  const { starts, ends } = inner
  if (starts === undefined || ends === undefined) return outer
  if (outer.starts === undefined || outer.ends === undefined) return outer
  return {
    text: outer.text,
    starts: outer.starts.map((start) => starts[start] ?? 0),
    ends: outer.ends.map((end) => ends[end - 1] ?? 0),
  }
}

/** Readings of a text with places in the original. */
function readingsOf(
  original: string,
  { mapped, suspicion }: Normalised,
  first: Suspicion,
): DecodedRun[] {
  const readings: DecodedRun[] = []
  const text = mapped.text
  if (suspicion.encodedRuns.length > 0)
    readings.push(...readEncodedRuns(text, suspicion.encodedRuns))
  if (suspicion.pairs) readings.push(...readPairs(text))
  if (suspicion.spaced) readings.push(...readSpaced(text))
  if (suspicion.lookalikes.length > 0) readings.push(...readLookalikes(text, suspicion.lookalikes))
  if (suspicion.rotated) readings.push(...readRotated(text))
  const placed =
    mapped.starts === undefined
      ? readings
      : readings.map((reading) => ({
          ...reading,
          ...originalRange(mapped, reading.start, reading.end),
        }))
  return first.hidden ? [...placed, ...readHidden(original)] : placed
}

/** Adds a reading without its own disguises, and what is encoded inside it, as found in the same run. */
function collect(
  reading: DecodedRun,
  decoded: DecodedRun[],
  budget: { left: number },
  depth: number,
): void {
  budget.left -= reading.text.length
  if (budget.left < 0) throw new Error('the text holds more encoded text than can be read')
  const suspicion = suspicionOf(flat(reading.text))
  const normalised = normalise(reading.text, suspicion)
  decoded.push({ ...reading, text: normalised.mapped.text })
  if (depth >= limits.depth) return
  for (const inner of readingsOf(reading.text, normalised, suspicion)) {
    if (inner.encoding === 'rot13') continue
    collect({ ...inner, start: reading.start, end: reading.end }, decoded, budget, depth + 1)
  }
}
