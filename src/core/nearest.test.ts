import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { nearest } from './nearest.ts'

test('the nearest name is suggested, whatever its case, and none that is far off', () => {
  const names = ['gpt-4o', 'gpt-4o-mini', 'claude-sonnet']
  expect(nearest('GPT4o', names)).toBe('gpt-4o')
  expect(nearest('gpt-4o-mni', names)).toBe('gpt-4o-mini')
  expect(nearest('gemini', names)).toBeUndefined()
  expect(nearest('x', [])).toBeUndefined()
  expect(nearest('gpt-4o', ['gpt-4o-', 'gpt-4o'])).toBe('gpt-4o')
})

/** Edit distance by its definition. */
function distance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length
  const [x, y] = [a.slice(1), b.slice(1)]
  if (a[0] === b[0]) return distance(x, y)
  return 1 + Math.min(distance(x, y), distance(a, y), distance(x, b))
}

test('it is the one a full comparison would find', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 })
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 5 }), (name, names) => {
      const close = names
        .map((each) => ({ each, apart: distance(name, each) }))
        .filter(({ each, apart }) => apart <= Math.max(name.length, each.length) / 3)
      const least = Math.min(...close.map(({ apart }) => apart))
      expect(nearest(name, names)).toBe(close.find(({ apart }) => apart === least)?.each)
    }),
    { numRuns: 1000 },
  )
})
