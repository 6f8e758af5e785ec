import { describe, expect, test } from 'bun:test'
import type { Frame } from '../core/channel.ts'
import { withPauses } from './realtime-pauses.ts'

async function* spoken(...pausesMs: readonly number[]): AsyncGenerator<Frame> {
  for (const pause of pausesMs) {
    await Bun.sleep(pause)
    yield `after ${pause}`
  }
}

describe('a pause', () => {
  test('is told of once, while something is held back', async () => {
    const told = await Array.fromAsync(withPauses(spoken(0, 250, 0), () => true))
    expect(told).toEqual(['after 0', undefined, 'after 250', 'after 0'])
  })

  test('is nobody’s concern while nothing is held back', async () => {
    const told = await Array.fromAsync(withPauses(spoken(0, 150), () => false))
    expect(told).toEqual(['after 0', 'after 150'])
  })

  test('does not hide that the source failed', async () => {
    async function* failing(): AsyncGenerator<Frame> {
      yield 'first'
      throw new Error('broken')
    }
    const told = Array.fromAsync(withPauses(failing(), () => true))
    expect(await told.catch((error: unknown) => String(error))).toBe('Error: broken')
  })
})
