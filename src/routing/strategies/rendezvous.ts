import type { RoutedTarget } from '../routed-target.ts'

/** How far above its share a target may be loaded before what belongs to it goes elsewhere. */
const loadFactor = 1.5
/** Calls that any target may have in progress beyond that. */
const loadSlack = 2

/**
 * Returns the target that a key belongs to: the same as long as it can be asked, each in proportion to
 * its weight, and when one is missing only its own keys move (highest random weight). A target that is
 * loaded far above its share is passed over (consistent hashing with bounded loads, arXiv:1608.01350).
 */
export function rendezvous(
  key: number,
  candidates: readonly RoutedTarget[],
): RoutedTarget | undefined {
  const limit = loadLimit(candidates)
  let best: RoutedTarget | undefined
  let bestScore = -Infinity
  let fallback: RoutedTarget | undefined
  let fallbackScore = -Infinity
  for (const candidate of candidates) {
    const score = scoreOf(key, candidate)
    if (score > fallbackScore) {
      fallback = candidate
      fallbackScore = score
    }
    if (score > bestScore && candidate.state.inFlight < limit) {
      best = candidate
      bestScore = score
    }
  }
  return best ?? fallback
}

/** Returns how many calls in progress a target may have and still get those that belong to it. */
export function loadLimit(candidates: readonly RoutedTarget[]): number {
  let inFlight = 1
  for (const { state } of candidates) inFlight += state.inFlight
  return Math.ceil((loadFactor * inFlight) / candidates.length) + loadSlack
}

function scoreOf(key: number, { hash, target }: RoutedTarget): number {
  // In (0, 1), so that the logarithm is below 0.
  const uniform = (mix(key ^ hash) + 0.5) / 2 ** 32
  return target.weight / -Math.log(uniform)
}

/** Spreads the bits of a number: the end of MurmurHash3 (public domain). */
function mix(value: number): number {
  let bits = value >>> 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
