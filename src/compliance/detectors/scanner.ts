import { flat } from '../text/flat.ts'
import type { Detector } from '../types.ts'
import { hasFormats, hasTriggers } from './contract.ts'
import type {
  AnyDetector,
  DetectorTraits,
  FormatDetector,
  Trigger,
  TriggerDetector,
} from './contract.ts'
import { createVocabulary } from './context-words.ts'
import type { ContextVocabulary } from './context-words.ts'
import { compileFormats } from './format-automaton.ts'
import type { FormatAutomaton } from './format-automaton.ts'
import { Scan } from './scan.ts'
import { unrelatedWords } from './scoring.ts'

/** A sighting and the detector that saw it. */
export interface ScanResult {
  readonly detector: AnyDetector
  readonly start: number
  readonly end: number
  readonly score: number
}

/** A part of a text that one asks about, in UTF-16 code units. */
export interface TextPart {
  readonly from: number
  readonly to: number
}

/** Runs many detectors over a text in one pass. */
export interface Scanner {
  readonly detectors: readonly AnyDetector[]
  /**
   * Everything the detectors see, overlaps included, in order of the scan. That a text is nothing but a value
   * says nothing when the text is a fragment cut out of another. Asked about a part, it tells at least what
   * begins in it; the rest of the text is read for its words only.
   */
  scan(text: string, isFragment?: boolean, part?: TextPart): readonly ScanResult[]
}

/** A detector and which words of the vocabulary speak for it. */
export interface Prepared<T extends DetectorTraits> {
  readonly detector: T
  readonly context: Readonly<Uint8Array>
}

/** What a scan needs to know about its detectors; built once. */
export interface Preparation {
  readonly automaton: FormatAutomaton
  readonly formats: readonly Prepared<FormatDetector>[]
  readonly triggers: Readonly<Partial<Record<Trigger, readonly Prepared<TriggerDetector>[]>>>
  /** Detectors of digits in any grouping, by their number of digits. */
  readonly anyGrouping: readonly (readonly Prepared<FormatDetector>[])[]
  readonly vocabulary: ContextVocabulary
  readonly unrelated: Readonly<Uint8Array>
}

/**
 * Builds a scanner; the formats of all detectors become one automaton, which takes some milliseconds.
 *
 * @throws {Error} when a format cannot be read.
 */
export function createScanner(detectors: readonly AnyDetector[]): Scanner {
  const preparation = prepare(detectors)
  const plain = detectors.filter(isPlain)
  return {
    detectors,
    scan(text, isFragment = false, part) {
      const seen = new Scan(flat(text), preparation, isFragment).run(part)
      return plain.length === 0 ? seen : [...seen, ...seenBy(plain, text)]
    },
  }
}

function seenBy(detectors: readonly Detector[], text: string): ScanResult[] {
  return detectors.flatMap((detector) =>
    Array.from(detector.find(text), ({ start, end, score }) => ({ detector, start, end, score })),
  )
}

function isPlain(detector: AnyDetector): detector is Detector {
  return !hasFormats(detector) && !hasTriggers(detector)
}

function prepare(detectors: readonly AnyDetector[]): Preparation {
  const byFormat = detectors.filter(hasFormats)
  const byTrigger = detectors.filter(hasTriggers)
  const { vocabulary, idOf } = createVocabulary([
    ...unrelatedWords,
    ...[...byFormat, ...byTrigger].flatMap(({ context }) => context),
  ])
  const membership = (terms: readonly string[]): Uint8Array => {
    const members = new Uint8Array(vocabulary.size)
    for (const term of terms) members[idOf.get(term) ?? 0] = 1
    return members
  }
  const formats = byFormat.map((detector) => ({ detector, context: membership(detector.context) }))
  const triggers: Partial<Record<Trigger, Prepared<TriggerDetector>[]>> = {}
  for (const detector of byTrigger) {
    const prepared = { detector, context: membership(detector.context) }
    for (const trigger of detector.triggers) (triggers[trigger] ??= []).push(prepared)
  }
  const automaton = compileFormats(
    byFormat.flatMap((detector, owner) => detector.formats.map((format) => ({ format, owner }))),
  )
  return {
    automaton,
    formats,
    triggers,
    anyGrouping: groupingTable(formats),
    vocabulary,
    unrelated: membership(unrelatedWords),
  }
}

const mostGroupedDigits = 19

function groupingTable(formats: readonly Prepared<FormatDetector>[]): Prepared<FormatDetector>[][] {
  return Array.from({ length: mostGroupedDigits + 1 }, (_, length) =>
    formats.filter(
      ({ detector }) =>
        detector.anyGrouping === true &&
        detector.formats.some((format) => isDigits(format, length)),
    ),
  )
}

/** Tells whether a format is just so many digits. */
function isDigits(format: string, length: number): boolean {
  const repeated = /^9\{(\d+)(?:,(\d+))?\}$/.exec(format)
  if (repeated === null) return format.length === length && /^9+$/.test(format)
  return Number(repeated[1]) <= length && length <= Number(repeated[2] ?? repeated[1])
}
