import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { overlapOf, patternsOverlap } from './pattern-overlap.ts'
import { matchesPattern } from './patterns.ts'

describe('patternsOverlap', () => {
  test.each([
    ['deal:falcon', 'deal:falcon', true],
    ['deal:falcon', 'deal:eagle', false],
    ['deal:*', 'deal:falcon', true],
    ['deal:falcon*', 'deal:*', true],
    ['deal:*', 'client:*', false],
    ['*:falcon', 'deal:*', true],
    ['a*b', 'a*c', false],
    ['a*bc', 'ab*c', true],
    ['*', '', true],
    ['**', '*', true],
  ])('%j and %j: %j', (first, second, expected) => {
    expect(patternsOverlap(first, second)).toBe(expected)
    expect(patternsOverlap(second, first)).toBe(expected)
  })

  test('agrees with looking for a name that matches both', () => {
    const names: string[] = ['']
    for (let from = 0; names.length < 2_000; from++)
      names.push(`${names[from]}a`, `${names[from]}b`)
    const pattern = fc
      .array(fc.constantFrom('a', 'b', '*'), { maxLength: 5 })
      .map((symbols) => symbols.join(''))
    fc.assert(
      fc.property(pattern, pattern, (first, second) => {
        const common = names.some(
          (name) => matchesPattern(first, name) && matchesPattern(second, name),
        )
        expect(patternsOverlap(first, second)).toBe(common)
      }),
    )
  })
})

test('overlapOf names the first two that overlap', () => {
  expect(overlapOf(['a', 'deal:*'], ['b', 'deal:x'])).toEqual(['deal:*', 'deal:x'])
  expect(overlapOf(['a'], [])).toBeUndefined()
})
