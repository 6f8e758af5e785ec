import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withChains } from './fallback-chain.ts'
import type { FallbackChain } from './fallback-chain.ts'
import { createOverrides } from './override.ts'
import { openRoutingStore } from './routing-store.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'smartflow-routing-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

function chain(name: string, more: Partial<FallbackChain> = {}): FallbackChain {
  return {
    name,
    model: 'gpt',
    steps: [{ models: ['claude'] }],
    enabled: true,
    updatedBy: 'ana',
    updatedAt: 1,
    ...more,
  }
}

test('chains survive a restart; one of the same name replaces the one before', async () => {
  {
    await using store = openRoutingStore({ dataDir })
    expect(store.chains()).toEqual([])
    store.putChain(chain('b', { steps: [{ on: ['timeout'], models: ['x', 'y'] }] }))
    store.putChain(chain('a'))
    store.putChain(chain('a', { enabled: false, updatedBy: 'ben' }))
    store.putChain(chain('c'))
    store.removeChain('c')
    store.removeChain('never there')
  }
  await using store = openRoutingStore({ dataDir })
  expect(store.chains()).toEqual([
    chain('a', { enabled: false, updatedBy: 'ben' }),
    chain('b', { steps: [{ on: ['timeout'], models: ['x', 'y'] }] }),
  ])
})

test('an override survives a restart until it is cleared', async () => {
  const clock = { now: () => 1000 }
  {
    await using store = openRoutingStore({ dataDir })
    const overrides = createOverrides(store.overrides, clock)
    overrides.set({ provider: 'a', setBy: 'ana', ttlMs: 500 })
    overrides.set({ provider: 'b', setBy: 'ben', ttlMs: 500 })
  }
  {
    await using store = openRoutingStore({ dataDir })
    const overrides = createOverrides(store.overrides, clock)
    expect(overrides.current()).toEqual({
      provider: 'b',
      setBy: 'ben',
      setAt: 1000,
      expiresAt: 1500,
    })
    overrides.clear()
  }
  await using store = openRoutingStore({ dataDir })
  expect(createOverrides(store.overrides, clock).current()).toBeUndefined()
})

test('chains come before the fallbacks of the configuration, those of the model before those of a provider', () => {
  const models = [
    { name: 'gpt', targets: [{ provider: 'openai' }], fallbacks: [{ models: ['last'] }] },
    { name: 'claude', targets: [{ provider: 'anthropic' }] },
    { name: 'local', targets: [{ provider: 'here' }] },
  ]
  const chains = [
    chain('z', { steps: [{ models: ['claude'] }] }),
    {
      ...chain('b', { steps: [{ models: ['local', 'gpt'] }] }),
      model: undefined,
      provider: 'openai',
    },
    { ...chain('a', { steps: [{ models: ['gpt'] }] }), model: undefined, provider: 'anthropic' },
    chain('off', { enabled: false, steps: [{ models: ['never'] }] }),
  ]
  const [gpt, claude, local] = withChains(models, chains)
  expect(gpt?.fallbacks).toEqual([
    { models: ['claude'] },
    { models: ['local'] },
    { models: ['last'] },
  ])
  expect(claude?.fallbacks).toEqual([{ models: ['gpt'] }])
  expect(local).toBe(models[2])
  expect(withChains(models, [])).toBe(models)
})
