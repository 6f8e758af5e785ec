import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { JsonObject } from '../../core/json.ts'
import type { RoutedTarget } from '../routed-target.ts'
import { fakeClock, routed, seeded } from '../testing/targets.ts'
import { createStrategy } from './index.ts'
import type { StrategyDependencies, StrategyName } from './index.ts'
import { makeCall, makeQuestion } from '../../../test/support/question.ts'

const names: readonly StrategyName[] = [
  'priority',
  'round-robin',
  'weighted',
  'random',
  'least-busy',
  'least-latency',
  'lowest-cost',
  'sticky',
  'prefix-affinity',
]

function dependencies(more: Partial<StrategyDependencies> = {}): StrategyDependencies {
  return {
    clock: fakeClock(),
    random: seeded(7),
    estimateTokens: (text) => Math.ceil(text.length / 4),
    priceOf: (_target, usage) => usage.inputTokens + usage.outputTokens,
    ...more,
  }
}

function asking(json: JsonObject, headers: Readonly<Record<string, string>> = {}) {
  const text = JSON.stringify(json)
  return makeQuestion({
    call: makeCall({ headers: new Headers(headers) }),
    body: { bytes: Buffer.from(text), contentType: 'application/json', text, json },
  })
}

const question = asking({ messages: [{ role: 'user', content: 'hello' }] })

const weights = fc.array(fc.double({ min: 0.001, max: 1_000_000, noNaN: true }), {
  minLength: 1,
  maxLength: 8,
})

/** The order in which a call would try its targets. */
function orderOf(
  choice: ReturnType<ReturnType<typeof createStrategy>>,
  targets: readonly RoutedTarget[],
): RoutedTarget[] {
  const order: RoutedTarget[] = []
  let left = targets
  while (left.length > 0) {
    const chosen = choice.choose(left)
    if (chosen === undefined) break
    order.push(chosen)
    left = left.filter((each) => each !== chosen)
  }
  return order
}

/** How often each target comes first. */
function firstShares(
  name: StrategyName,
  targets: readonly RoutedTarget[],
  calls: number,
): number[] {
  const strategy = createStrategy(name, dependencies())
  const counts = targets.map(() => 0)
  for (let call = 0; call < calls; call++) {
    const index = strategy(question).choose(targets)?.index ?? -1
    counts[index] = (counts[index] ?? 0) + 1
  }
  return counts.map((count) => count / calls)
}

describe('every strategy', () => {
  test('chooses every target exactly once, whatever weights, load, latency and chance', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        weights,
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 }),
        fc.array(fc.nat({ max: 50 })),
        (name, given, chances, loads) => {
          let next = 0
          const random = () => chances[next++ % chances.length] ?? 0
          const strategy = createStrategy(name, dependencies({ random }))
          const targets = routed(given.map((weight, index) => ({ provider: `p${index}`, weight })))
          for (const [index, load] of loads.entries()) {
            const state = targets[index % targets.length]?.state
            for (let call = 0; call < load % 5; call++) state?.bulkhead.enter()
            state?.wholeAnswer.observe(load, 0)
          }
          for (let call = 0; call < 3; call++) {
            const ordered = orderOf(strategy(question), targets)
            expect(ordered).toHaveLength(targets.length)
            expect(new Set(ordered)).toEqual(new Set(targets))
          }
        },
      ),
    )
  })

  test('has nothing to choose of nothing, and the one of one', () => {
    const only = routed([{ provider: 'a' }])
    for (const name of names) {
      const strategy = createStrategy(name, dependencies())
      expect(strategy(question).choose([])).toBeUndefined()
      for (let call = 0; call < 3; call++) expect(strategy(question).choose(only)).toBe(only[0])
    }
  })
})

describe('priority', () => {
  test('keeps the order of the configuration', () => {
    const targets = routed([{ provider: 'a' }, { provider: 'b', weight: 100 }])
    const strategy = createStrategy('priority', dependencies())
    for (let call = 0; call < 5; call++)
      expect(orderOf(strategy(question), targets)).toEqual(targets)
  })
})

describe('round-robin', () => {
  const targets = routed([{ provider: 'a' }, { provider: 'b' }, { provider: 'c' }])
  const spell = (order: readonly RoutedTarget[]) =>
    order.map(({ target }) => target.provider).join('')

  test('lets every target come first in turn, the others behind it in their order', () => {
    const strategy = createStrategy('round-robin', dependencies())
    const seen = Array.from({ length: 7 }, () => spell(orderOf(strategy(question), targets)))
    expect(seen).toEqual(['abc', 'bca', 'cab', 'abc', 'bca', 'cab', 'abc'])
  })

  test('spreads the share of a missing target over all others', () => {
    const strategy = createStrategy('round-robin', dependencies())
    const left = targets.filter(({ target }) => target.provider !== 'b')
    const seen = Array.from({ length: 6 }, () => strategy(question).choose(left)?.target.provider)
    expect(seen.join('')).toBe('acacac')
  })
})

describe('weighted', () => {
  test('gives shares in proportion to any weights', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 5 }),
        (given) => {
          const targets = routed(given.map((weight, index) => ({ provider: `p${index}`, weight })))
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
    const targets = routed([
      { provider: 'a', weight: 1 },
      { provider: 'b', weight: 8 },
      { provider: 'c', weight: 1 },
    ])
    const strategy = createStrategy('weighted', dependencies())
    let heavySecond = 0
    let lightFirst = 0
    for (let call = 0; call < 10_000; call++) {
      const [first, second] = orderOf(strategy(question), targets)
      if (first?.target.provider === 'b') continue
      lightFirst += 1
      if (second?.target.provider === 'b') heavySecond += 1
    }
    expect(heavySecond / lightFirst).toBeWithin(0.85, 0.93)
  })
})

describe('random', () => {
  test('gives all targets the same share, whatever their weights', () => {
    const targets = routed([
      { provider: 'a', weight: 100 },
      { provider: 'b', weight: 1 },
      { provider: 'c', weight: 1 },
    ])
    for (const share of firstShares('random', targets, 12_000)) expect(share).toBeWithin(0.31, 0.36)
  })
})

describe('least-busy', () => {
  test('takes the target with the fewest calls for its weight', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 9 }), fc.integer({ min: 1, max: 3 })), { minLength: 1 }),
        (given) => {
          const targets = routed(
            given.map(([, weight], index) => ({ provider: `p${index}`, weight })),
          )
          const loads = given.map(([calls, weight], index) => {
            for (let call = 0; call < calls; call++) targets[index]?.state.bulkhead.enter()
            return calls / weight
          })
          const chosen = createStrategy('least-busy', dependencies())(question).choose(targets)
          expect(loads[chosen?.index ?? -1]).toBe(Math.min(...loads))
        },
      ),
    )
  })

  test('spreads calls over idle targets', () => {
    const targets = routed([{ provider: 'a' }, { provider: 'b' }, { provider: 'c' }])
    for (const share of firstShares('least-busy', targets, 9_000)) {
      expect(share).toBeWithin(0.3, 0.37)
    }
  })
})

describe('least-latency', () => {
  test('prefers the faster target, keeps streams and whole answers apart, and does not pile up', () => {
    const clock = fakeClock()
    const targets = routed([{ provider: 'fast' }, { provider: 'slow' }], clock)
    const [fast, slow] = targets
    fast?.state.wholeAnswer.observe(50, 0)
    slow?.state.wholeAnswer.observe(500, 0)
    const strategy = createStrategy('least-latency', dependencies({ clock }))
    expect(strategy(question).choose(targets)).toBe(fast)
    // Nothing is known of streams yet: load alone decides.
    fast?.state.bulkhead.enter()
    expect(strategy({ ...question, stream: true }).choose(targets)).toBe(slow)
    for (let call = 0; call < 20; call++) fast?.state.bulkhead.enter()
    expect(strategy(question).choose(targets)).toBe(slow)
  })

  test('tries a slow target again when its slowness is long ago', () => {
    const clock = fakeClock()
    const targets = routed([{ provider: 'fast' }, { provider: 'slow' }], clock)
    const [fast, slow] = targets
    slow?.state.wholeAnswer.observe(5000, 0)
    clock.advance(60_000)
    fast?.state.wholeAnswer.observe(50, clock.monotonic())
    const strategy = createStrategy('least-latency', dependencies({ clock }))
    expect(strategy(question).choose(targets)).toBe(slow)
  })
})

describe('lowest-cost', () => {
  const targets = routed([{ provider: 'dear' }, { provider: 'cheap' }, { provider: 'unpriced' }])

  test('takes the cheapest for the size of the call; without a price comes last', () => {
    // One asks much for input, the other for output.
    const priceOf: StrategyDependencies['priceOf'] = ({ provider }, usage) =>
      ({
        dear: usage.inputTokens * 10 + usage.outputTokens,
        cheap: usage.inputTokens + usage.outputTokens * 10,
      })[provider]
    const strategy = createStrategy('lowest-cost', dependencies({ priceOf }))
    const long = asking({ messages: [{ role: 'user', content: 'x'.repeat(40_000) }] })
    const short = asking({ messages: [{ role: 'user', content: 'x' }], max_tokens: 1000 })
    const order = (given: typeof long) =>
      orderOf(strategy(given), targets).map(({ target }) => target.provider)
    expect(order(long)).toEqual(['cheap', 'dear', 'unpriced'])
    expect(order(short)).toEqual(['dear', 'cheap', 'unpriced'])
  })

  test('asks for a price once a minute, and takes the less busy of equals', () => {
    const clock = fakeClock()
    let asked = 0
    const priceOf = (): number => {
      asked += 1
      return 1
    }
    const strategy = createStrategy('lowest-cost', dependencies({ clock, priceOf }))
    for (let call = 0; call < 10; call++) strategy(question).choose(targets)
    expect(asked).toBe(3)
    clock.advance(60_000)
    targets[0]?.state.bulkhead.enter()
    expect(strategy(question).choose(targets)).toBe(targets[1])
    expect(asked).toBe(6)
  })
})

describe('sticky', () => {
  const targets = routed(Array.from({ length: 8 }, (_, index) => ({ provider: `p${index}` })))
  const strategy = createStrategy('sticky', dependencies())
  const target = (json: JsonObject, headers?: Record<string, string>) =>
    strategy(asking(json, headers)).choose(targets)?.target.provider

  const conversation = (first: string, more: readonly string[] = []): JsonObject => ({
    messages: [
      { role: 'system', content: 'You help.' },
      ...[first, ...more].map((content, index) => ({
        role: index % 2 === 0 ? 'user' : 'assistant',
        content,
      })),
    ],
  })

  test('keeps a conversation at its target by session, cache key, or user and beginning', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string(), { maxLength: 6 }), (first, turns) => {
        const begun = conversation(first)
        const later = conversation(first, turns)
        expect(target(later)).toBe(target(begun))
        for (const more of [
          { user: 'u' },
          { metadata: { user_id: 'u' } },
          { prompt_cache_key: 'k' },
        ]) {
          expect(target({ ...later, ...more })).toBe(target({ ...begun, ...more }))
        }
        const session = { 'x-smartflow-session': 's-1' }
        expect(target(later, session)).toBe(target(conversation('other'), session))
      }),
    )
  })

  test('spreads conversations over all targets', () => {
    const counts = new Map<string | undefined, number>()
    for (let index = 0; index < 4000; index++) {
      const chosen = target(conversation(`question ${index}`))
      counts.set(chosen, (counts.get(chosen) ?? 0) + 1)
    }
    expect(counts.size).toBe(8)
    for (const count of counts.values()) expect(count).toBeWithin(400, 600)
  })

  test('moves only the conversations of a target that is gone', () => {
    for (let index = 0; index < 200; index++) {
      const asked = asking(conversation(`question ${index}`))
      const before = strategy(asked).choose(targets)
      const left = targets.filter((each) => each !== targets[3])
      const after = strategy(asked).choose(left)
      if (before !== targets[3]) expect(after).toBe(before)
    }
  })
})
