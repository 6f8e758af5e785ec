/** Longest part of a name that is compared. */
const maxLength = 128

/**
 * Returns the candidate closest to `name` by edit distance, or `undefined` when none is close
 * (more than a third of the longer word apart). Used by errors that suggest a correction.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Infinity
  const asked = name.slice(0, maxLength).toLowerCase()
  for (const candidate of candidates) {
    const length = Math.min(candidate.length, maxLength)
    const allowed = Math.min(Math.max(asked.length, length) / 3, bestDistance - 1)
    // Names of such different lengths cannot be close: most of a long list ends here.
    if (Math.abs(asked.length - length) > allowed) continue
    const distance = editDistance(asked, candidate.slice(0, maxLength).toLowerCase(), allowed)
    if (distance > allowed) continue
    best = candidate
    bestDistance = distance
    if (distance === 0) break
  }
  return best
}

/** Returns the edit distance, or something above `limit` when it is greater than that. */
function editDistance(a: string, b: string, limit: number): number {
  const band = Math.floor(limit)
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  let current = Array.from({ length: b.length + 1 }, () => Infinity)
  for (let row = 1; row <= a.length; row++) {
    // Cells further from the diagonal than the limit can only hold more than the limit.
    const from = Math.max(1, row - band)
    const to = Math.min(b.length, row + band)
    current[from - 1] = from === 1 ? row : Infinity
    let least = current[from - 1] ?? Infinity
    for (let column = from; column <= to; column++) {
      const isSame = a.charCodeAt(row - 1) === b.charCodeAt(column - 1)
      const substitution = (previous[column - 1] ?? Infinity) + (isSame ? 0 : 1)
      const deletion = (previous[column] ?? Infinity) + 1
      const insertion = (current[column - 1] ?? Infinity) + 1
      const distance = Math.min(substitution, insertion, deletion)
      current[column] = distance
      if (distance < least) least = distance
    }
    if (to < b.length) current[to + 1] = Infinity
    if (least > limit) return Infinity
    const spare = previous
    previous = current
    current = spare
  }
  return previous[b.length] ?? 0
}
