/** What a token is. */
export const tokenKind = {
  word: 0,
  number: 1,
  mixed: 2,
  punctuation: 3,
  opaque: 4,
  script: 5,
} as const

/** What stands around a token, as bits of its flags. */
export const tokenFlag = {
  gluedBefore: 1,
  gluedAfter: 2,
  newlineBefore: 4,
  newlineAfter: 8,
} as const

/** Tokens of a block at most; a block ends earlier at an empty line, or at the end of a sentence past `softTokens`. */
export const maxTokens = 768
/** Tokens after which the end of a sentence or line ends the block. */
export const softTokens = 320
/** Empty places on either side of the tokens, so that features may look beyond the ends. */
export const margin = 2
const places = maxTokens + 2 * margin

/** How the letters of a block are cased. */
export type Casing = 0 | 1 | 2 | 3
/** Mixed case; all lower case; all capitals; nearly every word with a capital. */
export const casing = { mixed: 0, lower: 1, upper: 2, titled: 3 } as const

/** Attributes of one stretch of tokens, each a column; reused from stretch to stretch. */
export class TokenBlock {
  /** Number of tokens; token i stands at place `margin + i` of every column. */
  length = 0
  casing: Casing = casing.mixed
  /** How technical the block looks, 0 to 15: technical words in the low two bits, signs and code in the high two. */
  topic = 0
  readonly start = new Int32Array(places)
  readonly end = new Int32Array(places)
  readonly kind = new Uint8Array(places)
  readonly flags = new Uint8Array(places)
  /** Hash of the folded token. */
  readonly word = new Int32Array(places)
  readonly shape = new Int32Array(places)
  readonly prefix2 = new Int32Array(places)
  readonly prefix3 = new Int32Array(places)
  readonly prefix4 = new Int32Array(places)
  readonly suffix2 = new Int32Array(places)
  readonly suffix3 = new Int32Array(places)
  readonly suffix4 = new Int32Array(places)
  /** Bits of the lexicon. */
  readonly bits = new Int32Array(places)
  readonly cluster = new Int32Array(places)
  readonly group = new Int32Array(places)
  readonly rank = new Uint8Array(places)
  /** Hash of the first token of the line. */
  readonly head = new Int32Array(places)
  /** Hash of the key that the token is the value of, as in `"name": "Ada"` or `name=Ada`; 0 for none. */
  readonly key = new Int32Array(places)
  /** Distance from the start of the line, in tokens, at most 7. */
  readonly column = new Uint8Array(places)

  /** Makes a place say that there is no token. */
  clear(place: number): void {
    for (const column of [
      this.word,
      this.shape,
      this.prefix2,
      this.suffix3,
      this.bits,
      this.flags,
      this.rank,
      this.kind,
      this.key,
    ])
      column[place] = 0
    this.word[place] = 0x2545f491
    this.cluster[place] = 510
    this.group[place] = 63
  }
}
