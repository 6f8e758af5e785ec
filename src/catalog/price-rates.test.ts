import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { costNanoUsd, nanoUsd, type Rates } from './price-rates.ts'

const rates: Rates = {
  input: nanoUsd(3),
  output: nanoUsd(15),
  cacheRead: nanoUsd(0.3),
  cacheWrite: nanoUsd(3.75),
  reasoning: nanoUsd(15),
  request: 0,
}

describe('nanoUsd', () => {
  test('is exact for decimal amounts that binary fractions cannot hold', () => {
    expect(nanoUsd(0)).toBe(0)
    expect(nanoUsd(0.15)).toBe(150_000_000)
    expect(nanoUsd(0.1 + 0.7)).toBe(800_000_000) // 0.7999999999999999 as a number
    expect(nanoUsd(1e-7)).toBe(100)
    expect(nanoUsd(1.5e-9)).toBe(2)
    expect(nanoUsd(4e-10)).toBe(0)
    expect(nanoUsd(0.08333333333333334)).toBe(83_333_333)
  })

  test('reads back what any number of nano-dollars says as a decimal', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 15n), (nano) => {
        const digits = nano.toString().padStart(10, '0')
        expect(nanoUsd(Number(`${digits.slice(0, -9)}.${digits.slice(-9)}`))).toBe(Number(nano))
      }),
    )
  })

  test('refuses what is no amount, or too large to be exact', () => {
    for (const usd of [-1, NaN, Infinity, 1e9, 1e22]) expect(() => nanoUsd(usd)).toThrow()
  })
})

describe('costNanoUsd', () => {
  test('prices cached input apart and reasoning as part of the output', () => {
    // 500 × 3000 + 1000 × 300 + 200 × 3750 + 100 × 15000 nano-dollars a token
    const usage = {
      inputTokens: 1700,
      outputTokens: 100,
      cacheReadTokens: 1000,
      cacheWriteTokens: 200,
      reasoningTokens: 60,
    }
    expect(costNanoUsd(rates, usage)).toBe(1_500_000 + 300_000 + 750_000 + 1_500_000)
  })

  test('prices audio and images apart, cached or not', () => {
    const media = {
      inputAudio: nanoUsd(32),
      inputImage: nanoUsd(5),
      cacheReadAudio: nanoUsd(0.4),
      cacheReadImage: nanoUsd(0.5),
      outputAudio: nanoUsd(64),
    }
    const usage = {
      inputTokens: 1000,
      inputAudioTokens: 600,
      inputImageTokens: 100,
      cacheReadTokens: 300,
      cacheReadAudioTokens: 200,
      cacheReadImageTokens: 40,
      outputTokens: 500,
      outputAudioTokens: 400,
    }
    const input = 240 * 3000 + 400 * 32_000 + 60 * 5000
    const cached = 60 * 300 + 200 * 400 + 40 * 500
    const output = 100 * 15_000 + 400 * 64_000
    expect(costNanoUsd({ ...rates, media }, usage)).toBe(input + cached + output)
    expect(
      costNanoUsd({ ...rates, media }, { inputTokens: 1, outputTokens: 0, inputAudioTokens: 9 }),
    ).toBe(32_000)
    const text = { inputTokens: 10, outputTokens: 10, cacheReadTokens: 5 }
    expect(costNanoUsd({ ...rates, media }, text)).toBe(costNanoUsd(rates, text) ?? -1)
  })

  test('rounds once, at the end, half up', () => {
    const tiny: Rates = { ...rates, input: 250_000, cacheRead: 250_000, output: 250_000 }
    expect(costNanoUsd(tiny, { inputTokens: 1, outputTokens: 0 })).toBe(0)
    expect(costNanoUsd(tiny, { inputTokens: 1, outputTokens: 1 })).toBe(1)
    expect(costNanoUsd(tiny, { inputTokens: 1, outputTokens: 0, cacheReadTokens: 1 })).toBe(0)
  })

  test('adds the price of the request', () => {
    const usage = { inputTokens: 0, outputTokens: 0 }
    expect(costNanoUsd({ ...rates, request: nanoUsd(0.012) }, usage)).toBe(12_000_000)
  })

  test('knows no price for output of a model without one', () => {
    const embedding: Rates = { ...rates, output: undefined, reasoning: undefined }
    expect(costNanoUsd(embedding, { inputTokens: 1000, outputTokens: 0 })).toBe(3_000_000)
    expect(costNanoUsd(embedding, { inputTokens: 1000, outputTokens: 1 })).toBeUndefined()
  })

  test('knows no price for usage that cannot be', () => {
    for (const tokens of [-1, 0.5, NaN, Infinity, 2 ** 60]) {
      expect(costNanoUsd(rates, { inputTokens: tokens, outputTokens: 1 })).toBeUndefined()
      expect(costNanoUsd(rates, { inputTokens: 1, outputTokens: tokens })).toBeUndefined()
    }
  })

  test('never charges for more cached or reasoning tokens than there were tokens', () => {
    const usage = { inputTokens: 10, outputTokens: 10 }
    expect(costNanoUsd(rates, { ...usage, cacheReadTokens: 99, cacheWriteTokens: 99 })).toBe(
      10 * 300 + 10 * 15_000,
    )
    expect(costNanoUsd(rates, { ...usage, reasoningTokens: 99 })).toBe(10 * 3000 + 10 * 15_000)
  })

  test('agrees with exact arithmetic for all rates and amounts', () => {
    const rate = fc.oneof(fc.nat(), fc.integer({ min: 0, max: 10 ** 15 }))
    const tokens = fc.oneof(fc.nat(5000), fc.integer({ min: 0, max: 10 ** 10 }))
    fc.assert(
      fc.property(
        fc.record({
          input: rate,
          output: rate,
          cacheRead: rate,
          cacheWrite: rate,
          reasoning: rate,
          request: fc.nat(),
        }),
        fc.record({ plain: tokens, read: tokens, write: tokens, text: tokens, reasoning: tokens }),
        (given, count) => {
          const micro =
            BigInt(count.plain) * BigInt(given.input) +
            BigInt(count.read) * BigInt(given.cacheRead) +
            BigInt(count.write) * BigInt(given.cacheWrite) +
            BigInt(count.text) * BigInt(given.output) +
            BigInt(count.reasoning) * BigInt(given.reasoning)
          const exact = (micro + 500_000n) / 1_000_000n + BigInt(given.request)
          const cost = costNanoUsd(given, {
            inputTokens: count.plain + count.read + count.write,
            outputTokens: count.text + count.reasoning,
            cacheReadTokens: count.read,
            cacheWriteTokens: count.write,
            reasoningTokens: count.reasoning,
          })
          const isExactNumber = exact <= BigInt(Number.MAX_SAFE_INTEGER)
          expect(cost).toBe(isExactNumber ? Number(exact) : undefined)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
