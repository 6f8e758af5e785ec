import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { joinTexts, rangesIn } from './joined.ts'

const parts = fc.array(fc.string({ maxLength: 4 }), { minLength: 1, maxLength: 12 })

test('a range of a joined text is what its parts hold of it, also where parts are empty', () => {
  fc.assert(
    fc.property(
      parts,
      fc.constantFrom('', '\n'),
      fc.nat(60),
      fc.nat(60),
      (texts, separator, a, b) => {
        const segments = texts.map((text, number) => ({
          place: `${number}`,
          role: 'user' as const,
          direction: 'request' as const,
          kind: 'text' as const,
          text,
        }))
        const joined = joinTexts(segments, { numbers: texts.map((_, number) => number), separator })
        const [start, end] = [Math.min(a, b), Math.max(a, b)]
        const found = rangesIn(joined, { start, end })
        const plain = joined.parts.flatMap((part) => {
          const from = Math.max(start, part.start)
          const to = Math.min(end, part.end)
          if (from >= to) return []
          return [{ segment: part.segment, start: from - part.start, end: to - part.start }]
        })
        expect(found).toEqual(plain)
      },
    ),
  )
})

test('the parts of a hundred thousand findings in as many parts are found at once', () => {
  const count = 100_000
  const segments = Array.from({ length: count }, (_, number) => ({
    place: `${number}`,
    role: 'user' as const,
    direction: 'request' as const,
    kind: 'text' as const,
    text: 'a@b.de ',
  }))
  const numbers = segments.map((_, number) => number)
  const joined = joinTexts(segments, { numbers, separator: '' })
  const startedAt = performance.now()
  for (let at = 0; at < count; at++) rangesIn(joined, { start: at * 7 + 1, end: at * 7 + 9 })
  expect(performance.now() - startedAt).toBeLessThan(1_000)
})
