import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createKeywordAutomaton } from './automaton.ts'

function find(keywords: readonly string[], text: string): string[] {
  const found: string[] = []
  createKeywordAutomaton(keywords).scan(text, (keyword, start, end) => {
    found.push(`${keyword}:${start}-${end}`)
  })
  return found
}

test('keywords that overlap and contain each other are all found', () => {
  expect(find(['he', 'she', 'hers', 'his'], 'ushers')).toEqual(['1:1-4', '0:2-4', '2:2-6'])
})

test('case makes no difference, in other scripts neither', () => {
  expect(find(['Größe', 'ΠΑΣ'], 'DIE GRÖßE, πας')).toEqual(['0:4-9', '1:11-14'])
  expect(find(['пароль'], 'ПАРОЛЬ пароль')).toEqual(['0:0-6', '0:7-13'])
})

test('an empty keyword is refused', () => {
  expect(() => createKeywordAutomaton([''])).toThrow('empty')
})

test('it finds what a search for every single keyword finds', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { minLength: 1, maxLength: 6 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'A'), maxLength: 30 }),
      (keywords, text) => {
        const lower = text.toLowerCase()
        const expected = keywords.flatMap((keyword, index) =>
          Array.from(lower, (_, at) => at)
            .filter((at) => lower.startsWith(keyword, at))
            .map((at) => `${index}:${at}-${at + keyword.length}`),
        )
        expect(find(keywords, text).toSorted()).toEqual(expected.toSorted())
      },
    ),
  )
})
