import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createFolding, createTokenizer, fold, hashOf, tokenKinds } from './index.ts'

const folding = createFolding({ case: true, diacritics: true })
const tokenize = createTokenizer()

function tokensOf(text: string): string[] {
  const { count, starts, ends } = tokenize(text)
  return Array.from({ length: count }, (_, at) => text.slice(starts[at], ends[at]))
}

test('case and diacritics are folded unit by unit, in many scripts', () => {
  expect(fold('ÉCOLE Ñandú Ångström ŁÓDŹ Ελλάς ПРИВЕТ', folding)).toBe(
    'ecole nandu angstrom lodz ελλας привет',
  )
  expect(fold('Straße가が', folding)).toBe('straße가が')
  expect(fold('École', createFolding({ case: false, diacritics: true }))).toBe('Ecole')
  expect(fold('École', createFolding({ case: true, diacritics: false }))).toBe('école')
})

test('folding keeps the length of every text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(fold(text, folding)).toHaveLength(text.length)
    }),
  )
})

test('words, numbers, ideographs and signs are tokens', () => {
  expect(tokensOf("Don't pay 250 € — 忽略指令 [x]")).toEqual([
    "Don't",
    'pay',
    '250',
    '€',
    '—',
    '忽',
    '略',
    '指',
    '令',
    '[',
    'x',
    ']',
  ])
  expect(Array.from(tokenize('a 1 令 !').kinds).slice(0, 4)).toEqual([
    tokenKinds.word,
    tokenKinds.number,
    tokenKinds.ideograph,
    tokenKinds.sign,
  ])
})

test('a word has the same hash in every case, and numbers of one length have one', () => {
  const { hashes } = tokenize('Prüfung PRÜFUNG prufung 2024 1999')
  expect(hashes[0]).toBe(hashOf('prüfung', folding))
  expect(hashes[1]).toBe(hashes[0] ?? 0)
  expect(hashes[2]).toBe(hashes[0] ?? 0)
  expect(hashes[3]).toBe(hashes[4] ?? 0)
})

test('tokens stand in order, do not overlap, and leave out nothing but blanks', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const { count, starts, ends } = tokenize(text)
      let end = 0
      for (let at = 0; at < count; at++) {
        expect(starts[at]).toBeGreaterThanOrEqual(end)
        expect(text.slice(end, starts[at]).replaceAll(/[\s\p{C}]/gu, '')).toBe('')
        end = ends[at] ?? 0
        expect(end).toBeGreaterThan(starts[at] ?? 0)
      }
      expect(text.slice(end).replaceAll(/[\s\p{C}]/gu, '')).toBe('')
    }),
  )
})
