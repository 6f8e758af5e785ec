import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { makePrincipal } from '../../test/support/question.ts'
import { createTurnStore } from './turn-store.ts'
import type { Turn, TurnLimits } from './turn-store.ts'

const ana = makePrincipal({ id: 'ana' })
const eve = makePrincipal({ id: 'eve' })

function open(more: Partial<TurnLimits> = {}) {
  const time = { now: 0 }
  const limits = { maxBytes: 100_000, maxResponses: 100, maxResponseBytes: 50_000, ttlMs: 1000 }
  const store = createTurnStore({
    clock: { monotonic: () => time.now },
    limits: () => ({ ...limits, ...more }),
  })
  return { store, time }
}

function turn(id: string, parent?: Turn, bytes = 100): Turn {
  return {
    id,
    parent,
    input: new Uint8Array(bytes),
    response: new Uint8Array(bytes),
    itemCount: (parent?.itemCount ?? 0) + 2,
    itemIds: [`item-of-${id}`],
  }
}

describe('a kept turn', () => {
  test('is there for its principal, by its id and by that of an item, and for nobody else', () => {
    const { store } = open()
    const kept = turn('r1')
    expect(store.keep(kept, ana)).toBe(true)
    expect(store.find('r1', ana)).toBe(kept)
    expect(store.findByItem('item-of-r1', ana)).toBe(kept)
    const others = [eve, makePrincipal({ id: 'ana', tenant: 'other' })]
    for (const other of others) {
      expect(store.find('r1', other)).toBeUndefined()
      expect(store.findByItem('item-of-r1', other)).toBeUndefined()
      expect(store.forget('r1', other)).toBe(false)
    }
    expect(store.find('r1', ana)).toBe(kept)
  })

  test('of the same id as another’s is each one’s own', () => {
    const { store } = open()
    const [hers, evil] = [turn('r1'), turn('r1')]
    store.keep(hers, ana)
    store.keep(evil, eve)
    expect(store.find('r1', ana)).toBe(hers)
    expect(store.find('r1', eve)).toBe(evil)
  })

  test('ends when it was not named for its time, and lives on each time it is', () => {
    const { store, time } = open()
    store.keep(turn('r1'), ana)
    store.keep(turn('r2'), ana)
    time.now = 900
    expect(store.find('r1', ana)).toBeDefined()
    time.now = 1500
    expect(store.find('r2', ana)).toBeUndefined()
    expect(store.findByItem('item-of-r2', ana)).toBeUndefined()
    expect(store.find('r1', ana)).toBeDefined()
    time.now = 3000
    expect(store.size()).toEqual({ responses: 0, bytes: 0 })
  })

  test('goes when there are too many, the longest unused first', () => {
    const { store } = open({ maxResponses: 2 })
    store.keep(turn('r1'), ana)
    store.keep(turn('r2'), ana)
    store.find('r1', ana)
    store.keep(turn('r3'), ana)
    expect(store.find('r2', ana)).toBeUndefined()
    expect(store.find('r1', ana)).toBeDefined()
    expect(store.find('r3', ana)).toBeDefined()
  })

  test('is not kept at all when it is too large, or nothing may be kept', () => {
    expect(open({ maxResponseBytes: 1024 }).store.keep(turn('r1', undefined, 2000), ana)).toBe(
      false,
    )
    expect(open({ maxBytes: 0 }).store.keep(turn('r1'), ana)).toBe(false)
    expect(open({ maxResponses: 0 }).store.keep(turn('r1'), ana)).toBe(false)
  })

  test('stays behind those that go on from it, and is paid for as long', () => {
    const { store } = open()
    const first = turn('r1')
    const second = turn('r2', first)
    store.keep(first, ana)
    const one = store.size().bytes
    store.keep(second, ana)
    expect(store.size().bytes).toBe(2 * one)
    expect(store.forget('r1', ana)).toBe(true)
    expect(store.find('r1', ana)).toBeUndefined()
    expect(store.find('r2', ana)?.parent).toBe(first)
    expect(store.size()).toEqual({ responses: 1, bytes: 2 * one })
    store.forget('r2', ana)
    expect(store.size()).toEqual({ responses: 0, bytes: 0 })
  })
})

test('whatever is kept, named and forgotten: the limits hold, and the count is that of what is held', () => {
  const step = fc.record({
    do: fc.constantFrom('keep', 'keep', 'find', 'forget', 'wait'),
    id: fc.nat({ max: 8 }),
    parent: fc.nat({ max: 8 }),
    bytes: fc.nat({ max: 4000 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { store, time } = open({ maxBytes: 20_000, maxResponses: 5, maxResponseBytes: 9000 })
      for (const { do: what, id, parent, bytes } of steps) {
        if (what === 'keep') {
          store.keep(turn(`r${id}`, store.find(`r${parent}`, ana), bytes), ana)
        }
        if (what === 'find') store.find(`r${id}`, ana)
        if (what === 'forget') store.forget(`r${id}`, ana)
        if (what === 'wait') time.now += 100 * id
        const held = new Set<Turn>()
        const { bytes: counted, responses } = store.size()
        for (let index = 0; index <= 8; index++) {
          let each = store.find(`r${index}`, ana)
          for (; each !== undefined; each = each.parent) held.add(each)
        }
        const real = [...held].reduce((sum, each) => sum + 2 * each.input.byteLength + 640, 0)
        expect(counted).toBe(real)
        expect(counted).toBeLessThanOrEqual(20_000)
        expect(responses).toBeLessThanOrEqual(5)
      }
    }),
  )
})
