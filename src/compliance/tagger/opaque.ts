const slash = 47
const dot = 46
const at = 64
const backslash = 92

/** A run of characters between spaces, quotes, brackets and commas. */
export interface Chunk {
  /** Where the chunk ends. */
  end: number
  /** Whether it is an address, a path or a URL: one token, whose parts are no words. */
  opaque: boolean
}

/** Looks at the chunk that begins at `from` and writes what it is into `chunk`; trailing stops are no part of it. */
export function readChunk(text: string, from: number, chunk: Chunk): void {
  const windows = isWindowsPath(text, from)
  let end = from
  let slashes = 0
  let capitals = 0
  let mail = -1
  let lastDot = -1
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end)
    if (breaks(code) && !(windows && code === backslash)) break
    if (code === slash) slashes += 1
    else if (code === dot) lastDot = end
    else if (code === at && end > from) mail = end
    else if (code > 64 && code < 91) capitals += 1
  }
  while (end > from + 1 && isStop(text.charCodeAt(end - 1))) end -= 1
  chunk.end = end
  const addressed = mail > 0 && mail < end - 1 && lastDot > mail && lastDot < end - 1
  chunk.opaque =
    windows ||
    addressed ||
    (slashes > 0 && isPath({ text, from, end, slashes, capitals, lastDot })) ||
    (text.startsWith('www.', from) && end > from + 4)
}

interface Slashed {
  readonly text: string
  readonly from: number
  readonly end: number
  readonly slashes: number
  readonly capitals: number
  readonly lastDot: number
}

function isPath({ text, from, end, slashes, capitals, lastDot }: Slashed): boolean {
  const scheme = text.indexOf('://', from)
  if (scheme > from && scheme < end) return true
  const first = text.charCodeAt(from)
  if (first === slash || first === at || (first === 126 && text.charCodeAt(from + 1) === slash))
    return end > from + 2
  if (first === dot) return true
  if (slashes > 1 && capitals === 0 && hasLetter(text, from, end)) return true
  return lastDot > from && end - lastDot <= 6 && end - lastDot > 1 && hasLetter(text, lastDot, end)
}

function hasLetter(text: string, from: number, end: number): boolean {
  for (let place = from; place < end; place += 1) {
    const code = text.charCodeAt(place) | 32
    if (code > 96 && code < 123) return true
  }
  return false
}

function isWindowsPath(text: string, from: number): boolean {
  const first = text.charCodeAt(from)
  if (first === backslash)
    return text.charCodeAt(from + 1) === backslash && isAsciiLetter(text.charCodeAt(from + 2))
  return (
    isAsciiLetter(first) &&
    text.charCodeAt(from + 1) === 58 &&
    text.charCodeAt(from + 2) === backslash
  )
}

function isAsciiLetter(code: number): boolean {
  const lower = code | 32
  return lower > 96 && lower < 123
}

/** Spaces and controls, quotes, brackets, comma, semicolon, bar, backtick, backslash. */
function breaks(code: number): boolean {
  if (code <= 34) return true
  if (code < 128)
    return (
      (code >= 39 && code <= 41) ||
      code === 44 ||
      code === 59 ||
      code === 60 ||
      code === 62 ||
      (code >= 91 && code <= 93) ||
      code === 96 ||
      (code >= 123 && code <= 125)
    )
  return code === 0xa0 || (code >= 0x2000 && code <= 0x206f) || code === 0x3000
}

function isStop(code: number): boolean {
  return code === dot || code === 58 || code === 33 || code === 63 || code === 42 || code === 95
}
