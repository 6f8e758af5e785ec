/** Numbers from a seed, the same on every machine (mulberry32). */
export interface Random {
  /** From 0 (inclusive) to 1 (exclusive). */
  next(): number
  /** An integer from 0 to `below - 1`. */
  below(below: number): number
  pick<T>(list: readonly T[]): T
  chance(probability: number): boolean
  /** A new list in another order. */
  shuffle<T>(list: readonly T[]): T[]
}

/** Makes a source of numbers from a seed. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick(list) {
      const item = list[below(list.length)]
      if (item === undefined) throw new Error('There is nothing to pick from.')
      return item
    },
    shuffle(list) {
      const items = [...list]
      for (let last = items.length - 1; last > 0; last -= 1) {
        const other = below(last + 1)
        const [here, there] = [items[last], items[other]]
        if (here === undefined || there === undefined) continue
        items[last] = there
        items[other] = here
      }
      return items
    },
  }
}
