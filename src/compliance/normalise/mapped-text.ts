/**
 * A text and where each of its code units comes from. `starts` and `ends` are offsets in the original; both
 * are absent while the text is the original itself.
 */
export interface MappedText {
  readonly text: string
  readonly starts?: Readonly<Uint32Array>
  readonly ends?: Readonly<Uint32Array>
}

/** Puts `text` in the place of a range. */
export interface Replacement {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** Applies replacements, which must be in order and apart; every unit put in comes from the whole range. */
export function applyReplacements(
  mapped: MappedText,
  replacements: readonly Replacement[],
): MappedText {
  if (replacements.length === 0) return mapped
  const gain = replacements.reduce((sum, { from, to, text }) => sum + text.length - (to - from), 0)
  const length = mapped.text.length + gain
  const starts = new Uint32Array(length)
  const ends = new Uint32Array(length)
  let text = ''
  let at = 0
  let written = 0
  const copyTo = (end: number): void => {
    text += mapped.text.slice(at, end)
    for (; at < end; at++, written++) {
      starts[written] = mapped.starts?.[at] ?? at
      ends[written] = mapped.ends?.[at] ?? at + 1
    }
  }
  for (const replacement of replacements) {
    copyTo(replacement.from)
    const start = mapped.starts?.[replacement.from] ?? replacement.from
    const end = mapped.ends?.[replacement.to - 1] ?? replacement.to
    text += replacement.text
    for (let i = 0; i < replacement.text.length; i++, written++) {
      starts[written] = start
      ends[written] = end
    }
    at = replacement.to
  }
  copyTo(mapped.text.length)
  return { text, starts, ends }
}

/** Leads a range of the text back to the smallest range of the original that made it. */
export function originalRange(
  mapped: MappedText,
  start: number,
  end: number,
): { readonly start: number; readonly end: number } {
  const { starts, ends } = mapped
  if (starts === undefined || ends === undefined) return wholeCodePoints(mapped.text, start, end)
  if (end > start) return { start: starts[start] ?? 0, end: ends[end - 1] ?? 0 }
  const place = starts[start] ?? ends.at(-1) ?? 0
  return { start: place, end: place }
}

/** Widens a range that cuts a code point in two. */
function wholeCodePoints(
  text: string,
  start: number,
  end: number,
): { readonly start: number; readonly end: number } {
  if (end <= start) return { start, end }
  return { start: isCut(text, start) ? start - 1 : start, end: isCut(text, end) ? end + 1 : end }
}

function isCut(text: string, place: number): boolean {
  const [before, after] = [text.charCodeAt(place - 1), text.charCodeAt(place)]
  return before >= 0xd800 && before < 0xdc00 && after >= 0xdc00 && after < 0xe000
}
