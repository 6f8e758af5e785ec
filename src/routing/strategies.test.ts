import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { Target } from '../core/target.ts'
import { createStrategy } from './strategies.ts'
import type { StrategyName } from './strategies.ts'

const names: readonly StrategyName[] = ['priority', 'round-robin', 'weighted', 'random']

function target(provider: string, weight = 1): Target {
  return { provider, model: 'm', weight, ask: () => Promise.reject(new Error('not asked here')) }
}

/** Numbers in [0, 1) that look random and are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const weights = fc.array(fc.double({ min: 0.001, max: 1_000_000, noNaN: true }), {
  minLength: 1,
  maxLength: 8,
})

/** How often each target comes first. */
function firstShares(name: StrategyName, targets: readonly Target[], calls: number): number[] {
  const order = createStrategy(name, seeded(7))
  const counts = targets.map(() => 0)
  for (let call = 0; call < calls; call++) {
    const index = targets.indexOf(order(targets)[0] ?? target('none'))
    counts[index] = (counts[index] ?? 0) + 1
  }
  return counts.map((count) => count / calls)
}

describe('every strategy', () => {
  test('names every target exactly once, whatever the weights and the chance', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        weights,
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 }),
        (name, given, chances) => {
          let next = 0
          const order = createStrategy(name, () => chances[next++ % chances.length] ?? 0)
          const targets = given.map((weight, index) => target(`p${index}`, weight))
          const copy = [...targets]
          for (let call = 0; call < 5; call++) {
            const ordered = order(targets)
            expect(ordered).toHaveLength(targets.length)
            expect(new Set(ordered)).toEqual(new Set(targets))
          }
          expect(targets).toEqual(copy)
        },
      ),
    )
  })

  test('has no order for no targets and none to choose for one', () => {
    const only = [target('a')]
    for (const name of names) {
      const order = createStrategy(name, seeded(1))
      expect(order([])).toEqual([])
      for (let call = 0; call < 3; call++) expect(order(only)).toEqual(only)
    }
  })
})

describe('priority', () => {
  test('keeps the order of the configuration', () => {
    const targets = [target('a', 1), target('b', 100)]
    const order = createStrategy('priority', seeded(1))
    for (let call = 0; call < 10; call++) expect(order(targets)).toEqual(targets)
  })
})

describe('round-robin', () => {
  test('lets every target come first in turn, the others behind it in their order', () => {
    const targets = ['a', 'b', 'c'].map((name) => target(name))
    const order = createStrategy('round-robin', seeded(1))
    const seen = Array.from({ length: 7 }, () =>
      order(targets)
        .map(({ provider }) => provider)
        .join(''),
    )
    expect(seen).toEqual(['abc', 'bca', 'cab', 'abc', 'bca', 'cab', 'abc'])
  })

  test('has a turn of its own for every model', () => {
    const targets = [target('a'), target('b')]
    const [one, other] = [
      createStrategy('round-robin', seeded(1)),
      createStrategy('round-robin', seeded(1)),
    ]
    expect(one(targets)[0]?.provider).toBe('a')
    expect(other(targets)[0]?.provider).toBe('a')
  })
})

describe('weighted', () => {
  test('gives every target its share of the calls', () => {
    const targets = [target('a', 9), target('b', 1)]
    const [a = 0, b = 0] = firstShares('weighted', targets, 20_000)
    expect(a).toBeWithin(0.88, 0.92)
    expect(b).toBeWithin(0.08, 0.12)
  })

  test('gives shares in proportion to any weights', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 5 }),
        (given) => {
          const targets = given.map((weight, index) => target(`p${index}`, weight))
          const total = given.reduce((sum, weight) => sum + weight, 0)
          for (const [index, share] of firstShares('weighted', targets, 4_000).entries()) {
            expect(Math.abs(share - (given[index] ?? 0) / total)).toBeLessThan(0.05)
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  test('draws what follows the first in proportion too: the heavy one is the usual substitute', () => {
    const targets = [target('a', 1), target('b', 8), target('c', 1)]
    const order = createStrategy('weighted', seeded(3))
    let heavySecond = 0
    let lightFirst = 0
    for (let call = 0; call < 10_000; call++) {
      const [first, second] = order(targets)
      if (first?.provider === 'b') continue
      lightFirst += 1
      if (second?.provider === 'b') heavySecond += 1
    }
    expect(heavySecond / lightFirst).toBeWithin(0.85, 0.93)
  })
})

describe('random', () => {
  test('gives all targets the same share, whatever their weights', () => {
    const targets = [target('a', 100), target('b', 1), target('c', 1)]
    for (const share of firstShares('random', targets, 12_000)) expect(share).toBeWithin(0.31, 0.36)
  })
})
