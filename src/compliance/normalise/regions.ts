/** No rule of the rewriter looks further back than this, and so far only to a `*` or `<`. */
const longestReach = 48
const [space, star, angle] = [32, 42, 60]

/**
 * Parts of a text that must be rewritten so that everything that stands at `places` (in order) is: from, to,
 * from, to and so on. Parts begin and end between two words, where no rule looks back over.
 */
export function regionsAround(text: string, places: readonly number[]): number[] {
  const regions: number[] = []
  let end = 0
  for (const place of places) {
    if (place < end) continue
    const start = borderBefore(text, place, end)
    if (start === end && regions.length > 0) regions.length -= 1
    else regions.push(start)
    end = borderAfter(text, place)
    regions.push(end)
  }
  return regions
}

/** The last border before a place; `from` where there is none behind it. */
function borderBefore(text: string, place: number, from: number): number {
  let at = place - 1
  while (at > from) {
    if (!partsWords(text, at)) {
      at--
      continue
    }
    const mark = lastMark(text, at)
    if (mark < 0) return at
    at = mark - 1
  }
  return from
}

/** The first border behind a place; the end of the text where there is none. */
function borderAfter(text: string, place: number): number {
  let at = place + 2
  while (at < text.length) {
    if (!partsWords(text, at)) {
      at++
      continue
    }
    const mark = lastMark(text, at)
    if (mark < 0) return at
    at = Math.max(at + 1, mark + longestReach + 1)
  }
  return text.length
}

/** Tells whether a space with letters of ASCII on both sides stands at a place. */
function partsWords(text: string, at: number): boolean {
  return (
    text.charCodeAt(at) === space &&
    isLower(text.charCodeAt(at - 1)) &&
    isLower(text.charCodeAt(at + 1) | 32) &&
    isLower(text.charCodeAt(at + 2) | 32)
  )
}

/** Place of the last `*` or `<` within reach before a place, or -1. */
function lastMark(text: string, place: number): number {
  const from = Math.max(0, place - longestReach)
  for (let at = place - 1; at >= from; at--) {
    const code = text.charCodeAt(at)
    if (code === star || code === angle) return at
  }
  return -1
}

function isLower(code: number): boolean {
  return code >= 97 && code <= 122
}
