import { complement, maxCodePoint, namedSets, rangesOf } from './code-points.ts'
import type { CodePointSet } from './code-points.ts'

/** Code points that no set of a program tells apart share a class. */
export interface Alphabet {
  readonly size: number
  /** Classes of UTF-16 code units; halves of pairs have the class of themselves as code points. */
  readonly ofUnit: Uint16Array
  /** Returns the class of a code point beyond the basic plane. */
  ofCodePoint(codePoint: number): number
  /** For each set of the program, 1 for every class that belongs to it. */
  readonly members: readonly Uint8Array[]
  /** What assertions ask of a class: 1 a character of words, 2 a line end, 0 anything else. */
  readonly kinds: Uint8Array
}

/** Kinds of neighbours of a place, as assertions see them. */
export const neighbourKinds = { other: 0, word: 1, lineEnd: 2, edge: 3 } as const

/** Sorts all code points into classes for the sets of a program. */
export function createAlphabet(sets: readonly CodePointSet[], word: CodePointSet): Alphabet {
  const all = [...sets, word, namedSets.lineEnd]
  const cuts = Int32Array.from(
    new Set([
      0,
      ...all.flatMap((set) => rangesOf(set).flatMap(([first, last]) => [first, last + 1])),
    ]),
  )
    .sort()
    .filter((cut) => cut <= maxCodePoint)
  const classes = refine(cuts, all)
  const size = Math.max(...classes) + 1
  const members = all.map((set) => {
    const member = new Uint8Array(size)
    forIntervals(cuts, set, (interval) => (member[classes[interval] ?? 0] = 1))
    return member
  })
  const kinds = new Uint8Array(size)
  for (let index = 0; index < size; index++) {
    if (members[all.length - 2]?.[index] === 1) kinds[index] = neighbourKinds.word
    if (members[all.length - 1]?.[index] === 1) kinds[index] = neighbourKinds.lineEnd
  }
  const ofCodePoint = (codePoint: number): number => classes[intervalOf(cuts, codePoint)] ?? 0
  const ofUnit = new Uint16Array(65_536)
  for (let interval = 0; interval < cuts.length; interval++) {
    ofUnit.fill(
      classes[interval] ?? 0,
      Math.min(cuts[interval] ?? 0, 65_536),
      Math.min(cuts[interval + 1] ?? 65_536, 65_536),
    )
  }
  return { size, ofUnit, ofCodePoint, members: members.slice(0, sets.length), kinds }
}

/** Splits the classes of intervals, set by set, wherever a set holds only a part of one. */
function refine(cuts: Int32Array, sets: readonly CodePointSet[]): Int32Array {
  let classes = new Int32Array(cuts.length)
  for (const set of [...sets, complement([])]) {
    const inside = new Uint8Array(cuts.length)
    forIntervals(cuts, set, (interval) => (inside[interval] = 1))
    const numbers = new Map<number, number>()
    classes = classes.map((old, interval) => {
      const key = old * 2 + (inside[interval] ?? 0)
      const known = numbers.get(key) ?? numbers.size
      numbers.set(key, known)
      return known
    })
  }
  return classes
}

function forIntervals(
  cuts: Int32Array,
  set: CodePointSet,
  visit: (interval: number) => void,
): void {
  for (const [first, last] of rangesOf(set)) {
    for (let at = intervalOf(cuts, first); at < cuts.length && (cuts[at] ?? 0) <= last; at++)
      visit(at)
  }
}

function intervalOf(cuts: Int32Array, codePoint: number): number {
  let low = 0
  let high = cuts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((cuts[middle] ?? 0) <= codePoint) low = middle
    else high = middle - 1
  }
  return low
}
