import type { Detector, Sighting } from '../types.ts'

/** Letters and digits that stand in one of a detector's formats. */
export interface Candidate {
  readonly text: string
  readonly start: number
  readonly end: number
  /** The letters and digits alone, in upper case. */
  readonly value: string
  /** The digits stand in groups that no format names, such as `4012-88888888-1881`. */
  readonly regrouped: boolean
}

/** What every detector of this room says about itself. */
export interface DetectorTraits {
  readonly label: string
  readonly category: string
  /** ISO 3166-1 alpha-2 code where the kind belongs to one country. */
  readonly country?: string
  /**
   * Words that raise the confidence when one stands near, in English and in the language of the country:
   * lower case, without accents, several words with single spaces between.
   */
  readonly context: readonly string[]
  /** Nothing is found without one of the words of `context` near it. */
  readonly needsContext?: boolean
  /** Knows where it ends: being part of something longer, such as a URL, does not speak against it. */
  readonly mayBeEmbedded?: boolean
}

/** Finds a kind of identifier by its written format; the scanner looks for all formats in one pass. */
export interface FormatDetector extends DetectorTraits {
  /**
   * Formats, see `format-automaton.ts`: `9` a digit, `A` a letter, `N` either, `{m,n}` repeats, others themselves.
   */
  readonly formats: readonly string[]
  /** Digits may also stand in groups of any size, as long as a format of this many digits exists. */
  readonly anyGrouping?: boolean
  /** May follow a word without a space. */
  readonly mayBeGlued?: boolean
  /** Confidence without any context; 0 when the value cannot be of this kind. */
  rate(value: string, candidate: Candidate): number
}

/** Where a trigger detector is asked. */
export type Trigger = '@' | ':' | '.' | '+' | '(' | '[' | 'number' | 'long-token'

/** Finds a kind by looking around certain characters, numbers (their first digit) or long tokens. */
export interface TriggerDetector extends DetectorTraits {
  readonly triggers: readonly Trigger[]
  /** What stands at this place, with the confidence it has without context. Looks a bounded way around. */
  at(text: string, index: number): Sighting | undefined
}

/** Any detector the scanner can run. */
export type AnyDetector = FormatDetector | TriggerDetector | Detector

/** Steps of confidence without context; nothing that is only a format reaches 0.5. */
export const confidence = {
  /** So common a shape that it means nothing without context. */
  loose: 0.1,
  /** A shape that other things have, too. */
  format: 0.3,
  /** A shape that little else has, or a common one with one check digit. */
  likely: 0.45,
  /** A shape with a check digit or a structure that a chance value rarely has. */
  checked: 0.55,
  /** Several checks, or one that a chance value passes less than once in fifty times. */
  strong: 0.75,
  /** Beyond reasonable doubt. */
  certain: 0.95,
} as const

/** Tells whether a detector works on formats. */
export function hasFormats(detector: AnyDetector): detector is FormatDetector {
  return 'formats' in detector
}

/** Tells whether a detector waits for triggers. */
export function hasTriggers(detector: AnyDetector): detector is TriggerDetector {
  return 'triggers' in detector
}
