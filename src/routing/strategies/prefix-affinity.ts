import type { RoutedTarget } from '../routed-target.ts'
import { leastBusyOf } from './least-busy.ts'
import { loadLimit, rendezvous } from './rendezvous.ts'
import type { Strategy, StrategyDependencies } from './strategy.ts'
import { prefixHashes } from './turns.ts'

/** Prefixes that are remembered for a route; the one unused longest is forgotten first. About 100 bytes each. */
const maxPrefixes = 50_000

/**
 * Sends a call to the target that has seen most of its prompt, so that the provider's prompt cache keeps
 * hitting. A conversation begins where its first turn belongs by rendezvous hashing, which is the same in
 * every process; from then on a table tells who holds its longest prefix, wherever that came to be.
 */
export function prefixAffinity({ random }: Pick<StrategyDependencies, 'random'>): Strategy {
  const holders = createPrefixTable(maxPrefixes)
  return ({ body }) => {
    const hashes = prefixHashes(body.json)
    const [beginning] = hashes
    if (beginning === undefined) {
      return {
        choose: (candidates) => leastBusyOf(candidates, Math.floor(random() * candidates.length)),
      }
    }
    return {
      choose(candidates) {
        const holder = holderOf(hashes, candidates, holders)
        if (holder !== undefined && holder.state.inFlight < loadLimit(candidates)) return holder
        return rendezvous(beginning, candidates)
      },
      answered(target) {
        const whole = hashes.at(-1)
        if (whole !== undefined) holders.set(whole, target.hash)
      },
    }
  }
}

/** Finds the candidate that holds the longest prefix. */
function holderOf(
  hashes: readonly number[],
  candidates: readonly RoutedTarget[],
  holders: PrefixTable,
): RoutedTarget | undefined {
  for (let length = hashes.length - 1; length >= 0; length--) {
    const holder = holders.get(hashes[length] ?? 0)
    if (holder === undefined) continue
    const found = candidates.find(({ hash }) => hash === holder)
    if (found !== undefined) return found
  }
  return undefined
}

interface PrefixTable {
  get(prefix: number): number | undefined
  set(prefix: number, holder: number): void
}

/** Makes a bounded table that forgets what was unused longest. */
function createPrefixTable(maxEntries: number): PrefixTable {
  // A Map keeps the order of insertion: its first key is the one unused longest.
  const entries = new Map<number, number>()
  return {
    get(prefix) {
      const holder = entries.get(prefix)
      if (holder === undefined) return undefined
      entries.delete(prefix)
      entries.set(prefix, holder)
      return holder
    },
    set(prefix, holder) {
      entries.delete(prefix)
      entries.set(prefix, holder)
      if (entries.size > maxEntries) entries.delete(entries.keys().next().value ?? 0)
    },
  }
}
