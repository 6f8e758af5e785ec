/** Returns the next number of a fixed sequence, from 0 to below 1. */
export type Random = () => number

/** Makes the sequence of a seed (mulberry32). */
export function randomOf(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Chooses one of a list. */
export function pick<T>(items: readonly T[], random: Random): T {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new RangeError('nothing to choose from')
  return item
}

/** Lists of words and phrases that templates refer to by name. */
export type Vocabulary = Readonly<Record<string, readonly string[]>>

/**
 * Writes one text of a template: `{a|b|}` stands for one of the alternatives, `<name>` for an entry of the
 * vocabulary. Entries may contain both again.
 */
export function expand(template: string, vocabulary: Vocabulary, random: Random): string {
  let text = template
  for (let round = 0; round < 12; round++) {
    const next = text
      .replaceAll(/\{([^{}]*)\}/g, (_, choices: string) => pick(choices.split('|'), random))
      .replaceAll(/<(\w+)>/g, (whole, name: string) => {
        const entries = vocabulary[name]
        return entries === undefined ? whole : pick(entries, random)
      })
    if (next === text) return text.replaceAll(/ {2,}/g, ' ').trim()
    text = next
  }
  throw new Error(`a template does not end: ${template}`)
}
