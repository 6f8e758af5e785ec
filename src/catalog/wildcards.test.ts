import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { matchesPattern } from '../core/patterns.ts'
import { isSafeModelName } from './model-name.ts'
import { createNameIndex } from './name-index.ts'
import { createRecentValues } from './recent-values.ts'
import { createCatalog } from './catalog.ts'
import { failureOf, sketchCatalog, sketchParts, targetsOf, who } from './testing/catalog.ts'

describe('a wildcard', () => {
  const wild = sketchCatalog({
    models: {
      '*': 'elsewhere/*',
      'gpt-*': 'openai/*',
      'gpt-4o-mini': 'azure/mini',
      'gpt-*-mini': 'small/$1',
      'o1*': 'openai/*',
      'ollama/*': ['ollama/$1', 'spare/local-$1'],
      'chat-*': 'local/llama3.3',
    },
  })
  const ask = (name: string, ...models: string[]) =>
    wild.resolve({ name, principal: who(...(models.length > 0 ? models : ['*'])) })
  const sent = (name: string): string[] => targetsOf(ask(name).offer)

  test('fills the asked name, or what its star matched, into its targets', () => {
    expect(sent('gpt-5.5')).toEqual(['openai/gpt-5.5'])
    expect(sent('o1')).toEqual(['openai/o1'])
    expect(sent('o1-mini')).toEqual(['openai/o1-mini'])
    expect(sent('ollama/qwen2.5:14b')).toEqual(['ollama/qwen2.5:14b', 'spare/local-qwen2.5:14b'])
    expect(sent('chat-anything')).toEqual(['local/llama3.3'])
    expect(sent('mistral-large')).toEqual(['elsewhere/mistral-large'])
  })

  test('yields to an exact name and to more literal text, whatever their order', () => {
    expect(sent('gpt-4o-mini')).toEqual(['azure/mini'])
    expect(sent('gpt-5-mini')).toEqual(['small/5'])
    expect(sent('gpt-5-minis')).toEqual(['openai/gpt-5-minis'])
  })

  test('is permitted by the name that was asked for, never by its own', () => {
    expect(ask('gpt-5.5', 'gpt-5.5').offer.name).toBe('gpt-5.5')
    for (const models of [['gpt-4*'], ['openai/*'], ['ollama/*'], []]) {
      const principal = who(...models)
      const run = () => wild.resolve({ name: 'gpt-5.5', principal })
      expect(failureOf(run)).toMatchObject({ status: 403 })
    }
    expect(failureOf(() => ask('gpt-*'))).toMatchObject({ status: 404 })
  })

  test('is echoed where a target knows the model by another name', () => {
    expect(ask('gpt-5.5').echo).toBeUndefined()
    expect(ask('ollama/phi4').echo).toBe('ollama/phi4')
    expect(ask('chat-x').echo).toBe('chat-x')
  })

  test.each([
    'ollama/../admin',
    'ollama/..',
    'ollama/.',
    'ollama/',
    'ollama//x',
    'ollama/a/../b',
    'ollama/%2e%2e/x',
    'ollama/x?y',
    'ollama/x#y',
    'ollama/x\\y',
    'ollama/x y',
    'ollama/x\n',
    'ollama/é',
    'ollama/x;tokens=5',
    '/x',
    'x/',
    '.x',
    `x${'y'.repeat(200)}`,
  ])('does not pass on %j', (name) => {
    expect(failureOf(() => ask(name))).toMatchObject({ status: 404 })
  })

  test('keeps only the models that were asked for lately', () => {
    let made = 0
    const parts = sketchParts({ models: { '*': 'x/*' }, catalog: { maxWildcardModels: 3 } })
    const bounded = createCatalog({
      ...parts,
      makeOffer: (model) => {
        made += 1
        return model
      },
    })
    const get = (name: string) => bounded.resolve({ name, principal: who('*') }).offer
    const first = get('a')
    for (let round = 0; round < 5; round++) {
      expect(get('a')).toBe(first)
      get(`other-${round}`)
    }
    expect(made).toBe(6)
    for (let index = 0; index < 3; index++) get(`flood-${index}`)
    expect(get('a')).not.toBe(first)
  })
})

describe('the index of names', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 5 })
  const pattern = fc.oneof(
    fc.tuple(word, word).map(([prefix, suffix]) => `${prefix}*${suffix}`),
    word,
  )

  test('finds what a plain search would find, in any order of the entries', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(pattern, { maxLength: 12 }),
        word,
        fc.nat(),
        (names, name, turn) => {
          const best = names
            .filter((each) => matchesPattern(each, name))
            .toSorted((a, b) => rank(b) - rank(a))[0]
          const at = turn % (names.length + 1)
          const turned = [...names.slice(at), ...names.slice(0, at)].map((each) => ({ name: each }))
          const found = createNameIndex(turned).find(name)
          expect(found?.entry.name).toBe(best)
          if (found?.star !== undefined) {
            expect(found.entry.name.replace('*', () => found.star ?? '')).toBe(name)
          }
        },
      ),
    )
  })

  test('answers within microseconds among ten thousand routes', () => {
    const entries = Array.from({ length: 5000 }, (_, index) => [
      { name: `model-${index}` },
      { name: `family-${index}-${'x'.repeat(index % 40)}*` },
    ]).flat()
    const index = createNameIndex(entries)
    const asked = Array.from({ length: 1000 }, (_, at) => `family-${at * 5}-${'x'.repeat(60)}`)
    for (const name of asked) index.find(name)
    const startedAt = performance.now()
    for (let round = 0; round < 10; round++) for (const name of asked) index.find(name)
    // Some 3 µs on a busy machine of 2024; the bound only catches a look-up that grows with the routes.
    expect((performance.now() - startedAt) / 10_000).toBeLessThan(0.05)
  })
})

/** Exact names first, then more literal text, then the longer text before the star. */
function rank(name: string): number {
  return name.includes('*') ? (name.length - 1) * 100 + name.indexOf('*') : 1_000_000
}

describe('a safe name', () => {
  test('is any that models really have', () => {
    for (const name of [
      'gpt-4o-2024-08-06',
      'ft:gpt-4o-mini:org::8Xyz',
      'hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M',
      'anthropic.claude-opus-4-6-v1:0',
      'claude-sonnet-4@20250514',
      '@cf/meta/llama-3.1-8b-instruct',
    ]) {
      expect(isSafeModelName(name)).toBe(true)
    }
  })

  test('never steers a path or a query, however it is put into a URL', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'a.%/\\?#: @2eE&;+'.split('')) }),
        (name) => {
          if (!isSafeModelName(name)) return
          const url = new URL(`https://host/base/${name}/tail?k=v`)
          expect(url.pathname).toBe(`/base/${name}/tail`)
          expect(url.search).toBe('?k=v')
          expect(url.host).toBe('host')
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('recent values', () => {
  test('are never more than may be kept, and the least used go first', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.constantFrom(...'abcdefgh'.split(''))),
        (max, keys) => {
          const values = createRecentValues<{ key: string }>(max)
          const recent: string[] = []
          for (const key of keys) {
            const isKept = recent.slice(-max).includes(key)
            expect(values.find(key) !== undefined).toBe(isKept)
            expect(values.get(key, () => ({ key })).key).toBe(key)
            recent.splice(0, recent.length, ...recent.filter((each) => each !== key), key)
            expect(values.size).toBeLessThanOrEqual(max)
          }
        },
      ),
    )
  })
})
