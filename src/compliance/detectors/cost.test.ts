import { describe, expect, test } from 'bun:test'
import { viewOf } from '../normalise/index.ts'
import { createScanner, identifierDetectors, sightingsIn } from './index.ts'
import { nearMisses } from './testing/near-misses.ts'

const scanner = createScanner(identifierDetectors)
const sizes = { short: 6_000, long: 24_000 } as const
const longTexts = new Map(nearMisses(sizes.long))

/** Best of some rounds, in milliseconds. */
function timeOf(text: string, rounds: number): number {
  let best = Infinity
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    sightingsIn(viewOf(text), scanner)
    best = Math.min(best, performance.now() - start)
  }
  return best
}

describe('a text of near misses', () => {
  test('comes in many kinds', () => {
    expect(longTexts.size).toBeGreaterThan(40)
  })

  test.each(nearMisses(sizes.short))('of %s takes time linear in its length', (kind, text) => {
    const long = longTexts.get(kind) ?? ''
    // A quadratic scan takes sixteen times as long; a machine that others use may well take twice.
    const most = 8 * (timeOf(text, 5) + 1)
    let time = Infinity
    for (let trial = 0; trial < 4 && time > most; trial++) time = Math.min(time, timeOf(long, 3))
    expect(time).toBeLessThan(most)
  })
})
