import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { PromptFacts } from './prompt-facts.ts'
import { scoreOf, signals, strengthsOf } from './score.ts'
import type { SignalWeights } from './score.ts'

const count = fc.oneof(fc.nat(40), fc.nat(1_000_000))
const facts: fc.Arbitrary<PromptFacts> = fc.record({
  promptTokens: count,
  turnTokens: count,
  items: count,
  sentences: count,
  codePieces: fc.double({ min: 0, max: 100, noNaN: true }),
  userTurns: count,
  toolResults: count,
  troubles: count,
  attachments: count,
  tools: count,
  structuredOutput: fc.constantFrom(0 as const, 1 as const, 2 as const),
  effort: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  maxOutputTokens: fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined }),
})
const weights: fc.Arbitrary<SignalWeights> = fc.record(
  Object.fromEntries(
    signals.map((name) => [name, fc.double({ min: 0, max: 10, noNaN: true })]),
  ) as Record<(typeof signals)[number], fc.Arbitrary<number>>,
)
const grown = [
  'promptTokens',
  'turnTokens',
  'items',
  'sentences',
  'codePieces',
  'userTurns',
  'toolResults',
  'troubles',
  'attachments',
  'tools',
] as const

test('more of anything never lowers the score', () => {
  fc.assert(
    fc.property(facts, weights, fc.constantFrom(...grown), count, (some, weight, name, more) => {
      const before = scoreOf(some, weight).value
      const after = scoreOf({ ...some, [name]: some[name] + more }, weight).value
      expect(after).toBeGreaterThanOrEqual(before)
    }),
  )
})

test('more effort, a larger bound and a stricter form never lower the score', () => {
  fc.assert(
    fc.property(facts, weights, (some, weight) => {
      const { effort = 0, maxOutputTokens = 1024 } = some
      const before = scoreOf({ ...some, effort, maxOutputTokens }, weight).value
      for (const more of [
        { effort: (effort + 1) / 2 },
        { maxOutputTokens: maxOutputTokens * 2 },
        { structuredOutput: 2 as const },
      ]) {
        const after = scoreOf({ ...some, effort, maxOutputTokens, ...more }, weight).value
        expect(after).toBeGreaterThanOrEqual(before)
      }
    }),
  )
})

test('scores are between 0 and 1, and name what speaks for them', () => {
  fc.assert(
    fc.property(facts, weights, (some, weight) => {
      const { value, signals: named } = scoreOf(some, weight)
      expect(value).toBeWithin(0, 1.001)
      const parts = strengthsOf(some)
      const named0 = named.map((name) => parts[name] * weight[name])
      expect(named0).toEqual(named0.toSorted((a, b) => b - a))
    }),
  )
})
