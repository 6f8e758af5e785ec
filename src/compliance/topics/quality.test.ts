import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { probabilityOf } from '../linear/index.ts'
import { calibrate, qualityOf, spreadOf, suggestThreshold } from './quality.ts'
import type { Judgement } from './quality.ts'

const judgements = fc.array(
  fc.record({
    isExample: fc.boolean(),
    logit: fc.double({ min: -40, max: 40, noNaN: true }),
  }),
  { minLength: 4, maxLength: 80 },
)

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}

describe('the suggested threshold', () => {
  test('keeps false alarms below the wanted share, as far as a threshold can', () => {
    fc.assert(
      fc.property(judgements, fc.constantFrom(0, 0.05, 0.2), (list, rate) => {
        const threshold = suggestThreshold(list, rate)
        const at = qualityOf(list, threshold).find(({ minScore }) => minScore === threshold)
        expect(threshold).toBeGreaterThanOrEqual(0.5)
        if (threshold < 0.99) expect(at?.falseAlarms).toBeLessThanOrEqual(rate + 5e-5)
      }),
    )
  })

  test('stands half way between the sides where they are apart', () => {
    const list = [-3, -1, 1].map((logit): Judgement => ({ isExample: false, logit }))
    expect(suggestThreshold([...list, { isExample: true, logit: 3 }], 0)).toBe(0.89)
  })
})

test('a calibration turns what is too sure into what is true', () => {
  // One in ten of both sides is on the wrong side, and the model is sure of everything.
  const list = Array.from({ length: 400 }, (_, at): Judgement => {
    const isExample = at % 2 === 0
    return { isExample, logit: (isExample === at % 20 > 1 ? 10 : -10) + (at % 7) / 10 }
  })
  const { slope, offset } = calibrate(list)
  const of = (isHigh: boolean) =>
    mean(
      list
        .filter(({ logit }) => logit > 0 === isHigh)
        .map(({ logit }) => probabilityOf(slope * logit + offset)),
    )
  expect(of(true)).toBeCloseTo(0.9, 1)
  expect(of(false)).toBeCloseTo(0.1, 1)
})

test('a calibration is a rising line of finite numbers, whatever was judged', () => {
  fc.assert(
    fc.property(judgements, (list) => {
      const { slope, offset } = calibrate(list)
      expect(slope).toBeGreaterThan(0)
      expect(Number.isFinite(slope) && Number.isFinite(offset)).toBe(true)
    }),
  )
})

test('the spread is how far the strongest tenth exceeds the rest', () => {
  expect(spreadOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])).toBe(3)
  expect(spreadOf([2, 2, 2, 2, 2, 2, 2])).toBe(0)
  expect(spreadOf([])).toBe(0)
})
