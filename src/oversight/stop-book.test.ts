import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { openStopBook, StopRefused } from './stop-book.ts'
import type { StopBook, StopBookOptions, StopRequest } from './stop-book.ts'
import { isFor, isStricter, scopeKey, stopModes } from './stop-scope.ts'
import type { EmergencyStop, StopMode, StopScope, StopSubject } from './stop-scope.ts'
import type { StopStore } from './stop-store.ts'
import { forgetful } from './testing/stops.ts'

function open(more: Partial<StopBookOptions> = {}): StopBook {
  return openStopBook({
    store: forgetful,
    clock: { now: () => 1 },
    settings: () => ({ twoPersonRelease: false, releaseTtlMs: 900_000 }),
    onNotKept: () => undefined,
    ...more,
  })
}

function order(book: StopBook, request: Partial<StopRequest>): boolean {
  return book.apply(
    book.propose({ mode: 'halt', scope: {}, reason: 'an exercise', by: 'ana', ...request }),
  )
}

const caller: StopSubject = { tenant: 'acme', keyId: 'k1', models: ['gpt', 'gpt-5'] }

describe('a stop', () => {
  test('is in force although it cannot be kept', () => {
    const put = (): never => {
      throw new Error('disk full')
    }
    const lost: unknown[] = []
    const book = open({ store: { ...forgetful, put }, onNotKept: (error) => void lost.push(error) })
    expect(order(book, {})).toBe(false)
    expect(book.modeFor(caller)).toBe('halt')
    expect(lost).toHaveLength(1)
  })

  test('does not end when its end cannot be kept', () => {
    const remove = (): never => {
      throw new Error('disk full')
    }
    const book = open({ store: { ...forgetful, remove } })
    order(book, {})
    expect(() => order(book, { mode: 'normal' })).toThrow('disk full')
    expect(book.modeFor(caller)).toBe('halt')
  })

  test('is not ended by a request that was made before it got stricter', () => {
    const book = open()
    order(book, { mode: 'read-only' })
    const release = book.propose({ mode: 'normal', scope: {}, reason: 'over', by: 'ana' })
    order(book, { mode: 'halt' })
    expect(() => book.apply(release)).toThrow(StopRefused)
    expect(book.modeFor(caller)).toBe('halt')
  })

  test('waits for the second person only for a while', () => {
    let now = 1
    const settings = () => ({ twoPersonRelease: true, releaseTtlMs: 100 })
    const book = open({ clock: { now: () => now }, settings })
    order(book, {})
    order(book, { mode: 'normal' })
    now += 100
    expect(book.propose({ mode: 'normal', scope: {}, reason: '', by: 'ben' }).type).toBe(
      'ask-release',
    )
    order(book, { mode: 'normal', by: 'ben' })
    order(book, { mode: 'normal', by: 'cem' })
    expect(book.modeFor(caller)).toBe('normal')
  })
})

const name = fc.constantFrom('a', 'b')
const scope: fc.Arbitrary<StopScope> = fc.record(
  { tenant: name, model: fc.constantFrom('a', 'b', '*', 'a*'), key: name },
  { requiredKeys: [] },
)
const subject: fc.Arbitrary<StopSubject> = fc.record({
  tenant: name,
  keyId: fc.option(name, { nil: undefined }),
  models: fc.array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 3 }),
})

test('somebody may do what the strictest stop that is for them leaves, whatever the order of orders was', () => {
  const orders = fc.array(fc.record({ mode: fc.constantFrom(...stopModes), scope }), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(orders, subject, (given, somebody) => {
      const kept = new Map<string, EmergencyStop>()
      const store: StopStore = {
        load: () => [...kept.values()],
        put: (stop) => void kept.set(scopeKey(stop.scope), stop),
        remove: (gone) => void kept.delete(scopeKey(gone)),
      }
      const book = open({ store })
      const model = new Map<string, { readonly mode: StopMode; readonly scope: StopScope }>()
      for (const each of given) {
        const key = scopeKey(each.scope)
        try {
          order(book, each)
        } catch (error) {
          expect(error).toBeInstanceOf(StopRefused)
          expect(model.get(key)?.mode ?? 'normal').toBe('normal')
        }
        model.set(key, each)
      }
      const expected = [...model.values()]
        .filter((each) => isFor(each.scope, somebody))
        .reduce<StopMode>(
          (mode, each) => (isStricter(each.mode, mode) ? each.mode : mode),
          'normal',
        )
      expect(book.modeFor(somebody)).toBe(expected)
      // Another process that reads what was kept knows the same.
      expect(open({ store }).modeFor(somebody)).toBe(expected)
    }),
  )
})
