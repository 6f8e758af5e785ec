import { matchesPattern } from './patterns.ts'

/**
 * Tells whether some name matches both of two patterns in which `*` stands for any run of characters.
 * Takes time in proportion to the product of their lengths where both have a star.
 */
export function patternsOverlap(first: string, second: string): boolean {
  if (!first.includes('*')) return matchesPattern(second, first)
  if (!second.includes('*')) return matchesPattern(first, second)
  const [start = ''] = first.split('*', 1)
  const [otherStart = ''] = second.split('*', 1)
  // What stands before the stars decides nearly always.
  if (!start.startsWith(otherStart) && !otherStart.startsWith(start)) return false
  return overlap(Array.from(first), Array.from(second))
}

/** Finds a pattern of one list and one of the other that some name matches both of. */
export function overlapOf(
  first: readonly string[],
  second: readonly string[],
): readonly [string, string] | undefined {
  for (const pattern of first) {
    const other = second.find((each) => patternsOverlap(pattern, each))
    if (other !== undefined) return [pattern, other]
  }
  return undefined
}

/** Row by row: whether the beginnings of both patterns up to here have a name in common. */
function overlap(first: readonly string[], second: readonly string[]): boolean {
  const stars = second.findIndex((symbol) => symbol !== '*')
  let row = [true, ...second.map((_, column) => stars < 0 || column < stars)]
  for (const symbol of first) {
    const next = [symbol === '*' && row[0] === true]
    second.forEach((other, column) => {
      const isOpen = symbol === '*' || other === '*'
      // A star stands for nothing, or takes in one more symbol of the other pattern.
      const reached = isOpen
        ? row[column + 1] === true || next[column] === true
        : symbol === other && row[column] === true
      next.push(reached)
    })
    row = next
  }
  return row.at(-1) === true
}
