import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { PatternError, createPatternCompiler } from './index.ts'
import type { PatternSource } from './index.ts'

const compiler = createPatternCompiler()

function find(pattern: string, text: string, flags = ''): string[] {
  return compiler
    .compile([{ pattern, flags }])
    .find(text)
    .map(({ start, end }) => text.slice(start, end))
}

describe('what patterns mean', () => {
  test.each([
    ['a|ab|abc', 'xabcx', ['abc']],
    ['PRJ-\\d{4,6}', 'see PRJ-0012 and PRJ-1234567', ['PRJ-0012', 'PRJ-123456']],
    ['\\bcat\\b', 'cat concat cat', ['cat', 'cat']],
    ['\\Bcat', 'cat concat', ['cat']],
    ['^ab$', 'ab', ['ab']],
    ['^ab$', 'ab\nab', []],
    ['[^a-y\\s]+', 'lazy zzz', ['z', 'zzz']],
    ['\\p{Lu}\\p{Ll}+', 'Ärger in Ωmega, not in ÄÖ', ['Ärger', 'Ωmega']],
    ['\\p{Script=Greek}+', 'αβγ abc δ', ['αβγ', 'δ']],
    ['(?:ab){2}', 'ababab', ['abab']],
    ['(?<year>20\\d\\d)-[01]\\d', 'on 2024-05 and 1999-05', ['2024-05']],
    ['😀+', 'x😀😀y😀', ['😀😀', '😀']],
    ['.', '😀a\n', ['😀', 'a']],
    ['[😀-😂]', '😁😎', ['😁']],
    ['\\u{1F600}|\\x41|\\u0042', 'AB😀', ['A', 'B', '😀']],
    ['a.c', 'a\nc abc', ['abc']],
    ['[]|x', 'x', ['x']],
    ['[^]', '\n', ['\n']],
    ['[\\]\\-^]+', 'a]-^b', [']-^']],
  ])('%s in %j', (pattern, text, expected) => {
    expect(find(pattern, text)).toEqual(expected)
  })

  test('flags change what letters, dots and anchors mean', () => {
    expect(find('straße', 'STRAẞE Straße', 'i')).toEqual(['STRAẞE', 'Straße'])
    expect(find('[a-c]+', 'aBCd', 'i')).toEqual(['aBC'])
    expect(find('[^k]', 'kK\u212a', 'i')).toEqual([])
    expect(find('a.c', 'a\nc', 's')).toEqual(['a\nc'])
    expect(find('^ab$', 'ab\nab', 'm')).toEqual(['ab', 'ab'])
  })

  test('patterns of a set are found by themselves, whether they overlap or not', () => {
    const set = compiler.compile([{ pattern: 'abc' }, { pattern: 'bcd' }, { pattern: 'x' }])
    expect(set.find('abcd abc')).toEqual([
      { pattern: 0, start: 0, end: 3 },
      { pattern: 0, start: 5, end: 8 },
      { pattern: 1, start: 1, end: 4 },
    ])
  })
})

describe('what is refused, with place and cure', () => {
  test.each([
    ['(a)\\1', 3, 'back-references'],
    ['\\k<a>', 0, 'back-references'],
    ['x(?=y)', 1, 'look-ahead'],
    ['x(?!y)', 1, 'look-ahead'],
    ['(?<=y)x', 0, 'look-behind'],
    ['(?>a)', 0, 'atomic'],
    ['(?i)a', 0, 'modifiers'],
    ['a*?', 2, 'lazy'],
    ['a++', 2, 'lazy and possessive'],
    ['a{2}{3}', 7, 'two quantifiers'],
    ['*a', 0, 'nothing before it'],
    ['a{2,1}', 1, 'wrong way round'],
    ['a{1001}', 1, 'above 1000'],
    ['a{x', 1, 'no quantifier'],
    ['(ab', 0, 'does not end'],
    ['ab)', 2, 'closing bracket'],
    ['[ab', 0, 'does not end'],
    ['[z-a]', 1, 'before it begins'],
    ['[\\d-z]', 1, 'no single character'],
    ['\\p{Nonsense}', 0, 'unknown property'],
    ['\\q', 0, 'means nothing'],
    ['\\u{110000}', 0, 'character that is none'],
    ['\\', 1, 'in the midst'],
    ['\\b+', 0, 'cannot be repeated'],
    ['a*', 0, 'empty text'],
    ['\\b|^', 0, 'empty text'],
    ['(?:(?:a{1,1000}){1,1000}){1,1000}b', 0, 'states'],
    ['('.repeat(300) + 'a' + ')'.repeat(300), 200, 'nested'],
  ])('%s', (pattern, position, problem) => {
    let error: unknown
    try {
      compiler.check({ pattern })
    } catch (caught) {
      error = caught
    }
    expect(error).toBeInstanceOf(PatternError)
    expect(error).toMatchObject({ position, message: expect.stringContaining(problem) })
    expect((error as PatternError).cure).not.toBe('')
  })

  test('unknown flags and endless patterns', () => {
    expect(() => compiler.check({ pattern: 'a', flags: 'g' })).toThrow('flag g is unknown')
    expect(() => compiler.check({ pattern: 'a'.repeat(5_000) })).toThrow('longer than')
  })
})

/** Finds leftmost-longest matches with the runtime: asks for every start and end whether there is a match. */
function findByRuntime({ pattern, flags = '' }: PatternSource, text: string): [number, number][] {
  const matches: [number, number][] = []
  const places = [...Array.from(text), ''].reduce<number[]>(
    (all, unit) => [...all, (all.at(-1) ?? 0) + unit.length],
    [0],
  )
  let from = 0
  for (const start of new Set(places)) {
    if (start < from) continue
    for (const end of places.toReversed()) {
      if (end <= start) break
      const exact = new RegExp(
        `(?:${pattern})(?<=^[^]{${Array.from(text.slice(0, end)).length}})`,
        `yu${flags.replace('m', '')}`,
      )
      exact.lastIndex = start
      if (!exact.test(text)) continue
      matches.push([start, end])
      from = end
      break
    }
  }
  return matches
}

const unit = fc.constantFrom('a', 'b', 'B', 'k', '\u212a', 'é', ' ', '\n', '😀', '-', 's', 'ſ')
const atom = fc.constantFrom(
  'a',
  'b',
  'B',
  'k',
  's',
  'é',
  '😀',
  '.',
  '\\w',
  '\\W',
  '\\s',
  '\\d',
  '\\p{L}',
  '\\P{Lu}',
  '[ab]',
  '[^ab]',
  '[a-kÀ-ÿ]',
  '[^\\w]',
  '[\\P{L}b]',
  '\\b',
  '\\B',
  '^',
  '$',
)
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '{2,}', '{0,1}')
const { pattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
  pattern: fc
    .array(fc.array(tie('piece'), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
    .map((choices) => choices.map((pieces) => pieces.join('')).join('|')),
  piece: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc
      .tuple(atom, quantifier)
      .map(([text, times]) => (/^(?:\\[bB]|[\^$])$/.test(text) ? text : text + times)),
    fc.tuple(tie('pattern'), quantifier).map(([inner, times]) => `(${inner})${times}`),
  ),
}))

test('random patterns match what the matcher of the runtime matches', () => {
  let compared = 0
  fc.assert(
    fc.property(
      pattern,
      fc.constantFrom('', 'i', 's', 'is'),
      fc.array(unit, { maxLength: 10 }).map((units) => units.join('')),
      (source, flags, text) => {
        try {
          compiler.check({ pattern: source, flags })
        } catch (error) {
          // Patterns that may be empty are refused; all others are understood.
          expect(String(error)).toContain('empty text')
          return
        }
        compared++
        const matches = compiler.compile([{ pattern: source, flags }]).find(text)
        expect(matches.map(({ start, end }) => [start, end])).toEqual(
          findByRuntime({ pattern: source, flags }, text),
        )
      },
    ),
    { numRuns: 250 },
  )
  expect(compared).toBeGreaterThan(50)
})

test('a set of random patterns finds what each of them finds alone', () => {
  fc.assert(
    fc.property(
      fc.array(pattern, { maxLength: 6 }),
      fc.array(unit, { maxLength: 20 }),
      (sources, units) => {
        const usable = sources.filter((source) => {
          try {
            compiler.check({ pattern: source })
            return true
          } catch {
            // Not what this test is about.
            return false
          }
        })
        const text = units.join('')
        const alone = usable.flatMap((source, index) =>
          compiler
            .compile([{ pattern: source }])
            .find(text)
            .map((match) => ({ ...match, pattern: index })),
        )
        expect(compiler.compile(usable.map((source) => ({ pattern: source }))).find(text)).toEqual(
          alone,
        )
      },
    ),
  )
})
