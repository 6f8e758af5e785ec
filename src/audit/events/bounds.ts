/** Most bytes of one text of an event, in UTF-8. */
export const maxTextBytes = 256
/** Most entries of one list of an event. */
export const maxListEntries = 20
/** Ends a text that was cut. */
export const cutMark = '…'
const markBytes = 3

/** Cuts what an event takes over from a record, and remembers whether it had to. */
export class Bounds {
  isCut = false

  /** Returns the text as it is where it is short and well-formed; `undefined` for what is no text. */
  text(value: unknown): string | undefined {
    if (typeof value !== 'string') return undefined
    const cut = cutText(value, maxTextBytes)
    this.isCut ||= cut.length < value.length
    return cut
  }

  /** Returns the texts of a list; at most `maxListEntries` of them. */
  list(values: unknown): readonly string[] {
    if (!Array.isArray(values)) return []
    this.isCut ||= values.length > maxListEntries
    return values.slice(0, maxListEntries).flatMap((value) => this.text(value) ?? [])
  }
}

/** Returns a number that is finite, otherwise `undefined`. */
export function numberFrom(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/**
 * Returns well-formed text of at most so many bytes of UTF-8. Longer text is cut between characters and ends
 * with the mark. Lone surrogates become U+FFFD.
 * @param maxBytes at least the three bytes of the mark
 */
export function cutText(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text.toWellFormed()
  // A character has a byte or more for each of its code units: what is behind can never fit.
  const near = text.slice(0, maxBytes + 1).toWellFormed()
  if (text.length <= maxBytes && Buffer.byteLength(near) <= maxBytes) return near
  let bytes = 0
  let end = 0
  for (const character of near) {
    bytes += Buffer.byteLength(character)
    if (bytes > maxBytes - markBytes) break
    end += character.length
  }
  return near.slice(0, end) + cutMark
}

const controls = /[\p{Cc}\p{Zl}\p{Zp}]/gu

/**
 * Replaces control characters and line separators by the visible signs for them (U+2400 and following), so
 * that no reader of lines sees two where one was written. Other text stays as it is.
 */
export function visible(text: string): string {
  return text.replace(controls, (control) => {
    const code = control.charCodeAt(0)
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    if (code === 0x7f) return '\u2421'
    return code === 0x85 || code > 0x9f ? '\u2424' : '\u2426'
  })
}
