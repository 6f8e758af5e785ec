import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { SlidingWindow } from './sliding-window.ts'

test('a sliding window counts what happened in its last tenths, whatever the times', () => {
  const event = fc.record({
    afterMs: fc.nat({ max: 4000 }),
    outcome: fc.constantFrom('failed', 'succeeded'),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 100 }), (events) => {
      const window = new SlidingWindow(10_000)
      const seen: { readonly at: number; readonly outcome: string }[] = []
      let now = 0
      for (const { afterMs, outcome } of events) {
        now += afterMs
        window.add(outcome === 'failed' ? 'failed' : 'succeeded', now)
        seen.push({ at: now, outcome })
        const oldest = (Math.floor(now / 1000) - 9) * 1000
        const counted = seen.filter(({ at }) => at >= oldest)
        for (const kind of ['failed', 'succeeded'] as const) {
          expect(window.count(kind, now)).toBe(
            counted.filter((each) => each.outcome === kind).length,
          )
        }
      }
      expect(window.count('failed', now + 11_000)).toBe(0)
    }),
  )
})

test('a sliding window of another length starts anew', () => {
  const window = new SlidingWindow(10_000)
  window.add('failed', 5000)
  window.resize(10_000)
  expect(window.count('failed', 5000)).toBe(1)
  window.resize(20_000)
  expect(window.count('failed', 5000)).toBe(0)
})
