import { describe, expect, test } from 'bun:test'
import * as genaiPrices from '@pydantic/genai-prices'
import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import type { TokenUsage } from '../core/usage.ts'
import { readCard, ratesAt } from './price-card.ts'
import { costNanoUsd } from './price-rates.ts'
import { priceFileSchema, pricesConfigSchema, type PriceEntry } from './prices-config.ts'
import { createPriceList, publishedVersion, type PricedCall } from './prices.ts'

const at = Date.parse('2026-11-01T12:00:00Z')
const usage: TokenUsage = { inputTokens: 1000, outputTokens: 500 }
const openai = { providerType: 'openai', providerName: 'openai', model: 'gpt-4o-mini', usage, at }

function priceOf(
  call: Partial<PricedCall>,
  overrides: readonly PriceEntry[] = [],
): number | undefined {
  return createPriceList({ overrides }).priceOf({ ...openai, ...call })?.nanoUsd
}

describe('published prices', () => {
  test('are those of the installed package', () => {
    const path = require.resolve('@pydantic/genai-prices').replace(/dist\/.*$/, 'package.json')
    const { version }: { version: string } = JSON.parse(readFileSync(path, 'utf8'))
    expect(publishedVersion).toBe(`genai-prices-${version}`)
  })

  test('price a call in whole nano-dollars and say by which list', () => {
    // 1000 × 0.15 + 500 × 0.60 US dollars a million
    expect(createPriceList({ overrides: [] }).priceOf(openai)).toEqual({
      nanoUsd: 450_000,
      priceVersion: publishedVersion,
    })
  })

  test('yield to what the provider says it charged', () => {
    const charged = { ...openai, usage: { ...usage, chargedNanoUsd: 7 } }
    expect(createPriceList({ overrides: [] }).priceOf(charged)).toEqual({
      nanoUsd: 7,
      priceVersion: 'provider',
    })
  })

  test('are found for every type of provider that has any', () => {
    const azure = { providerType: 'azure-openai', providerName: 'corp' }
    expect(priceOf(azure)).toBe(450_000)
    expect(priceOf({ ...azure, providerType: 'azure-apim' })).toBe(450_000)
    expect(priceOf({ providerType: 'anthropic', model: 'claude-sonnet-4-5' })).toBe(10_500_000)
    const compatible = { providerType: 'openai-compatible', providerName: 'x' }
    const llama = { ...compatible, model: 'llama-3.1-8b-instant' }
    const groq = priceOf({ ...llama, preset: 'groq' })
    expect(groq).toBeGreaterThan(0)
    expect(priceOf({ ...llama, baseUrl: 'https://api.groq.com/openai/v1' })).toBe(groq)
    for (const [preset, model] of [
      ['mistral', 'mistral-large-latest'],
      ['deepseek', 'deepseek-chat'],
      ['xai', 'grok-3'],
      ['openrouter', 'openai/gpt-4o-mini'],
      ['together', 'meta-llama/Llama-3.3-70B-Instruct-Turbo'],
    ] as const) {
      expect(priceOf({ ...compatible, preset, model })).toBeGreaterThan(0)
    }
  })

  test('are never guessed: no price is no price, not zero', () => {
    expect(priceOf({ model: 'gpt-unheard-of' })).toBeUndefined()
    expect(priceOf({ model: 'whisper-1' })).toBeUndefined()
    expect(priceOf({ model: 'x'.repeat(300) })).toBeUndefined()
    for (const providerType of ['ollama', 'simulated', 'openai-compatible', 'unknown']) {
      expect(priceOf({ providerType })).toBeUndefined()
    }
    const compatible = { providerType: 'openai-compatible' }
    expect(
      priceOf({ ...compatible, preset: 'vllm', baseUrl: 'https://api.openai.com' }),
    ).toBeUndefined()
    expect(priceOf({ ...compatible, baseUrl: 'http://10.0.0.7:8000/v1' })).toBeUndefined()
  })

  test('are those in force when the call was made', () => {
    const list = createPriceList({ overrides: [] })
    // Cheaper at night, UTC.
    const deepseek = { ...openai, providerType: 'openai-compatible', preset: 'deepseek' }
    const priceAt = (time: string): number | undefined =>
      list.priceOf({ ...deepseek, model: 'deepseek-chat', at: Date.parse(time) })?.nanoUsd
    expect(priceAt('2026-11-01T12:00:00Z')).toBe(270_000 + 550_000)
    expect(priceAt('2026-11-01T20:00:00Z')).toBe(135_000 + 275_000)
    // Long inputs cost twice as much until 13 March 2026.
    const long = {
      ...openai,
      providerType: 'anthropic',
      model: 'claude-opus-4-6',
      usage: { inputTokens: 200_001, outputTokens: 0 },
    }
    const march = Date.parse('2026-03-13')
    expect(list.priceOf({ ...long, at: march - 1 })?.nanoUsd).toBe(2_000_010_000)
    expect(list.priceOf({ ...long, at: march })?.nanoUsd).toBe(1_000_005_000)
    const fixed = createPriceList({ overrides: [], asOf: march - 1 })
    expect(fixed.priceOf(long)).toEqual({
      nanoUsd: 2_000_010_000,
      priceVersion: `${publishedVersion}@2026-03-12T23:59:59.999Z`,
    })
  })

  test('agree with the library for every model, time and usage, save for its rounding errors', async () => {
    const providers = (await genaiPrices.waitForUpdate()) ?? []
    const models = providers.flatMap((provider) =>
      provider.models.map((model) => ({ provider, model })),
    )
    expect(models.length).toBeGreaterThan(1000)
    const random = fc.sample(
      fc.record({
        plain: fc.nat(400_000),
        read: fc.nat(50_000),
        write: fc.nat(50_000),
        text: fc.nat(20_000),
        reasoning: fc.nat(20_000),
        at: fc.integer({ min: Date.parse('2023-01-01'), max: Date.parse('2027-06-01') }),
      }),
      models.length,
    )
    let compared = 0
    for (const [index, { provider, model }] of models.entries()) {
      const { plain, read, write, text, reasoning, at } = random[index] ?? fail()
      const counted = {
        inputTokens: plain + read + write,
        outputTokens: text + reasoning,
        cacheReadTokens: read,
        cacheWriteTokens: write,
        reasoningTokens: reasoning,
      }
      const card = readCard(model)
      if (card === undefined) continue
      const rates = ratesAt(card, at, counted.inputTokens)
      const ours = rates && costNanoUsd(rates, counted)
      if (ours === undefined) continue
      const theirs = genaiPrices.calcPrice(
        {
          input_tokens: counted.inputTokens,
          output_tokens: counted.outputTokens,
          cache_read_tokens: read,
          cache_write_tokens: write,
          output_reasoning_tokens: reasoning,
        },
        'm',
        {
          provider: { ...provider, models: [{ ...model, match: { equals: 'm' } }] },
          timestamp: new Date(at),
        },
      )
      const exact = (theirs?.total_price ?? NaN) * 1e9
      expect(Math.abs(ours - exact)).toBeLessThanOrEqual(1 + exact * 1e-8)
      compared++
    }
    expect(compared).toBeGreaterThan(1000)
  })
})

describe('overrides', () => {
  const entries = pricesConfigSchema.parse({
    entries: [
      { provider: 'local', model: 'llama*', inputUsdPerMillion: 0.1, outputUsdPerMillion: 0.2 },
      {
        model: 'gpt-4o-*',
        inputUsdPerMillion: 1,
        outputUsdPerMillion: 2,
        cacheReadUsdPerMillion: 0.5,
        requestUsd: 0.001,
      },
      { model: 'gpt-4o-mini', inputUsdPerMillion: 9, outputUsdPerMillion: 9 },
    ],
  }).entries

  test('go before the published prices, and the first that fits counts', () => {
    expect(priceOf({}, entries)).toBe(1_000_000 + 1_000_000 + 1_000_000)
    expect(priceOf({ usage: { ...usage, cacheReadTokens: 400 } }, entries)).toBe(2_800_000)
    expect(priceOf({ usage: { ...usage, cacheWriteTokens: 400 } }, entries)).toBe(3_000_000)
  })

  test('hold for the provider they name only, of any type', () => {
    const llama = { providerType: 'ollama', model: 'llama3.2' }
    expect(priceOf({ ...llama, providerName: 'local' }, entries)).toBe(200_000)
    expect(priceOf({ ...llama, providerName: 'other' }, entries)).toBeUndefined()
  })

  test('may say that a model costs nothing', () => {
    const free = [{ model: '*', inputUsdPerMillion: 0, outputUsdPerMillion: 0 }]
    expect(priceOf({ providerType: 'ollama' }, free)).toBe(0)
  })

  test('change the version, equal ones do not', () => {
    const versionOf = (overrides: readonly PriceEntry[]): string =>
      createPriceList({ overrides }).version
    expect(versionOf([])).toBe(publishedVersion)
    expect(versionOf(entries)).toMatch(/^genai-prices-[0-9.]+\+[0-9a-f]{12}$/)
    expect(versionOf(structuredClone(entries))).toBe(versionOf(entries))
    expect(versionOf(entries.slice(1))).not.toBe(versionOf(entries))
  })

  test('are read from a file of entries, and wrong ones are refused', () => {
    expect(priceFileSchema.parse({ entries })).toEqual({ entries })
    expect(pricesConfigSchema.parse(undefined)).toEqual({ entries: [] })
    for (const wrong of [
      { model: 'a', inputUsdPerMillion: -1, outputUsdPerMillion: 1 },
      { model: 'a', inputUsdPerMillion: 1 },
      { model: 'a', inputUsdPerMillion: 1, outputUsdPerMillion: 1, inputPrice: 1 },
    ]) {
      expect(priceFileSchema.safeParse({ entries: [wrong] }).success).toBe(false)
    }
  })
})

describe('reading', () => {
  test('happens once, and only when a published price is needed', () => {
    let reads = 0
    const list = createPriceList({
      overrides: [{ model: 'own', inputUsdPerMillion: 1, outputUsdPerMillion: 1 }],
      readPublished: () => {
        reads++
        return genaiPrices
      },
    })
    list.prepare([
      { providerType: 'simulated', providerName: 'demo', model: 'demo' },
      { providerType: 'openai', providerName: 'openai', model: 'own' },
    ])
    expect(reads).toBe(0)
    list.prepare([openai])
    expect(list.priceOf(openai)?.nanoUsd).toBe(450_000)
    expect(list.priceOf({ ...openai, model: 'gpt-4o' })).toBeDefined()
    expect(reads).toBe(1)
  })

  test('remembers a bounded number of targets and stays right beyond it', () => {
    const list = createPriceList({ overrides: [] })
    for (let index = 0; index < 5000; index++) {
      expect(
        list.priceOf({ ...openai, providerType: 'ollama', model: `m${index}` }),
      ).toBeUndefined()
    }
    expect(list.priceOf(openai)?.nanoUsd).toBe(450_000)
  })

  test('of a remembered price takes about a microsecond', () => {
    const list = createPriceList({ overrides: [] })
    const rounds = 20_000
    let best = Infinity
    for (let run = 0; run < 10; run++) {
      const start = performance.now()
      for (let index = 0; index < rounds; index++) list.priceOf(openai)
      best = Math.min(best, ((performance.now() - start) * 1000) / rounds)
    }
    expect(best).toBeLessThan(5) // measured 0.3 µs; the limit leaves room for a busy machine
  })
})

function fail(): never {
  throw new Error('There is a sample for every model.')
}
