import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../core/errors.ts'
import { matchesAny, matchesPattern } from '../core/patterns.ts'
import type { ModelConfig } from './config.ts'
import { sketchCatalog, targetsOf, who } from './testing/catalog.ts'

/**
 * Whatever is configured and however a request is spelled (alias, suffix, case, wildcard, provider header):
 * it reaches only what its caller's patterns permit. The rule is told here a second time, by brute force.
 */

const providers = ['p', 'q'] as const
const words = ['a', 'b', 'ab', 'abc', 'x/a', 'ba'] as const
const word = fc.constantFrom(...words)
const wildcardName = fc.constantFrom('*', 'a*', 'x/*', '*b', 'ab*')
const provider = fc.constantFrom(...providers)
const plainTarget = fc.tuple(provider, word).map(([where, model]) => `${where}/${model}`)
const wildTarget = fc
  .tuple(provider, fc.constantFrom('*', '$1', 'a$1', 'b'))
  .map(([where, model]) => `${where}/${model}`)

const sketch = fc.record({
  models: fc
    .tuple(
      fc.dictionary(word, fc.array(plainTarget, { minLength: 1, maxLength: 2 }), {
        minKeys: 1,
        maxKeys: 4,
      }),
      fc.dictionary(wildcardName, fc.array(wildTarget, { minLength: 1, maxLength: 2 }), {
        minKeys: 1,
        maxKeys: 3,
      }),
    )
    .map(([exact, wild]) => ({ ...exact, ...wild })),
  aliases: fc.dictionary(fc.constantFrom('s', 't', 'u'), fc.oneof(word, fc.constantFrom('s', 't'))),
  tiers: fc.array(
    fc.record({
      name: fc.constant('tier'),
      models: fc.dictionary(provider, fc.array(word, { minLength: 1, maxLength: 2 }), {
        maxKeys: 2,
      }),
    }),
    { maxLength: 2 },
  ),
})
const patterns = fc.array(
  fc.oneof(word, wildcardName, fc.constantFrom('s', 't', 'x*', '*a', 'p/*', '')),
  { minLength: 1, maxLength: 3 },
)
const spelling = fc
  .tuple(
    fc.oneof(word, fc.constantFrom('s', 't', 'u', 'A', 'aab', 'x/ab', 'a*', '*', 'x/../a')),
    fc.constantFrom('', '', '', '[1m]', '[1M]', ' ', '/'),
  )
  .map(([name, suffix]) => name + suffix)

interface Setup {
  readonly models: Readonly<Record<string, readonly string[]>>
  readonly aliases: Readonly<Record<string, string>>
  readonly tiers: readonly { readonly models: Readonly<Record<string, readonly string[]>> }[]
}

describe('permissions', () => {
  test('cannot be got around by any spelling of a request', () => {
    let reached = 0
    fc.assert(
      fc.property(
        sketch,
        patterns,
        spelling,
        fc.option(provider, { nil: undefined }),
        (setup, permitted, name, asked) => {
          const catalog = sketchCatalog({ ...setup, providers })
          const offer = attempt(() =>
            catalog.resolve({ name, provider: asked, principal: who(...permitted) }),
          )
          if (offer === undefined) return
          reached += 1
          const closure = closureOf(withoutSuffix(name, setup), setup)
          expect(closure.some((each) => matchesAny(permitted, each))).toBe(true)
          if (asked === undefined) {
            expect(targetsOf(offer)).toEqual(leadsTo(closure.at(-1) ?? '', setup))
            return
          }
          for (const target of targetsOf(offer)) {
            expect(target.startsWith(`${asked}/`)).toBe(true)
            expect(mayReach(target, { permitted, closure }, setup)).toBe(true)
          }
        },
      ),
      { numRuns: 4000 },
    )
    // The property would hold for a catalogue that refuses everything.
    expect(reached).toBeGreaterThan(300)
  })

  test('say the same in lists as in calls', () => {
    fc.assert(
      fc.property(sketch, patterns, (setup, permitted) => {
        const catalog = sketchCatalog({
          ...setup,
          providers,
          known: { p: words, q: words },
        })
        for (const { name } of catalog.list(who(...permitted))) {
          expect(
            attempt(() => catalog.resolve({ name, principal: who(...permitted) })),
          ).toBeDefined()
        }
      }),
      { numRuns: 500 },
    )
  })
})

function attempt(resolve: () => { readonly offer: ModelConfig }): ModelConfig | undefined {
  try {
    return resolve().offer
  } catch (error) {
    if (error instanceof GatewayError && [400, 403, 404].includes(error.status)) return undefined
    throw error
  }
}

function withoutSuffix(name: string, { models }: Setup): string {
  return Object.hasOwn(models, name) ? name : name.replace(/\[1m\]$/i, '')
}

function closureOf(name: string, { aliases }: Setup): string[] {
  const names = [name]
  for (;;) {
    const next = aliases[names.at(-1) ?? '']
    if (next === undefined || names.includes(next)) return names
    names.push(next)
  }
}

/** Where a public name leads, by looking at every entry. */
function leadsTo(name: string, { models }: Setup): string[] {
  const exact = models[name]
  if (exact !== undefined) return [...exact]
  const [best] = Object.keys(models)
    .filter((each) => each.includes('*') && matchesPattern(each, name))
    .toSorted((a, b) => b.length - a.length || b.indexOf('*') - a.indexOf('*'))
  if (best === undefined) return []
  const [prefix = '', suffix = ''] = best.split('*')
  const star = name.slice(prefix.length, name.length - suffix.length)
  return (models[best] ?? []).flatMap((target) => {
    if (!target.includes('$1')) return [target.replace('*', () => name)]
    return star === '' || star.startsWith('/') || star.endsWith('/')
      ? []
      : [target.replace('$1', () => star)]
  })
}

/** Whether a target is reached by some permitted public name, or is nameless but for the table of tiers. */
function mayReach(
  target: string,
  caller: { readonly permitted: readonly string[]; readonly closure: readonly string[] },
  setup: Setup,
): boolean {
  // The caller's own name was found permitted already.
  if (leadsTo(caller.closure.at(-1) ?? '', setup).includes(target)) return true
  const model = target.slice(target.indexOf('/') + 1)
  const stars = [...words, ...substringsOf(model)]
  const candidates = new Set([
    ...words,
    ...Object.keys(setup.models).flatMap((name) =>
      stars.map((star) => name.replace('*', () => star)),
    ),
  ])
  const names = [...candidates].filter((name) => leadsTo(name, setup).includes(target))
  if (names.some((name) => matchesAny(caller.permitted, name))) return true
  const isListed = names.length > 0
  return !isListed && matchesAny(caller.permitted, model)
}

function substringsOf(text: string): string[] {
  const starts = Array.from({ length: text.length }, (_, start) => start)
  return starts.flatMap((start) =>
    starts.filter((end) => end >= start).map((end) => text.slice(start, end + 1)),
  )
}
