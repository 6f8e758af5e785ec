/** A set of code points as ranges in order, none touching the next: first, last, first, last, … */
export type CodePointSet = readonly number[]

/** The largest code point. */
export const maxCodePoint = 0x10_ffff

/** Makes a set of ranges in any order. */
export function setOf(ranges: readonly (readonly [first: number, last: number])[]): CodePointSet {
  const sorted = ranges.toSorted((a, b) => a[0] - b[0])
  const set: number[] = []
  for (const [first, last] of sorted) {
    const end = set.at(-1)
    if (end === undefined || first > end + 1) set.push(first, last)
    else if (last > end) set[set.length - 1] = last
  }
  return set
}

/** Lists the ranges of a set. */
export function rangesOf(set: CodePointSet): [first: number, last: number][] {
  const ranges: [number, number][] = []
  for (let at = 0; at < set.length; at += 2) ranges.push([set[at] ?? 0, set[at + 1] ?? 0])
  return ranges
}

/** Joins sets to one. */
export function union(sets: readonly CodePointSet[]): CodePointSet {
  return setOf(sets.flatMap(rangesOf))
}

/** Returns all code points that are not in a set. */
export function complement(set: CodePointSet): CodePointSet {
  const rest: [number, number][] = []
  let next = 0
  for (const [first, last] of rangesOf(set)) {
    if (first > next) rest.push([next, first - 1])
    next = last + 1
  }
  if (next <= maxCodePoint) rest.push([next, maxCodePoint])
  return setOf(rest)
}

/** Tells whether a code point is in a set. */
export function contains(set: CodePointSet, codePoint: number): boolean {
  let low = 0
  let high = set.length / 2 - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    if (codePoint < (set[middle * 2] ?? 0)) high = middle - 1
    else if (codePoint > (set[middle * 2 + 1] ?? 0)) low = middle + 1
    else return true
  }
  return false
}

/** Sets that patterns name: `\d`, `\w`, `\s`, what a dot leaves out. As in ECMAScript with the flag `u`. */
export const namedSets = {
  digit: [0x30, 0x39],
  word: [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a],
  space: setOf([
    [0x09, 0x0d],
    [0x20, 0x20],
    [0xa0, 0xa0],
    [0x1680, 0x1680],
    [0x2000, 0x200a],
    [0x2028, 0x2029],
    [0x202f, 0x202f],
    [0x205f, 0x205f],
    [0x3000, 0x3000],
    [0xfeff, 0xfeff],
  ]),
  lineEnd: setOf([
    [0x0a, 0x0a],
    [0x0d, 0x0d],
    [0x2028, 0x2029],
  ]),
} satisfies Record<string, CodePointSet>

/** Knows the properties and the cases of all code points; each is worked out when it is asked for, and kept. */
export interface Unicode {
  /** Returns the set of a property such as `L`, `Script=Greek` or `White_Space`; `undefined` for one that is unknown. */
  property(name: string): CodePointSet | undefined
  /** Adds to a set everything that differs from a member only by case. */
  ignoreCase(set: CodePointSet): CodePointSet
}

/** Builds the knowledge about Unicode from what the runtime knows. */
export function createUnicode(): Unicode {
  const properties = new Map<string, CodePointSet | undefined>()
  let everything: string | undefined
  let variants: ReadonlyMap<number, readonly number[]> | undefined
  return {
    property(name) {
      if (!properties.has(name)) {
        everything ??= allCodePoints()
        properties.set(name, scanProperty(name, everything))
      }
      return properties.get(name)
    },
    ignoreCase(set) {
      variants ??= caseVariants()
      const added: [number, number][] = []
      for (const [codePoint, others] of variants) {
        if (contains(set, codePoint))
          added.push(...others.map((other): [number, number] => [other, other]))
      }
      return added.length === 0 ? set : setOf([...rangesOf(set), ...added])
    },
  }
}

/** All code points but halves of pairs, which have no properties worth asking for. */
function allCodePoints(): string {
  const parts: string[] = []
  for (let first = 0; first <= maxCodePoint; first += 0x400) {
    const isSurrogate = first >= 0xd800 && first <= 0xdfff
    const block = Array.from({ length: 0x400 }, (_, index) => first + index)
    if (!isSurrogate) parts.push(String.fromCodePoint(...block))
  }
  return parts.join('')
}

function scanProperty(name: string, everything: string): CodePointSet | undefined {
  if (!/^[A-Za-z_]+(?:=[A-Za-z_0-9]+)?$/.test(name)) return undefined
  let pattern: RegExp
  try {
    pattern = new RegExp(`\\p{${name}}+`, 'gu')
  } catch {
    // The runtime is the judge of names; the caller says which one it does not know.
    return undefined
  }
  const ranges: [number, number][] = []
  for (const [run] of everything.matchAll(pattern)) {
    // A run may go across the gap of the surrogates.
    const first = run.codePointAt(0) ?? 0
    const isPairLast =
      run.length > 1 &&
      run.charCodeAt(run.length - 1) >= 0xdc00 &&
      run.charCodeAt(run.length - 1) <= 0xdfff
    const last = run.codePointAt(run.length - (isPairLast ? 2 : 1)) ?? first
    if (first < 0xd800 && last > 0xdfff) ranges.push([first, 0xd7ff], [0xe000, last])
    else ranges.push([first, last])
  }
  const hasSurrogates = pattern.test('\ud800')
  return setOf(hasSurrogates ? [...ranges, [0xd800, 0xdfff]] : ranges)
}

/** Groups code points that differ by case only, by their simple folding. */
function caseVariants(): Map<number, number[]> {
  const groups = new Map<number, number[]>()
  const cased = /^\p{Changes_When_Casemapped}$/u
  for (let code = 0x41; code <= 0x1_e943; code++) {
    if (code === 0x3400) code = 0xa640
    if (code === 0xac00) code = 0xfb00
    const unit = String.fromCodePoint(code)
    if (!cased.test(unit)) continue
    const folded = simpleFold(unit)
    const group = groups.get(folded)
    if (group === undefined) groups.set(folded, [code])
    else group.push(code)
  }
  const variants = new Map<number, number[]>()
  for (const [folded, group] of groups) {
    const all = group.includes(folded) ? group : [...group, folded]
    if (all.length > 1) for (const code of all) variants.set(code, all)
  }
  return variants
}

function simpleFold(unit: string): number {
  const upper = single(unit.toUpperCase()) ?? unit
  return (single(upper.toLowerCase()) ?? single(unit.toLowerCase()) ?? unit).codePointAt(0) ?? 0
}

function single(text: string): string | undefined {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff)
    ? text
    : undefined
}
