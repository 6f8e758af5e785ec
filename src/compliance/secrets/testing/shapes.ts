/** Returns a function that gives the next number of a fixed sequence, from 0 to below `limit`. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = (seed + 1) * 2_654_435_761
  return (limit) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e37_79b9) >>> 0
    return (state >>> 8) % limit
  }
}

const item =
  /\(\?[=!][^()]*\)|(\[(?:\\.|[^\]])+\]|\\.|\((?:\?:)?|\)|\||[^\\()[\]|])(?:\{(\d+)(?:,(\d+))?\}|(\?))?/g

/**
 * Writes a text that the source of a rule's shape matches, the same for the same seed: classes with bounds,
 * groups and alternatives (the first is taken).
 */
export function randomOf(source: string, seed: number): string {
  const random = randomNumbers(seed)
  let out = ''
  /** Depth of groups inside of an alternative that is not taken; 0 outside of one. */
  let skipped = 0
  const groupStarts: number[] = []
  for (const [, unit, min, max, optional] of source.matchAll(item)) {
    if (unit === undefined) continue
    const least = optional === undefined ? Number(min ?? 1) : 0
    const count = least + random(Math.min(Number(max ?? least) - least, 6) + 1)
    if (unit.startsWith('(')) {
      groupStarts.push(out.length)
      if (skipped > 0) skipped++
    } else if (unit === ')') {
      const group = out.slice(groupStarts.pop() ?? 0)
      if (skipped > 0) skipped--
      if (skipped === 0) out = out.slice(0, out.length - group.length) + group.repeat(count)
    } else if (unit === '|') {
      skipped = Math.max(skipped, 1)
    } else if (skipped === 0) {
      const letters = lettersOf(unit)
      for (let index = 0; index < count; index++) out += letters[random(letters.length)] ?? ''
    }
  }
  return out
}

function lettersOf(unit: string): string {
  const pattern = new RegExp(`^${unit}$`)
  const all = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))
  return all.filter((letter) => pattern.test(letter)).join('')
}
