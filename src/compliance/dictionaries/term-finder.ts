import type { TermFinder, TermSighting } from '../contracts.ts'
import { AutomatonBuilder } from './automaton.ts'
import type { Automaton } from './automaton.ts'
import type { Dictionary, TermContext } from './dictionary.ts'
import type { ReadingSettings } from './reading.ts'

/** Words of a context are found however they are written. */
const contextReading: ReadingSettings = {
  caseSensitive: false,
  foldDiacritics: true,
  wholeWords: true,
}

/**
 * Compiles dictionaries: those that are read alike share one automaton and one pass over the text. Takes about
 * two seconds and 100 MB for a million terms; the dictionaries are not needed afterwards.
 *
 * Of terms of one dictionary that lie within each other only the longest is told. Pure; linear in the text.
 */
export function createTermFinder(dictionaries: readonly Dictionary[]): TermFinder {
  const automata = compile(dictionaries)
  return {
    labels: labelsOf(dictionaries),
    find(text) {
      let matches: Map<number, Matches> | undefined
      const onTerm = (owner: number, start: number, end: number): void => {
        matches ??= new Map()
        let found = matches.get(owner)
        if (found === undefined) matches.set(owner, (found = new Matches()))
        found.add(start, end)
      }
      for (const automaton of automata) automaton.scan(text, onTerm)
      return matches === undefined ? [] : sightingsOf(dictionaries, matches)
    },
  }
}

/** The owner of the words of the context of a dictionary. */
function contextOwner(dictionaries: readonly Dictionary[], index: number): number {
  return dictionaries.length + index
}

function compile(dictionaries: readonly Dictionary[]): Automaton[] {
  const expected = new Map<string, number>()
  for (const { reading, size } of dictionaries) {
    expected.set(keyOf(reading), (expected.get(keyOf(reading)) ?? 0) + size)
  }
  const builders = new Map<string, AutomatonBuilder>()
  const builderOf = (reading: ReadingSettings): AutomatonBuilder => {
    const key = keyOf(reading)
    const known = builders.get(key)
    if (known !== undefined) return known
    const builder = new AutomatonBuilder(reading, expected.get(key) ?? 0)
    builders.set(key, builder)
    return builder
  }
  for (const [owner, { reading, terms, context }] of dictionaries.entries()) {
    const builder = builderOf(reading)
    for (let at = 0; at < terms.length;) {
      const end = terms.indexOf('\n', at)
      const stop = end < 0 ? terms.length : end
      builder.add(terms, at, stop, owner)
      at = stop + 1
    }
    for (const word of context?.words ?? []) {
      builderOf(contextReading).add(word, 0, word.length, contextOwner(dictionaries, owner))
    }
  }
  return [...builders.values()].map((builder) => builder.build())
}

function keyOf({ caseSensitive, foldDiacritics, wholeWords }: ReadingSettings): string {
  return [caseSensitive, foldDiacritics, wholeWords].join()
}

function labelsOf(dictionaries: readonly Dictionary[]): TermFinder['labels'] {
  const unique = new Map(
    dictionaries.map(({ label, category }) => [`${label}\n${category}`, { label, category }]),
  )
  return [...unique.values()]
}

function sightingsOf(
  dictionaries: readonly Dictionary[],
  matches: ReadonlyMap<number, Matches>,
): TermSighting[] {
  const sightings: TermSighting[] = []
  for (const [owner, { label, category, score, context }] of dictionaries.entries()) {
    const found = matches.get(owner)
    if (found === undefined) continue
    const near = matches.get(contextOwner(dictionaries, owner))
    for (const [index, start] of found.starts.entries()) {
      const end = found.ends[index] ?? start
      const isInContext = context === undefined || near?.isNear(start, end, context) === true
      sightings.push({
        start,
        end,
        score: isInContext ? score : Math.min(score, context.scoreWithout),
        label,
        category,
      })
    }
  }
  return sightings.sort((a, b) => a.start - b.start || b.end - a.end)
}

/** Places of one owner, in order, none within another. */
class Matches {
  readonly starts: number[] = []
  readonly ends: number[] = []

  /** Adds a place; its end must not be before any other. */
  add(start: number, end: number): void {
    const { starts, ends } = this
    if (ends.at(-1) === end && (starts.at(-1) ?? 0) <= start) return
    while (starts.length > 0 && (starts.at(-1) ?? 0) >= start) {
      starts.pop()
      ends.pop()
    }
    starts.push(start)
    ends.push(end)
  }

  /** Tells whether any place is within the window of another place. */
  isNear(start: number, end: number, { window }: TermContext): boolean {
    // The first place that does not end too early; ends are in order.
    let low = 0
    let high = this.ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.ends[middle] ?? 0) < start - window) low = middle + 1
      else high = middle
    }
    return low < this.starts.length && (this.starts[low] ?? 0) <= end + window
  }
}
