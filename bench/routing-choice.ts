import { newReport } from '../src/core/call.ts'
import type { Answer, Question } from '../src/core/call.ts'
import { systemClock } from '../src/core/clock.ts'
import type { JsonObject } from '../src/core/json.ts'
import type { Target } from '../src/core/target.ts'
import { createRouter, createTargetRegistry, wait } from '../src/routing/index.ts'
import type { Route, RouteOptions, StrategyName } from '../src/routing/index.ts'
import { makeQuestion } from '../test/support/question.ts'

/**
 * Measures by hand what choosing a target costs: `bun bench/routing-choice.ts`. Every figure is the median of
 * rounds, in microseconds for each call, beyond what asking the target itself costs.
 */

const calls = 20_000
const rounds = 9
const strategies: readonly StrategyName[] = [
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

function questionOf(turns: number): Question {
  const messages = Array.from({ length: turns }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: `Turn ${index}: ${'the quick gateway forwards each byte. '.repeat(4)}`,
  }))
  const json: JsonObject = { model: 'm', messages }
  const text = JSON.stringify(json)
  return makeQuestion({
    body: { bytes: Buffer.from(text), contentType: 'application/json', text, json },
  })
}

const answer: Omit<Answer, 'report'> = {
  status: 200,
  headers: {},
  body: '{}',
  cache: 'bypass',
  warnings: [],
}

function targetAt(index: number): Target {
  return {
    provider: `p${index}`,
    model: 'm',
    weight: 1,
    region: 'eu-central',
    ask: () => Promise.resolve({ ...answer, report: newReport() }),
  }
}

const registry = createTargetRegistry({
  clock: systemClock,
  random: Math.random,
  breaker: {
    windowMs: 10_000,
    consecutiveFailures: 5,
    minAttempts: 10,
    failureRatio: 0.5,
    slowRatio: 0.8,
    openMs: 2000,
    maxOpenMs: 60_000,
  },
})
const router = createRouter({
  clock: systemClock,
  random: Math.random,
  registry,
  wait,
  residency: [],
  estimateTokens: (text) => text.length / 4,
  costOf: () => undefined,
  priceOf: (target, usage) => usage.inputTokens * (1 + (Number(target.provider.slice(1)) % 7)),
})

function routeOf(name: string, targets: number, more: Partial<RouteOptions> = {}): Route {
  return router.createRoute({
    name,
    strategy: 'priority',
    targets: Array.from({ length: targets }, (_, index) => ({ target: targetAt(index) })),
    retries: { maxRetries: 0, baseDelayMs: 100, maxDelayMs: 1000, budgetRatio: 0.2 },
    maxAttempts: 16,
    totalTimeoutMs: 60_000,
    ...more,
  })
}

/** Microseconds for each call, the median of the rounds. */
async function measure(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = performance.now()
    for (let call = 0; call < calls; call++) await run()
    times.push(((performance.now() - before) * 1000) / calls)
  }
  times.sort((a, b) => a - b)
  return times[Math.floor(rounds / 2)] ?? Number.NaN
}

const short = questionOf(1)
const long = questionOf(40)
const bare = await measure(() => targetAt(0).ask(short))
const rows: Record<string, string>[] = []
async function row(what: string, route: Route): Promise<void> {
  rows.push({
    what,
    '1 turn, µs': ((await measure(() => route.send(short))) - bare).toFixed(2),
    '40 turns, µs': ((await measure(() => route.send(long))) - bare).toFixed(2),
  })
}

await row('1 target, no options', routeOf('plain', 1))
for (const strategy of strategies) {
  await row(`32 targets, ${strategy}`, routeOf(strategy, 32, { strategy }))
}
await row(
  '32 targets, weighted, require a region',
  routeOf('require', 32, { strategy: 'weighted', require: { regions: ['eu-central'] } }),
)
const many = new Map(
  Array.from({ length: 10_000 }, (_, index) => [`m${index}`, routeOf(`m${index}`, 2)]),
)
let next = 0
rows.push({
  what: 'find one of 10,000 routes and send',
  '1 turn, µs': (
    (await measure(async () => many.get(`m${next++ % 10_000}`)?.send(short))) - bare
  ).toFixed(2),
  '40 turns, µs': '',
})
console.table(rows)
