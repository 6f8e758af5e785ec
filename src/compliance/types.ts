/** Who a text comes from and which way it goes. */
export type SegmentRole = 'system' | 'user' | 'assistant' | 'tool' | 'document'

/** One text within a request or an answer. */
export interface Segment {
  /** Where it stands in the body, such as `messages[2].content[0].text`. */
  readonly place: string
  readonly role: SegmentRole
  readonly direction: 'request' | 'answer'
  /** Text as people and models wrote it, arguments of a tool call (JSON text), or what a tool gave back. */
  readonly kind: 'text' | 'tool-arguments' | 'tool-result' | 'document'
  /** Name of the tool it goes to or comes from, or title of the document. */
  readonly source?: string
  readonly text: string
}

/**
 * A text beside its normalised form, in which disguises are undone. Detectors read `normal`; `toOriginal`
 * leads every place back to the text that is to be redacted.
 */
export interface TextView {
  /** The text as it stands in the body. */
  readonly original: string
  /** The same text without disguises; the very same string where there was nothing to undo. */
  readonly normal: string
  /**
   * Readings of encoded runs (base64, hex, percent, entities), each with the run it was decoded from, as
   * offsets in `original`. What is found in a reading is found in the whole run.
   */
  readonly decoded: readonly DecodedRun[]
  /** Leads a range of `normal` back to the smallest range of `original` that made it. Offsets in UTF-16 code units. */
  toOriginal(start: number, end: number): { readonly start: number; readonly end: number }
}

export interface DecodedRun {
  readonly encoding:
    | 'base64'
    | 'hex'
    | 'percent'
    | 'entities'
    | 'rot13'
    | 'escapes'
    /** Shown from right to left. */
    | 'reversed'
    /** Invisible characters of the tags block. */
    | 'tags'
    /** Cut into pieces by hyphens other than that of ASCII. */
    | 'hyphens'
    /** Cut into pieces by dashes or spaces that also part honest numbers. */
    | 'pieces'
    /** Characters one by one with separators between. */
    | 'spaced'
    /** Letters in place of the digits they look like. */
    | 'lookalikes'
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Something a detector saw in a normalised text. */
export interface Sighting {
  /** Offsets in UTF-16 code units of the normalised text; `end` is exclusive. */
  readonly start: number
  readonly end: number
  /** Confidence from 0 to 1: checksum and context raise it, a bare format stays below 0.5. */
  readonly score: number
}

/** Looks for one kind of thing. Pure, synchronous, in time linear in the text. */
export interface Detector {
  /** Stable name of what it finds, such as `payment-card`; policies refer to it. */
  readonly label: string
  /** Group of labels, such as `financial`, `identity`, `contact`, `secret`, `health`, `name`. */
  readonly category: string
  /** ISO 3166-1 alpha-2 code where the kind belongs to one country. */
  readonly country?: string
  find(text: string): Iterable<Sighting>
}
