import { describe, expect, test } from 'bun:test'
import { WaitingCalls } from './waiting-calls.ts'

describe('calls that wait for their results', () => {
  test('are found by id, by name or by how long they wait, each once', () => {
    const calls = new WaitingCalls()
    calls.add('a', 'f')
    calls.add('b', 'f')
    calls.add('c', 'g')
    calls.add('d', 'f')
    expect(calls.count).toBe(4)
    expect(calls.takeById('b')).toBe('b')
    expect(calls.takeById('b')).toBeUndefined()
    expect(calls.takeByName('f')).toBe('a')
    expect(calls.takeAny()).toBe('c')
    expect(calls.takeByName('f')).toBe('d')
    expect(calls.takeAny()).toBeUndefined()
    expect(calls.takeByName('h')).toBeUndefined()
  })

  test('are found quickly, however many there are', () => {
    const calls = new WaitingCalls()
    const count = 200_000
    const startedAt = performance.now()
    for (let call = 0; call < count; call++) calls.add(`${call % 2}`, 'f')
    for (let call = 0; call < count; call += 2) {
      calls.takeById('1')
      calls.takeByName('f')
    }
    expect(calls.takeAny()).toBeUndefined()
    expect(performance.now() - startedAt).toBeLessThan(3000)
  })
})
