import { expect, test } from 'bun:test'
import type { TextPlace } from './finders.ts'
import { Memo } from './memo.ts'

const place: TextPlace = { role: 'user', kind: 'text', direction: 'request' }
const finding = { label: 'a', category: 'b', start: 0, end: 1, score: 1, detector: 'a' }

test('long texts are remembered by what they say and where they stand, short ones are not', () => {
  const memo = new Memo()
  const text = 'x'.repeat(600)
  const key = memo.keyOf(text, place) ?? ''
  expect(key).not.toContain('xxx')
  expect(memo.keyOf('x', place)).toBeUndefined()
  expect(memo.keyOf(text, { ...place, role: 'tool' })).not.toBe(key)
  expect(memo.keyOf(`${text}y`, place)).not.toBe(key)
  memo.set(key, { findings: [finding], labels: [] })
  expect(memo.get(key)?.findings).toEqual([finding])
})

test('the longest unused go when there are too many, or too much was found in them', () => {
  const memo = new Memo()
  const findings = Array.from({ length: 90_000 }, () => finding)
  memo.set('a', { findings, labels: [] })
  memo.set('b', { findings, labels: [] })
  memo.get('a')
  memo.set('c', { findings, labels: [] })
  expect([memo.get('a'), memo.get('b'), memo.get('c')].map((found) => found !== undefined)).toEqual(
    [true, false, true],
  )
  for (let index = 0; index < 20_010; index++) memo.set(`${index}`, { findings: [], labels: [] })
  expect(memo.size).toBe(20_000)
})
