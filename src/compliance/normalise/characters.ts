/** First digit of each run of decimal digits of Unicode that NFKC leaves alone. */
const digitZeros: readonly number[] = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
  0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0,
  0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0, 0x10d30, 0x11066,
  0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950,
  0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50, 0x1e140, 0x1e2f0, 0x1e4d0, 0x1e950,
]

/** Digits in circles, brackets and the like that NFKC does not make plain. */
const ringedDigits: ReadonlyMap<number, string> = new Map(
  [0x2776, 0x2780, 0x278a, 0x24f5].flatMap((first) =>
    Array.from({ length: 9 }, (_, index) => [first + index, String(index + 1)] as const),
  ),
)

/**
 * What a code point beyond ASCII means to a reader: nothing for invisible ones, a space, a plain digit, a
 * hyphen, or its compatibility form (NFKC). `undefined` when it means itself.
 */
export function meaningOf(codePoint: number): string | undefined {
  if (isOrdinary(codePoint)) return undefined
  if (isInvisible(codePoint)) return ''
  if (isDash(codePoint)) return '-'
  // Full-width forms are ASCII written wide.
  if (codePoint > 0xff00 && codePoint < 0xff5f) return String.fromCharCode(codePoint - 0xfee0)
  if (codePoint === 0x2028 || codePoint === 0x2029 || codePoint === 0x85) return '\n'
  if (codePoint === 0x1680 || codePoint === 0x3000 || codePoint === 0xa0) return ' '
  const digit = digitOf(codePoint) ?? ringedDigits.get(codePoint)
  if (digit !== undefined) return digit
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return '\ufffd'
  const character = String.fromCodePoint(codePoint)
  const compatible = character.normalize('NFKC')
  return compatible === character ? undefined : compatible
}

/** Letters, quotes and currencies that are their own compatibility form: the bulk of all text beyond ASCII. */
export function isOrdinary(code: number): boolean {
  if (code >= 0x2018 && code <= 0x2022) return true
  if (
    code === 0x20ac ||
    code === 0xa3 ||
    code === 0xa7 ||
    code === 0xab ||
    code === 0xb0 ||
    code === 0xbb
  )
    return true
  if (code >= 0xc0 && code <= 0x131) return true
  if (code >= 0x400 && code <= 0x482) return true
  if (code >= 0x4e00 && code <= 0x9fff) return true
  if (code >= 0x3041 && code <= 0x3096) return true
  if (code >= 0x621 && code <= 0x64a) return true
  if (code >= 0x905 && code <= 0x939) return true
  if (code >= 0xe01 && code <= 0xe30) return true
  if (code >= 0x1ea0 && code <= 0x1ef9) return true
  if (code >= 0x30a1 && code <= 0x30fa) return true
  if (code >= 0xac00 && code <= 0xd7a3) return true
  return (code >= 0x391 && code <= 0x3ce) || (code >= 0x5d0 && code <= 0x5ea)
}

/** Zero-width, bidirectional and filling characters, controls, selectors and tags: nobody sees them. */
export function isInvisible(code: number): boolean {
  if (code < 0xa0)
    return (
      code < 9 ||
      code === 11 ||
      code === 12 ||
      (code > 13 && code < 32) ||
      (code > 126 && code !== 0x85)
    )
  if (code < 0x2000) {
    return (
      code === 0xad ||
      code === 0x34f ||
      code === 0x61c ||
      code === 0x115f ||
      code === 0x1160 ||
      code === 0x17b4 ||
      code === 0x17b5 ||
      (code >= 0x180b && code <= 0x180f)
    )
  }
  if (code < 0x2070)
    return (
      (code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) || code >= 0x2060
    )
  if (code === 0x2800 || code === 0x3164 || code === 0xfeff || code === 0xffa0) return true
  if (code >= 0xfe00 && code <= 0xfe0f) return true
  return (code >= 0xe0000 && code <= 0xe0fff) || (code >= 0xfff0 && code <= 0xfffb)
}

/** Marks that attach to the letter before them. */
export function isCombining(code: number): boolean {
  return (
    (code >= 0x300 && code <= 0x36f) ||
    (code >= 0x1ab0 && code <= 0x1aff) ||
    (code >= 0x1dc0 && code <= 0x1dff) ||
    (code >= 0x20d0 && code <= 0x20ff) ||
    (code >= 0xfe20 && code <= 0xfe2f) ||
    code === 0x3099 ||
    code === 0x309a ||
    (code >= 0x1161 && code <= 0x11c2)
  )
}

function isDash(code: number): boolean {
  return (
    (code >= 0x2010 && code <= 0x2015) ||
    code === 0x2212 ||
    code === 0x2043 ||
    code === 0x2796 ||
    code === 0xfe58 ||
    code === 0xfe63 ||
    code === 0xff0d ||
    code === 0x1806
  )
}

function digitOf(code: number): string | undefined {
  if (code < 0x660) return undefined
  let low = 0
  let high = digitZeros.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((digitZeros[middle] ?? 0) <= code) low = middle + 1
    else high = middle
  }
  const value = code - (digitZeros[low - 1] ?? code + 10)
  return value >= 0 && value < 10 ? String(value) : undefined
}
