/** Spaces, line ends, hyphens, dashes, apostrophes, quotes, underscores, asterisks: they only part words. */
export const gap = 1
/** Letters and digits that make words together with their neighbours. */
export const wordPart = 2
/** Letters of scripts written without spaces: each is a word of its own. */
export const solo = 3
/** Any other character: a word of its own that has to be there, as in `AT&T` and `C++`. */
export const sign = 4
/** Attaches to what stands before it. */
export const attached = 5
/** Half of a character beyond the basic plane. */
const half = 6
/** Added to a class where the folded form is not one code unit, or the character is not one. */
export const complex = 8

/** How a text is read: what is the same and what is told apart. */
export interface ReadingSettings {
  readonly caseSensitive: boolean
  /** Reads letters without their accents. */
  readonly foldDiacritics: boolean
  /** Reads whole words; else every letter is a word of its own. */
  readonly wholeWords: boolean
}

/**
 * Knows the class and the folded form of every character. Learns them when they are first seen, which changes
 * nothing that anybody can see but time.
 */
export class Reading {
  readonly settings: ReadingSettings
  /**
   * For each code unit its class in the bits from 16 on and its folded form below; 0 where it is not known yet.
   * Classes above 7 are for `classAt` and `foldedAt`.
   */
  readonly table = new Int32Array(0x10000)
  readonly #classes = new Map<number, number>()
  readonly #folds = new Map<number, string>()

  constructor(settings: ReadingSettings) {
    this.settings = settings
  }

  /** Class of the character at a place. */
  classAt(text: string, index: number): number {
    const code = text.charCodeAt(index)
    const known = (this.table[code] ?? 0) >>> 16
    if (known !== 0 && known < complex) return known
    return this.#classes.get(this.#learn(text.codePointAt(index) ?? 0)) ?? sign
  }

  /** Folded form of the character at a place. */
  foldedAt(text: string, index: number): string {
    return this.#folds.get(this.#learn(text.codePointAt(index) ?? 0)) ?? ''
  }

  /** The form of one character in which all that is read alike is the same. */
  fold(character: string): string {
    const { caseSensitive, foldDiacritics } = this.settings
    let folded = character.normalize('NFKC')
    // First upper, then lower case is full case folding: ß and ẞ become ss, ς σ, ŉ n, İ i.
    if (!caseSensitive) folded = folded.toUpperCase().toLowerCase().replaceAll(byCasing, '')
    if (foldDiacritics) folded = Array.from(folded, withoutAccents).join('')
    return folded.replaceAll(ignorable, '')
  }

  /** Folded form of a whole text, what parts words included. */
  foldText(text: string): string {
    let folded = ''
    for (let at = 0; at < text.length;) {
      const entry = this.table[text.charCodeAt(at)] ?? 0
      const isPlain = entry !== 0 && entry >>> 16 < complex
      folded += isPlain ? String.fromCharCode(entry & 0xffff) : this.foldedAt(text, at)
      at += isPlain || (text.codePointAt(at) ?? 0) < 0x10000 ? 1 : 2
    }
    return folded
  }

  /** Learns a character, if need be, and returns it. */
  #learn(codePoint: number): number {
    if (this.#classes.has(codePoint)) return codePoint
    const isHalf = codePoint >= 0xd800 && codePoint < 0xe000
    const character = isHalf ? '\ufffd' : String.fromCodePoint(codePoint)
    const folded = this.fold(character)
    const kind = this.#classOf(character)
    this.#classes.set(codePoint, kind)
    this.#folds.set(codePoint, folded)
    if (isHalf) this.table[codePoint] = (half + complex) << 16
    else if (codePoint < 0x10000) {
      const unit = folded.length === 1 ? folded.charCodeAt(0) : 0
      this.table[codePoint] = unit === 0 ? (kind + complex) << 16 : (kind << 16) | unit
    }
    return codePoint
  }

  #classOf(character: string): number {
    if (ignorableOnly.test(character)) return attached
    if (gaps.test(character)) return gap
    if (marks.test(character)) return attached
    if (!letters.test(character)) return sign
    return !this.settings.wholeWords || unspaced.test(character) ? solo : wordPart
  }
}

/** What changing case adds: a dot above i, an apostrophe before n. */
const byCasing = /\u0307|\u02bc/g
const ignorable = /\p{Default_Ignorable_Code_Point}/gu
const ignorableOnly = /^\p{Default_Ignorable_Code_Point}$/u
const gaps = /^[\s\p{Pd}\p{Pi}\p{Pf}\p{Zs}\p{Cc}'"`´ʼ′″‚„_*−]$/u
const marks = /^\p{M}$/u
const letters = /^[\p{L}\p{N}]$/u
const unspaced =
  /^[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}\p{scx=Bopo}]$/u

/** In the scripts that are folded: accents, and vowel points that nobody needs to write. */
const accents = /\p{Mn}/gu

const plainLetters: Readonly<Record<string, string>> = {
  Æ: 'AE',
  æ: 'ae',
  Ð: 'D',
  ð: 'd',
  Đ: 'D',
  đ: 'd',
  Ł: 'L',
  ł: 'l',
  Ø: 'O',
  ø: 'o',
  Œ: 'OE',
  œ: 'oe',
  Þ: 'Th',
  þ: 'th',
  ß: 'ss',
  ı: 'i',
  Ё: 'Е',
  ё: 'е',
}

/** Latin, Greek and Ё lose their accents; й, が and the like are letters of their own. */
function withoutAccents(text: string): string {
  const plain = plainLetters[text]
  if (plain !== undefined) return plain
  const code = text.charCodeAt(0)
  const isFoldable =
    code < 0x400 ||
    (code >= 0x591 && code < 0x671) ||
    (code >= 0x1ab0 && code < 0x1b00) ||
    (code >= 0x1dc0 && code < 0x2000)
  return isFoldable ? text.normalize('NFD').replaceAll(accents, '') : text
}
