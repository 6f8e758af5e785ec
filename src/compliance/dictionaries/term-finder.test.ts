import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createTermFinder, loadDictionary } from './index.ts'
import type { DictionarySettings } from './index.ts'

function dictionary(terms: readonly string[], settings: Partial<DictionarySettings> = {}) {
  const defaults = { name: 'deals', file: 'deals.txt', minLength: 1 }
  return loadDictionary(terms.join('\n'), { ...defaults, ...settings })
}

function found(text: string, terms: readonly string[], settings?: Partial<DictionarySettings>) {
  const finder = createTermFinder([dictionary(terms, settings)])
  return finder.find(text).map(({ start, end }) => text.slice(start, end))
}

describe('a term is found', () => {
  test.each([
    ['as it is', 'about Project Falcon, then', 'Project Falcon', 'Project Falcon'],
    ['in capitals with more spaces', 'PROJECT  FALCON!', 'Project Falcon', 'PROJECT  FALCON'],
    ['with a hyphen', 'the project-falcon team', 'Project Falcon', 'project-falcon'],
    ['with other dashes', 'project–falcon', 'Project-Falcon', 'project–falcon'],
    ['with an underscore', 'project_falcon.pdf', 'Project Falcon', 'project_falcon'],
    ['over the end of a line', 'project\r\n  falcon', 'Project Falcon', 'project\r\n  falcon'],
    ['in emphasis', 'Project **Falcon**', 'Project Falcon', 'Project **Falcon'],
    ['in quotes', 'Project “Falcon” is', 'Project Falcon', 'Project “Falcon'],
    ['with another apostrophe', 'Mr O’Brien', "O'Brien", 'O’Brien'],
    ['with a possessive', "Falcon's price", 'Falcon', 'Falcon'],
    ['with a sign in it', 'at AT&T today', 'AT&T', 'AT&T'],
    ['with signs behind', 'in C++, not C', 'c++', 'C++'],
    ['with a dot in it', 'buy BRK.B now', 'BRK.B', 'BRK.B'],
    ['without accents', 'Herr Muller', 'Müller', 'Muller'],
    ['with accents apart', 'Herr Mu\u0308ller', 'Müller', 'Mu\u0308ller'],
    ['with ß as ss', 'GROSSMANN AG', 'Großmann AG', 'GROSSMANN AG'],
    ['with letters that get longer', 'İİ the İSTANBUL deal İ', 'Istanbul', 'İSTANBUL'],
    ['with a ligature', 'the ﬃce', 'ffice', 'ﬃce'],
    ['with a final sigma', 'ΟΔΥΣΣΕΥΣ', 'Οδυσσεύς', 'ΟΔΥΣΣΕΥΣ'],
    ['with invisible characters', 'Fal\u200bcon', 'Falcon', 'Fal\u200bcon'],
    ['in Cyrillic', 'Проект «Сокол»', 'проект сокол', 'Проект «Сокол'],
    ['in Chinese between letters', '关于猎鹰项目的消息', '猎鹰项目', '猎鹰项目'],
    ['in Japanese beside Latin', 'ProjectFalconのFalcon計画です', 'Falcon計画', 'Falcon計画'],
    ['in Korean before a particle', '서울은행은 좋다', '서울은행', '서울은행'],
    ['in Thai', 'ในโครงการเหยี่ยวของเรา', 'เหยี่ยว', 'เหยี่ยว'],
    ['beyond the basic plane', 'ask 𠮷野家 now', '𠮷野家', '𠮷野家'],
    ['in one word with digits', 'the A320neo order', 'a320neo', 'A320neo'],
  ])('%s', (_, text, term, expected) => {
    expect(found(text, [term])).toEqual([expected])
  })

  test('among its own beginnings', () => {
    expect(found('red red blue', ['red blue'])).toEqual(['red blue'])
    expect(found('a b a b a c', ['a b a c'])).toEqual(['a b a c'])
  })

  test('in any case but its own only when asked', () => {
    expect(found('cat CAT Cat', ['CAT'], { caseSensitive: true })).toEqual(['CAT'])
  })

  test('with its own accents only when asked', () => {
    const settings = { foldDiacritics: false }
    expect(found('Muller MÜLLER', ['Müller'], settings)).toEqual(['MÜLLER'])
  })

  test('within words only when asked', () => {
    expect(found('superfalcons', ['falcon'])).toEqual([])
    expect(found('superfalcons', ['falcon'], { wholeWords: false })).toEqual(['falcon'])
    expect(found('ProjectFalconX', ['project falcon'], { wholeWords: false })).toEqual([
      'ProjectFalcon',
    ])
  })
})

describe('a term is not found', () => {
  test.each([
    ['over the end of a sentence', 'the project. Falcon flies', 'Project Falcon'],
    ['as a part of a word', 'falconry', 'falcon'],
    ['beside a digit', 'falcon9', 'falcon'],
    ['without its sign', 'AT and T, AT T', 'AT&T'],
    ['where an accent makes another letter', 'かき', 'がき'],
  ])('%s', (_, text, term) => {
    expect(found(text, [term])).toEqual([])
  })
})

describe('several dictionaries', () => {
  const deals = dictionary(['Project Falcon', 'Falcon Two'], {
    name: 'deals',
    label: 'deal:falcon',
  })
  const birds = dictionary(['falcon', 'two'], { name: 'birds', category: 'animal', score: 0.5 })
  const finder = createTermFinder([deals, birds])

  test('are told apart, also in the same place', () => {
    const text = 'Project Falcon Two'
    expect(
      finder.find(text).map(({ label, start, end }) => [label, text.slice(start, end)]),
    ).toEqual([
      ['deal:falcon', 'Project Falcon'],
      ['deal:falcon', 'Falcon Two'],
      ['dictionary:birds', 'Falcon'],
      ['dictionary:birds', 'Two'],
    ])
  })

  test('say which labels there are', () => {
    expect(finder.labels).toEqual([
      { label: 'deal:falcon', category: 'dictionary' },
      { label: 'dictionary:birds', category: 'animal' },
    ])
  })

  test('may hold the same term', () => {
    const both = createTermFinder([deals, dictionary(['project falcon'], { name: 'more' })])
    expect(both.find('project falcon').map(({ label }) => label)).toEqual([
      'deal:falcon',
      'dictionary:more',
    ])
  })

  test('tell of a term only the longest of one dictionary', () => {
    expect(found('new york city hall', ['york', 'new york', 'new york city', 'city hall'])).toEqual(
      ['new york city', 'city hall'],
    )
  })
})

test('a term without any word of its context near scores less', () => {
  const context = { words: ['ticker', 'share price'], window: 20, scoreWithout: 0.2 }
  const tickers = dictionary(['CAT'], { caseSensitive: true, context })
  const finder = createTermFinder([tickers])
  const scores = (text: string): number[] => finder.find(text).map(({ score }) => score)
  expect(scores('the Ticker CAT')).toEqual([0.9])
  expect(scores('CAT has a SHARE-PRICE')).toEqual([0.9])
  expect(scores('CAT is a command')).toEqual([0.2])
  expect(scores('CAT, and far behind it comes a word: ticker')).toEqual([0.2])
})

test('nothing is found by a finder without dictionaries', () => {
  expect(createTermFinder([]).find('anything')).toEqual([])
})

/** Words of a text as places and folded forms, found in the plainest way. */
function wordsOf(text: string): { start: number; end: number; folded: string }[] {
  const words: { start: number; end: number; folded: string; kind: string }[] = []
  let isOpen = false
  let at = 0
  for (const character of text) {
    const start = at
    at += character.length
    const last = words.at(-1)
    const folded = character
      .normalize('NFKD')
      .replaceAll(/[\u0300-\u036f]|\p{Default_Ignorable_Code_Point}/gu, '')
      .toUpperCase()
      .toLowerCase()
      .normalize('NFC')
    const kind = /[\p{Cf}\p{M}]/u.test(character)
      ? 'attached'
      : /[\s\-–'’_*"]/.test(character)
        ? 'gap'
        : /[\p{Script=Han}\p{Script=Hangul}]/u.test(character)
          ? 'solo'
          : /[\p{L}\p{N}]/u.test(character)
            ? 'word'
            : 'sign'
    if (kind === 'attached') {
      if (isOpen && last !== undefined) last.end = at
      continue
    }
    if (kind === 'gap') isOpen = false
    else if (isOpen && kind === 'word' && last?.kind === 'word') {
      last.end = at
      last.folded += folded
    } else {
      isOpen = true
      words.push({ start, end: at, folded, kind })
    }
  }
  return words
}

/** Every place of every term, those within others left out, found by comparing everything with everything. */
function naive(text: string, terms: readonly string[]): [number, number][] {
  const words = wordsOf(text)
  const places: [number, number][] = []
  for (const term of terms) {
    const sought = wordsOf(term).map(({ folded }) => folded)
    for (let i = 0; i + sought.length <= words.length; i++) {
      if (!sought.every((word, offset) => words[i + offset]?.folded === word)) continue
      places.push([words[i]?.start ?? 0, words[i + sought.length - 1]?.end ?? 0])
    }
  }
  const unique = [...new Map(places.map((place) => [place.join(), place])).values()]
  return unique
    .filter(
      ([start, end]) =>
        !unique.some(([from, to]) => from <= start && end <= to && (from !== start || to !== end)),
    )
    .toSorted(([a], [b]) => a - b)
}

const pieces = ['a', 'b', 'A', 'é', 'e\u0301', 'ß', 'ss', 'İ', '1', ' ', '-', '’', '*', '.', '&']
const strange = ['東', '京', '가', '😀', '\u200b', '\u0301', '𠮷', '\ud83d', 'ё', 'ﬁ']
const unit = fc.constantFrom(...pieces, ...pieces, ...strange)
const written = (maxLength: number) =>
  fc.array(unit, { minLength: 1, maxLength }).map((parts) => parts.join(''))

describe('for all terms and texts', () => {
  test('exactly what the plainest search finds is found', () => {
    fc.assert(
      fc.property(
        fc.array(written(6), { minLength: 1, maxLength: 8 }),
        written(60),
        (some, text) => {
          // What the view changes is sought in both forms, which the plain search does not know.
          const terms = some.filter(
            (term) => wordsOf(term).length > 0 && !/[\\#\ud83d*&İ]/.test(term),
          )
          fc.pre(terms.every((term) => term.trim() === term) && terms.length > 0)
          const finder = createTermFinder([dictionary(terms)])
          expect(
            finder.find(text).map(({ start, end }) => [start, end] as [number, number]),
          ).toEqual(naive(text, terms))
        },
      ),
      { numRuns: 1500 },
    )
  })

  test('a term is found in itself, in capitals, and between other words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (term) => {
        fc.pre(
          /[\p{L}\p{N}]/u.test(term) && !/[\s\\#ŉ\p{Default_Ignorable_Code_Point}]/u.test(term),
        )
        const finder = createTermFinder([dictionary([term])])
        for (const form of [term, term.toUpperCase(), term.toLowerCase()]) {
          expect(finder.find(`x ${form} y`).length).toBeGreaterThan(0)
        }
      }),
    )
  })
})

describe('time', () => {
  /** The best of some rounds, in ms. */
  function timeOf(work: () => unknown): number {
    let best = Infinity
    for (let round = 0; round < 5; round++) {
      const start = performance.now()
      work()
      best = Math.min(best, performance.now() - start)
    }
    return best
  }

  const rows = Array.from({ length: 200 }, (_, length) => 'a '.repeat(length + 1).trim())
  test.each([
    ['terms within each other', rows, 'a '],
    ['a long term that nearly begins everywhere', [`${rows[198]} b`], 'a '],
    ['many dictionaries in turn', rows, 'a-'],
    ['one long word', ['a'], 'a'],
    ['letters one by one', ['東'.repeat(199) + '京'], '東'],
    ['accents without end', ['a'], '\u0301'],
  ])('does not grow faster than the text: %s', (_, terms, repeated) => {
    const finder = createTermFinder([
      dictionary(terms, { name: 'one' }),
      dictionary(
        terms.filter((_term, index) => index % 2 === 0),
        { name: 'two' },
      ),
    ])
    const short = repeated.repeat(50_000 / repeated.length)
    timeOf(() => finder.find(short))
    const [one, four] = [short, short.repeat(4)].map((text) => timeOf(() => finder.find(text)))
    expect(four).toBeLessThan(Math.max(12 * (one ?? 0), 100))
  })
})
