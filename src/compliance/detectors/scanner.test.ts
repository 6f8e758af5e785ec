import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { Finding } from '../../core/decision.ts'
import { viewOf } from '../normalise/index.ts'
import type { Detector } from '../types.ts'
import type { FormatDetector } from './contract.ts'
import { compileFormats, grouped } from './format-automaton.ts'
import { createScanner, findAll, identifierDetectors, resolve, sightingsIn } from './index.ts'

const scanner = createScanner(identifierDetectors)

/** Finds codes such as `ab-12`, for looking at the scanner alone. */
const code: FormatDetector = {
  label: 'code',
  category: 'test',
  formats: grouped('AA-99'),
  context: ['code', 'secret code', 'geheimzahl', '暗号'],
  rate: (value) => (value.endsWith('00') ? 0 : 0.4),
}

function scan(text: string, detector: FormatDetector = code): [string, number][] {
  return createScanner([detector])
    .scan(text)
    .map(({ start, end, score }) => [text.slice(start, end), score])
}

describe('formats', () => {
  test('stand for all the ways they name', () => {
    expect(grouped('99-9')).toEqual(['99-9', '99 9', '999'])
    expect(scan('an ab-12, cd 34 and ef56 too, gh00 not').map(([value]) => value)).toEqual([
      'ab-12',
      'cd 34',
      'ef56',
    ])
  })

  test('of unknown characters are refused', () => {
    expect(() => compileFormats([{ format: '9?9', owner: 0 }])).toThrow('9?9')
  })

  test('must stand apart from letters and digits', () => {
    expect(scan('xab12 ab123 ab_12 x_ab12 ab12_x and so on')).toEqual([])
    expect(scan('so on and on with *ab12* and _ab12_ here').map(([value]) => value)).toEqual([
      'ab12',
      'ab12',
    ])
  })

  test('that are part of something longer count less', () => {
    const [[, apart] = ['', 0]] = scan('we saw ab12 here and there again')
    const [[, embedded] = ['', 0]] = scan('we saw secret code 9f-ab12-77 here and there again')
    expect(apart).toBe(0.4)
    expect(embedded).toBeLessThan(0.5)
  })
})

describe('context', () => {
  const scoreOf = (text: string): number => scan(text)[0]?.[1] ?? 0

  test.each([
    'the code ab12 is here to stay',
    'the CODES ab12 are here to stay',
    '{"userCode": "ab12", "more": "of it all"}',
    'secret_code=ab12 and more of it all',
    'die Geheimzahl lautet ab12 und mehr',
    'ab12 is my secret code, more or less',
    'それは暗号です: ab12 more of it all',
  ])('raises the score: %s', (text) => {
    expect(scoreOf(text)).toBeGreaterThan(0.7)
  })

  test.each([
    `the code is written down somewhere far away in a book, on a page that nobody reads: ab12 more words`,
    'the decode ab12 is here to stay',
    'ab12 stands here far away from any word that speaks for it, such as code',
  ])('is of no use far away or inside other words: %s', (text) => {
    expect(scoreOf(text)).toBe(0.4)
  })

  test('nearer counts more', () => {
    expect(scoreOf('code ab12 of ours and others')).toBeGreaterThan(
      scoreOf('code or something of ours like ab12 of others'),
    )
  })

  test('words of other things lower the score', () => {
    expect(scoreOf('the order ab12 has been sent')).toBeLessThan(0.3)
  })

  test('a field that holds nothing else speaks for its value', () => {
    expect(scoreOf('ab12')).toBeCloseTo(0.6)
    expect(scoreOf('ab12, cd34')).toBeCloseTo(0.6)
  })
})

describe('a scanner', () => {
  test('runs detectors of any kind', () => {
    const plain: Detector = {
      label: 'plain',
      category: 'test',
      find: (text) =>
        text.includes('x')
          ? [{ start: text.indexOf('x'), end: text.indexOf('x') + 1, score: 0.9 }]
          : [],
    }
    const results = createScanner([plain, code]).scan('ab12 x')
    expect(results.map(({ detector }) => detector.label).toSorted()).toEqual(['code', 'plain'])
  })

  test('finds what is written in a disguise, in the original', () => {
    const text = 'card ４０１２-８８８８-８８８８-１８８１, mail aW5mb0BleGFtcGxlLm9yZw== ok'
    const found = findAll(viewOf(text), scanner).map(({ label, start, end }) => [
      label,
      text.slice(start, end),
    ])
    expect(found).toEqual([
      ['payment-card', '４０１２-８８８８-８８８８-１８８１'],
      ['email', 'aW5mb0BleGFtcGxlLm9yZw=='],
    ])
  })

  test('keeps every label that a value may have until it is resolved', () => {
    const view = viewOf('NPI or telephone: 234-567-8901')
    const labels = sightingsIn(view, scanner).map(({ label }) => label)
    expect(labels).toContain('phone')
    expect(findAll(view, scanner)).toHaveLength(1)
  })

  test('every label is one word of lower case and known once', () => {
    const labels = identifierDetectors.map(({ label }) => label)
    expect(new Set(labels).size).toBe(labels.length)
    for (const label of labels) expect(label).toMatch(/^[a-z]+(-[a-z]+)*$/)
  })

  test('never throws and stays within the text', () => {
    const texts = fc
      .array(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 8 }),
          fc.constantFrom(
            '4012 8888 ',
            '+1 (415) ',
            '@',
            'a.b',
            '::1',
            '1.2.3',
            '(at)',
            'GB82 ',
            '-',
            '/',
            '0x',
            'SSN ',
            'May 5, 19',
            '99',
          ),
        ),
        { maxLength: 20 },
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(texts, (text) => {
        for (const { start, end, score } of sightingsIn(viewOf(text), scanner)) {
          expect(start).toBeGreaterThanOrEqual(0)
          expect(end).toBeGreaterThan(start)
          expect(end).toBeLessThanOrEqual(text.length)
          expect(score).toBeGreaterThan(0)
          expect(score).toBeLessThan(1)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

const finding = fc.record({
  label: fc.constantFrom('a', 'b', 'c'),
  category: fc.constant('test'),
  start: fc.nat({ max: 40 }),
  length: fc.integer({ min: 1, max: 12 }),
  score: fc.constantFrom(0.3, 0.5, 0.9),
})

const findings = fc.array(finding, { maxLength: 24 }).map((list) =>
  list.map(({ length, ...rest }): Finding => ({
    ...rest,
    end: rest.start + length,
    detector: rest.label,
  })),
)

describe('resolve', () => {
  test('takes the best score, then the longest', () => {
    const make = (label: string, start: number, end: number, score: number): Finding => ({
      label,
      category: 't',
      start,
      end,
      score,
      detector: label,
    })
    expect(resolve([make('a', 0, 9, 0.5), make('b', 3, 6, 0.9)]).map(({ label }) => label)).toEqual(
      ['b'],
    )
    expect(resolve([make('a', 3, 6, 0.5), make('b', 0, 9, 0.5)]).map(({ label }) => label)).toEqual(
      ['b'],
    )
    expect(resolve([make('b', 0, 9, 0.5), make('a', 0, 9, 0.5)]).map(({ label }) => label)).toEqual(
      ['a'],
    )
  })

  test('leaves findings in order and apart, whatever order they came in', () => {
    fc.assert(
      fc.property(findings, fc.integer(), (list, seed) => {
        const resolved = resolve(list)
        for (const [index, one] of resolved.slice(1).entries()) {
          expect(one.start).toBeGreaterThanOrEqual(resolved[index]?.end ?? 0)
        }
        const shuffled = list.toSorted(
          (a, b) => ((a.start * 31 + a.end + seed) % 7) - ((b.start * 31 + b.end + seed) % 7),
        )
        expect(resolve(shuffled)).toEqual(resolved)
      }),
    )
  })

  test('every finding left out gives way to one at least as good', () => {
    fc.assert(
      fc.property(findings, (list) => {
        const resolved = resolve(list)
        for (const one of list) {
          expect(
            resolved.some(
              (other) => other.score >= one.score && other.start < one.end && one.start < other.end,
            ),
          ).toBe(true)
        }
      }),
    )
  })
})
