import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { TextPlace } from './finders.ts'
import { lookAt } from './look.ts'
import { Pace } from './pace.ts'
import { toyParts, toyPolicy } from './testing/rig.ts'

const place: TextPlace = { role: 'user', kind: 'text', direction: 'request' }
const card = '4539 5787 6362 1486'

test('a value is found wherever it stands in a long text, once', async () => {
  const filler = 'Nothing of interest here, only words and more words. 😀 '
  const place1 = fc.integer({ min: 0, max: 200_000 })
  await fc.assert(
    fc.asyncProperty(place1, async (at) => {
      const text = filler.repeat(5_000)
      const from = text.lastIndexOf(' ', at) + 1
      const whole = `${text.slice(0, from)}${card} ${text.slice(from)}`
      const parts = toyParts(toyPolicy({ 'payment-card': 'redact' }))
      const { findings } = await lookAt(whole, place, parts, new Pace(10_000))
      const found = findings.filter(({ label }) => label === 'payment-card')
      expect(found.map(({ start, end }) => whole.slice(start, end))).toEqual([card])
    }),
    { numRuns: 8, examples: [[65_530], [57_344], [122_880], [0]] },
  )
})

test('others get their turn while a long text is looked through', async () => {
  let turns = 0
  const timer = setInterval(() => (turns += 1), 1)
  const parts = toyParts(toyPolicy({}))
  const text = 'Call 555-0100 or write to a@b.example about order 12345678. '.repeat(20_000)
  await lookAt(text, place, parts, new Pace(60_000))
  clearInterval(timer)
  expect(turns).toBeGreaterThan(2)
})

test('what takes too long is denied', () => {
  const parts = toyParts(toyPolicy({}))
  const text = 'Call 555-0100 or write to a@b.example about order 12345678. '.repeat(20_000)
  expect(lookAt(text, place, parts, new Pace(0))).rejects.toMatchObject({
    code: 'compliance_unavailable',
  })
})
