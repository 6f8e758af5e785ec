/** What is treated as the same when texts are compared. */
export interface FoldingOptions {
  readonly case: boolean
  readonly diacritics: boolean
}

/** For every UTF-16 code unit the unit it is compared as. */
export type Folding = Uint16Array

const units = 65_536
const surrogates = [0xd800, 0xdfff] as const
const ascii = 128

/**
 * Builds the table of a folding: one unit for one unit, so offsets stay what they are. Letters that would
 * become two (`ß`, ligatures) stay as they are; half-width and full-width forms are the normaliser's matter.
 */
export function createFolding(options: FoldingOptions): Folding {
  const folding = new Uint16Array(units)
  for (let code = 0; code < units; code++) folding[code] = foldOf(code, options)
  return folding
}

function foldOf(code: number, options: FoldingOptions): number {
  if (code >= surrogates[0] && code <= surrogates[1]) return code
  if (code < ascii) return options.case && code >= 65 && code <= 90 ? code + 32 : code
  let unit = String.fromCharCode(code)
  if (options.diacritics) unit = withoutMarks(unit)
  if (options.case) {
    const lower = unit.toLowerCase()
    if (lower.length === 1) unit = lower
  }
  return unit.charCodeAt(0)
}

/** Letters whose stroke is no combining mark in Unicode. */
const stroked: Readonly<Record<string, string>> = {
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ħ: 'h',
  Ħ: 'H',
  ı: 'i',
}

function withoutMarks(unit: string): string {
  const parts = unit.normalize('NFD')
  // Korean syllables and kana fall apart into letters, not into a letter and a mark.
  const isMarked =
    parts.length > 1 && /^\p{L}\p{M}+$/u.test(parts) && !/\p{scx=Hira}|\p{scx=Kana}/u.test(unit)
  return stroked[unit] ?? (isMarked ? (parts[0] ?? unit) : unit)
}

/** Folds a text unit by unit. */
export function fold(text: string, folding: Folding): string {
  let folded = ''
  for (let at = 0; at < text.length; at++) {
    folded += String.fromCharCode(folding[text.charCodeAt(at)] ?? 0)
  }
  return folded
}
