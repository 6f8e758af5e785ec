/** What a name led to. */
export interface Match<Entry> {
  readonly entry: Entry
  /** What the star of the entry's name stood for; absent when the entry bears the name itself. */
  readonly star?: string
}

/** Finds entries by name, exact ones at once and those with a star by their longest literal text. */
export interface NameIndex<Entry> {
  find(name: string): Match<Entry> | undefined
  /** Entries that bear exactly their name, in the order they were given. */
  readonly exact: ReadonlyMap<string, Entry>
  /** Entries with a star in their name, in the order they were given. */
  readonly wildcards: readonly Wildcard<Entry>[]
}

/** An entry whose name has a star. */
export interface Wildcard<Entry> {
  readonly entry: Entry
  readonly prefix: string
  readonly suffix: string
}

/** Wildcards by one literal part of their name, and the lengths of those parts, longest first. */
interface ByLength<Value> {
  readonly values: Map<string, Value>
  readonly lengths: readonly number[]
}

/**
 * Makes an index. A name may hold one star. Of all entries that fit a name the exact one counts, then the
 * one with the most literal characters, then the one with the longer text before its star: the order of
 * the entries never matters. A look-up costs one step for each length of prefix that occurs, so it is as
 * fast with ten thousand wildcards as with ten.
 */
export function createNameIndex<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
): NameIndex<Entry> {
  const exact = new Map<string, Entry>()
  const wildcards: Wildcard<Entry>[] = []
  for (const entry of entries) {
    const star = entry.name.indexOf('*')
    if (star < 0) exact.set(entry.name, entry)
    else {
      const [prefix, suffix] = [entry.name.slice(0, star), entry.name.slice(star + 1)]
      wildcards.push({ entry, prefix, suffix })
    }
  }
  const byPrefix = groupBy(wildcards, ({ prefix }) => prefix)
  const index = lengthsOf(
    new Map(
      [...byPrefix].map(([prefix, group]) => [
        prefix,
        lengthsOf(new Map(group.map(({ suffix, entry }) => [suffix, entry]))),
      ]),
    ),
  )
  const longestSuffix = wildcards.reduce(
    (longest, { suffix }) => Math.max(longest, suffix.length),
    0,
  )

  return {
    exact,
    wildcards,
    find(name) {
      const known = exact.get(name)
      if (known !== undefined) return { entry: known }
      return wildcards.length === 0 ? undefined : findWildcard(index, name, longestSuffix)
    },
  }
}

function findWildcard<Entry>(
  index: ByLength<ByLength<Entry>>,
  name: string,
  longestSuffix: number,
): Match<Entry> | undefined {
  let best: Match<Entry> | undefined
  let bestLiteral = -1
  for (const length of index.lengths) {
    if (length > name.length) continue
    // Prefixes only get shorter: none of the rest can hold more literal text.
    if (length + longestSuffix <= bestLiteral) break
    const suffixes = index.values.get(name.slice(0, length))
    if (suffixes === undefined) continue
    const match = findSuffix(suffixes, name, length)
    if (match === undefined || length + match.suffixLength <= bestLiteral) continue
    bestLiteral = length + match.suffixLength
    best = { entry: match.entry, star: name.slice(length, name.length - match.suffixLength) }
  }
  return best
}

function findSuffix<Entry>(
  suffixes: ByLength<Entry>,
  name: string,
  prefixLength: number,
): { readonly entry: Entry; readonly suffixLength: number } | undefined {
  for (const length of suffixes.lengths) {
    if (prefixLength + length > name.length) continue
    const entry = suffixes.values.get(name.slice(name.length - length))
    if (entry !== undefined) return { entry, suffixLength: length }
  }
  return undefined
}

function lengthsOf<Value>(values: Map<string, Value>): ByLength<Value> {
  const lengths = new Set([...values.keys()].map((key) => key.length))
  return { values, lengths: [...lengths].toSorted((a, b) => b - a) }
}

function groupBy<Value>(
  values: readonly Value[],
  keyOf: (value: Value) => string,
): Map<string, Value[]> {
  const groups = new Map<string, Value[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group === undefined) groups.set(keyOf(value), [value])
    else group.push(value)
  }
  return groups
}
