/** What a character is to the tokeniser. */
export const charKind = {
  space: 0,
  newline: 1,
  letter: 2,
  digit: 3,
  /** Accent that belongs to the letter before it, or a sign without width. */
  mark: 4,
  punctuation: 5,
  /** Letter of a script that the tagger leaves alone: Han, Kana, Hangul, Arabic, Hebrew, Indic scripts and more. */
  script: 6,
} as const

const size = 0x2000

/** Kinds and folded forms of characters, as tables: Latin, Greek, Cyrillic, Armenian and Georgian are read. */
export interface Alphabet {
  /** Kind by UTF-16 code unit below U+2000. */
  readonly kinds: Uint8Array
  /** Lower case without accents by UTF-16 code unit below U+2000; itself where there is nothing to fold. */
  readonly folds: Uint16Array
  /** 1 for capital letters. */
  readonly capitals: Uint8Array
}

/** Makes the tables; about a millisecond. */
export function createAlphabet(): Alphabet {
  const kinds = new Uint8Array(size).fill(charKind.punctuation)
  const folds = new Uint16Array(size)
  const capitals = new Uint8Array(size)
  for (let code = 0; code < size; code += 1) {
    folds[code] = code
    if (code <= 32 || code === 0xa0 || code === 0x1680) kinds[code] = charKind.space
    else if (code >= 0x300 && code <= 0x36f) kinds[code] = charKind.mark
    else if (code >= 48 && code <= 57) kinds[code] = charKind.digit
    else if (code >= 0x590 && code < 0x10a0) kinds[code] = charKind.script
    else if (code >= 0x1100 && code < 0x1c80) kinds[code] = charKind.script
    else if (isRead(code)) readLetter({ kinds, folds, capitals }, code)
  }
  for (const code of [10, 11, 12, 13, 0x85]) kinds[code] = charKind.newline
  kinds[0xad] = charKind.mark
  return { kinds, folds, capitals }
}

function isRead(code: number): boolean {
  if (code < 128) return (code > 64 && code < 91) || (code > 96 && code < 123)
  return code < 0x590 || (code >= 0x10a0 && code < 0x1100) || code >= 0x1e00
}

function readLetter(tables: Alphabet, code: number): void {
  const letter = String.fromCharCode(code)
  if (code > 127 && !/\p{L}/u.test(letter)) return
  tables.kinds[code] = charKind.letter
  const lower = letter.toLowerCase()
  tables.capitals[code] = lower === letter ? 0 : 1
  tables.folds[code] = foldOf(lower)
}

const spelledOut: Readonly<Record<string, string>> = {
  ß: 's',
  æ: 'a',
  œ: 'o',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 't',
  ı: 'i',
  ħ: 'h',
  ς: 'σ',
  ə: 'e',
}

function foldOf(lower: string): number {
  const plain = spelledOut[lower] ?? lower.normalize('NFD')
  return plain.charCodeAt(0)
}

/** Kind of a UTF-16 code unit from U+2000 on. */
export function highKind(code: number): number {
  if (code < 0x2070) {
    if (code === 0x2028 || code === 0x2029) return charKind.newline
    if (code >= 0x200b && code <= 0x200f) return charKind.mark
    if (code <= 0x200a || code === 0x202f || code === 0x205f) return charKind.space
    if (code >= 0x202a && code <= 0x202e) return charKind.mark
    if (code >= 0x2060) return charKind.mark
    return charKind.punctuation
  }
  if (code === 0x3000) return charKind.space
  if (code === 0xfeff) return charKind.mark
  if (code >= 0x2e80 && code < 0x3000) return charKind.script
  if (code > 0x3004 && code < 0xd800 && !(code >= 0x3008 && code <= 0x3020)) return charKind.script
  if (code >= 0xf900 && code < 0xfe20) return charKind.script
  if (code >= 0xfe70 && code <= 0xfeff) return charKind.script
  if (code >= 0xff66 && code <= 0xffdc) return charKind.script
  return charKind.punctuation
}
