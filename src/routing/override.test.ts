import { expect, test } from 'bun:test'
import { createOverrides } from './override.ts'
import type { Override, OverrideStore } from './override.ts'

function keptInMemory(): OverrideStore & { kept: Override | undefined } {
  return {
    kept: undefined,
    load() {
      return this.kept
    },
    save(override) {
      this.kept = override
    },
  }
}

test('an override is in force until it expires, is replaced or cleared', () => {
  let now = 1000
  const overrides = createOverrides(keptInMemory(), { now: () => now })
  expect(overrides.current()).toBeUndefined()
  overrides.set({ provider: 'a', setBy: 'ana', ttlMs: 500 })
  now = 1499
  expect(overrides.current()).toEqual({ provider: 'a', setBy: 'ana', setAt: 1000, expiresAt: 1500 })
  now = 1500
  expect(overrides.current()).toBeUndefined()
  expect(overrides.clear()).toBeUndefined()
  overrides.set({ provider: 'b', setBy: 'ben', ttlMs: 10 })
  overrides.set({ provider: 'c', setBy: 'ben', ttlMs: 1000 })
  now = 1600
  expect(overrides.clear()?.provider).toBe('c')
  expect(overrides.current()).toBeUndefined()
})

test('an override survives a restart, but not beyond its time', () => {
  const store = keptInMemory()
  createOverrides(store, { now: () => 0 }).set({ provider: 'a', setBy: 'ana', ttlMs: 100 })
  expect(createOverrides(store, { now: () => 99 }).current()?.provider).toBe('a')
  expect(createOverrides(store, { now: () => 100 }).current()).toBeUndefined()
})

test('an override that cannot be kept is not in force either', () => {
  const store = {
    ...keptInMemory(),
    save: () => {
      throw new Error('disk full')
    },
  }
  const overrides = createOverrides(store, { now: () => 0 })
  expect(() => overrides.set({ provider: 'a', setBy: 'ana', ttlMs: 100 })).toThrow('disk full')
  expect(overrides.current()).toBeUndefined()
})
