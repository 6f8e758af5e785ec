import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createLaneMemory } from './memory.ts'

const clockAt = (at: { now: number }) => ({ monotonic: () => at.now })

test('a conversation is remembered for its time, anew with each call, and for its route alone', () => {
  const at = { now: 0 }
  const memory = createLaneMemory(clockAt(at))
  memory.keep('a', 7, 100)
  expect(memory.isCapable('b', 7, 100)).toBe(false)
  expect(memory.isCapable('a', 8, 100)).toBe(false)
  at.now = 99
  expect(memory.isCapable('a', 7, 100)).toBe(true)
  at.now = 198
  expect(memory.isCapable('a', 7, 100)).toBe(true)
  at.now = 298
  expect(memory.isCapable('a', 7, 100)).toBe(false)
  expect(memory.size).toBe(0)
})

test('a conversation can be forgotten', () => {
  const memory = createLaneMemory(clockAt({ now: 0 }))
  memory.keep('a', 7, 100)
  memory.forget('a', 7)
  expect(memory.isCapable('a', 7, 100)).toBe(false)
})

test('there are never more than there may be, and the least used goes first', () => {
  const memory = createLaneMemory(clockAt({ now: 0 }), 3)
  for (const conversation of [1, 2, 3]) memory.keep('a', conversation, 100)
  expect(memory.isCapable('a', 1, 100)).toBe(true)
  memory.keep('a', 4, 100)
  expect([1, 2, 3, 4].filter((each) => memory.isCapable('a', each, 100))).toEqual([1, 3, 4])
  fc.assert(
    fc.property(fc.array(fc.nat(2 ** 32 - 1)), (conversations) => {
      for (const each of conversations) memory.keep('b', each, 100)
      expect(memory.size).toBeLessThanOrEqual(3)
      const last = conversations.at(-1)
      if (last !== undefined) expect(memory.isCapable('b', last, 100)).toBe(true)
    }),
  )
})
