import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { viewOf } from './index.ts'

/** The originals of each occurrence of `value` in the normal form. */
function originalsOf(text: string, value: string): string[] {
  const view = viewOf(text)
  const found: string[] = []
  for (let at = view.normal.indexOf(value); at >= 0; at = view.normal.indexOf(value, at + 1)) {
    const { start, end } = view.toOriginal(at, at + value.length)
    found.push(text.slice(start, end))
  }
  return found
}

const readingsOf = (text: string): string[] => viewOf(text).decoded.map((run) => run.text)

describe('plain text', () => {
  test.each([
    'What is the difference between a list and a tuple in Python?',
    'def f(x): return x ** 2  # 100% & more, see a_b or C:\\temp\\new',
    'Line one\r\nline two\twith a tab',
    '',
  ])('is the very same string: %j', (text) => {
    const view = viewOf(text)
    expect(view.normal).toBe(text)
    expect(view.decoded).toEqual([])
    expect(view.toOriginal(1, 3)).toEqual({ start: 1, end: 3 })
  })

  test('beyond ASCII stays as it is where nothing is disguised', () => {
    for (const text of [
      'Größe und Café',
      'Привет, мир! Москва',
      'Καλημέρα κόσμε',
      '漢字とかな',
      '한국어',
      'नमस्ते',
    ]) {
      expect(viewOf(text).normal).toBe(text)
    }
  })
})

describe('disguises of characters', () => {
  test.each([
    ['fullwidth', '４０１２', '4012'],
    ['Arabic-Indic digits', '٤٠١٢', '4012'],
    ['Devanagari digits', '४०१२', '4012'],
    ['mathematical digits', '𝟒𝟎𝟏𝟐', '4012'],
    ['circled digits', '④⓪①②', '4012'],
    ['dingbat digits', '❹❶❷', '412'],
    ['zero-width characters', '4\u200b0\u200d1\ufeff2', '4012'],
    ['soft hyphens', '4\u00ad0\u00ad1\u00ad2', '4012'],
    ['variation selectors', '4\ufe0f\u20e30\ufe0f', '40'],
    ['combining strokes', '4\u03360\u03361\u03362', '4012'],
    ['controls', '4\u00000\u00071\u007f2', '4012'],
    ['no-break spaces', '40\u00a012\u202f34', '40 12 34'],
    ['dashes', '40‑12–34−56', '40-12-34-56'],
    ['decimal entities', '&#52;&#48;&#49;&#50;', '4012'],
    ['hexadecimal entities', '&#x34;&#X30;', '40'],
    ['entities in entities', '&amp;#52;&amp;amp;#48;', '40'],
    ['percent encoding', '%34%30%31%32', '4012'],
    ['percent encoding of UTF-8', 'caf%C3%A9 %EF%BC%94 %F0%9D%9F%92', 'café 4 4'],
    ['percent encoding twice', '%2534%2530', '40'],
    ['escapes', '\\u0034\\x30\\u{31}', '401'],
    ['escapes escaped again', '\\\\u0034\\\\\\\\u0030', '40'],
    ['bold inside', '40**12**', '4012**'],
    ['italics inside', '40*12345*', '4012345'],
    ['bold after a space', '+44 **20** 7946', '+44 20** 7946'],
    ['tags inside', '40<b>12</b>34<br', '401234<br'],
    ['comments inside', '40<!-- x -->12', '4012'],
    ['Cyrillic letters among Latin', 'раypаl', 'paypal'],
    ['Greek letters among Latin', 'Αdmin', 'Admin'],
    ['Cyrillic letters among digits', '4О12', '4012'],
  ])('%s are undone', (_, disguised, plain) => {
    expect(viewOf(disguised).normal).toBe(plain)
  })

  test('lead back to all that stood for a value, and no further', () => {
    expect(originalsOf('card ４０\u200b１２ please', '4012')).toEqual(['４０\u200b１２'])
    expect(originalsOf('x &#52;&#48; y', '40')).toEqual(['&#52;&#48;'])
    expect(originalsOf('a %34%30 b', '0')).toEqual(['%30'])
    expect(originalsOf('𝟒𝟎!', '4')).toEqual(['𝟒'])
    expect(originalsOf('40**12** is', '4012')).toEqual(['40**12'])
  })
})

describe('numbers read out', () => {
  test.each([
    ['English', 'it is four zero one two eight eight', 'it is 401288'],
    ['with double and oh', 'double five oh one two three four', '5501234'],
    ['with pauses', 'zero seven eight, zero five, one one two zero', '078-05-1120'],
    [
      'with signs',
      'plus one four one five five five five dash zero one three two',
      '+1415555-0132',
    ],
    ['German', 'vier null eins zwo fünf sechs', '401256'],
    ['French', 'quatre zéro un deux cinq six', '401256'],
    ['Spanish', 'cuatro cero uno dos cinco seis', '401256'],
    ['Italian', 'quattro zero uno due cinque sei', '401256'],
    ['Portuguese', 'quatro zero um dois cinco seis', '401256'],
    ['Dutch', 'vier nul een twee vijf zes', '401256'],
  ])('are written in digits: %s', (_, spoken, written) => {
    expect(viewOf(spoken).normal).toBe(written)
  })

  test('stay where they are only a few words', () => {
    const text = 'one two three, four of them, five or six'
    expect(viewOf(text).normal).toBe(text)
  })
})

describe('encoded runs', () => {
  const secret = 'card 4012888888881881'

  test('are read as Base64, of the URL too, in lines and in itself', () => {
    const encoded = Buffer.from(secret).toString('base64')
    expect(readingsOf(`see ${encoded} there`)).toEqual([secret])
    expect(readingsOf(`data:text/plain;base64,${encoded}`)).toEqual([secret])
    expect(readingsOf(Buffer.from('ü?>'.repeat(9)).toString('base64url'))).toEqual([
      'ü?>'.repeat(9),
    ])
    const long =
      'a line of text with a number 4012888888881881 in it, and more of it to fill some lines. '.repeat(
        3,
      )
    const lines = Buffer.from(long)
      .toString('base64')
      .replaceAll(/(.{76})/g, '$1\n')
    expect(readingsOf(`mail:\n${lines}`)).toContain(long)
    expect(readingsOf(Buffer.from(encoded).toString('base64'))).toEqual([encoded, secret])
  })

  test('are read as hexadecimal', () => {
    expect(readingsOf(`x ${Buffer.from(secret).toString('hex')}`)).toEqual([secret])
    expect(readingsOf(`0x${Buffer.from(secret).toString('hex')}`)).toEqual([secret])
  })

  test('are read as hexadecimal bytes that stand apart', () => {
    const bytes = Buffer.from('4012888888881881')
      .toString('hex')
      .replaceAll(/(..)(?=.)/g, '$1 ')
    expect(readingsOf(`see ${bytes}.`)).toEqual(['4012888888881881'])
  })

  test('are all read, however many there are', () => {
    const runs = Array.from({ length: 2000 }, (_, i) =>
      Buffer.from(`value no. ${i}`).toString('base64'),
    )
    expect(readingsOf(runs.join(' '))).toHaveLength(2000)
    expect(
      readingsOf(Buffer.from('a line of text\n'.repeat(40_000)).toString('base64')),
    ).toHaveLength(1)
  })

  test('are read as bytes with a prefix each', () => {
    const bytes = Array.from(Buffer.from('4539 5787 6362'), (byte) => `0x${byte.toString(16)}`)
    for (const separator of [', ', ' ', ',']) {
      const { decoded } = viewOf(`take ${bytes.join(separator)} here`)
      expect(decoded.map(({ text }) => text)).toContain('4539 5787 6362')
    }
  })

  test('are undone where characters are octal', () => {
    expect(viewOf(String.raw`card \064\065\063\071 here`).normal).toBe('card 4539 here')
  })

  test('are found where they stand also behind numbers that are read out', () => {
    const run = 'NDUzOSA1Nzg3IDYzNjIgMTQ4Ng=='
    const text = `four five three nine one two, and then ${run} once more`
    const found = viewOf(text).decoded.find(({ encoding }) => encoding === 'base64')
    expect(text.slice(found?.start, found?.end)).toBe(run)
  })

  test('cover the run in the original', () => {
    const encoded = Buffer.from(secret).toString('base64')
    const text = `４２ ${encoded}!`
    const [run] = viewOf(text).decoded
    expect(text.slice(run?.start, run?.end)).toBe(encoded)
  })

  test('are not seen in words, names, hashes and identifiers', () => {
    for (const text of [
      'internationalization of HttpServletRequestWrapper and getElementsByTagName',
      'commit 5aaeb6053f3e94c9b9a09f33669435e7ef1beaed of 550e8400-e29b-41d4-a716-446655440000',
      'https://example.org/some/long/path-with-words/AndMore/index123456.html',
    ]) {
      expect(readingsOf(text)).toEqual([])
    }
  })
})

describe('other readings', () => {
  test('what is shown from right to left is read that way', () => {
    expect(readingsOf('x \u202e3211-50-870\u202c y')).toEqual(['078-05-1123'])
  })

  test('invisible tags are read', () => {
    const tags = Array.from('4012', (digit) =>
      String.fromCodePoint(0xe0000 + digit.charCodeAt(0)),
    ).join('')
    expect(readingsOf(`ok${tags}!`)).toEqual(['4012'])
  })

  test('single characters are put together', () => {
    expect(readingsOf('it is 4 0 1 2 8 8 8 8 for you')).toEqual(['40128888'])
    expect(readingsOf('it is 4.0.1.2.8.8.8.8 for you')).toEqual(['40128888'])
  })

  test('letters that look like digits are read as digits within numbers', () => {
    expect(readingsOf('the card 4Ol288888888l88l is it')).toEqual(['4012888888881881'])
    expect(readingsOf('the words SOBIlZo and Illinois')).toEqual([])
  })

  test('unusual hyphens inside words are left out', () => {
    expect(readingsOf('info‑@pre‑sidi‑o.si‑te')).toEqual(['info@presidio.site'])
  })

  test('unusual dashes and spaces inside numbers are left out', () => {
    expect(readingsOf('3714\u00a04963\u00a05398\u00a0431')).toEqual(['371449635398431'])
    expect(readingsOf('the years 2019–20 and 10\u00a0000')).toEqual([])
  })

  test('letters are moved back where the text says so', () => {
    expect(readingsOf('rot13: uryyb')).toEqual(['ebg13: hello'])
  })
})

/** Texts full of what the normaliser looks for. */
const disguised = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.constantFrom(
        '%',
        '%3',
        '%34',
        '%C3',
        '%A9',
        '&',
        '&amp;',
        '#52;',
        '&#x',
        '\\',
        'u0034',
        '\\u00',
        '\\x4',
        '}',
        '\\u{',
        '34',
      ),
      fc.constantFrom(
        '**',
        '*',
        '12345*',
        '`',
        '<b>',
        '</',
        '>',
        '_',
        '__',
        '\u200b',
        '\u0301',
        '\u202e',
        '４',
        '٤',
        '𝟒',
        'О',
        'раy',
        '\ud835',
        '\udfd2',
      ),
      fc.constantFrom(
        'one ',
        'two, ',
        'drei ',
        'zéro ',
        'double ',
        '4 0 1 2 ',
        'NDAxMjg4ODg4ODg4',
        '34303132',
        'a',
        '1',
        ' ',
        '-',
      ),
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(''))

describe('for every text', () => {
  test('the normal form is its own normal form', () => {
    fc.assert(
      fc.property(disguised, (text) => {
        const { normal } = viewOf(text)
        expect(viewOf(normal).normal).toBe(normal)
      }),
      { numRuns: 2000 },
    )
  })

  test('the map is monotone and stays within the text', () => {
    fc.assert(
      fc.property(disguised, (text) => {
        const view = viewOf(text)
        let last = { start: 0, end: 0 }
        for (let i = 0; i < view.normal.length; i++) {
          const range = view.toOriginal(i, i + 1)
          expect(range.start).toBeGreaterThanOrEqual(last.start)
          expect(range.end).toBeGreaterThanOrEqual(last.end)
          expect(range.end).toBeGreaterThan(range.start)
          expect(range.end).toBeLessThanOrEqual(text.length)
          last = range
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('a range covers the ranges of all its parts', () => {
    fc.assert(
      fc.property(disguised, fc.nat(), fc.nat(), (text, a, b) => {
        const view = viewOf(text)
        if (view.normal === '') return
        const [from, to] = [a % view.normal.length, b % view.normal.length].toSorted(
          (x, y) => x - y,
        )
        const whole = view.toOriginal(from ?? 0, (to ?? 0) + 1)
        for (let i = from ?? 0; i <= (to ?? 0); i++) {
          const part = view.toOriginal(i, i + 1)
          expect(part.start).toBeGreaterThanOrEqual(whole.start)
          expect(part.end).toBeLessThanOrEqual(whole.end)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('no code point of the original is ever cut', () => {
    fc.assert(
      fc.property(disguised, (text) => {
        const view = viewOf(text)
        const isInside = (place: number): boolean =>
          place > 0 && place < text.length && (text.codePointAt(place - 1) ?? 0) > 0xffff
        const ranges = [
          ...Array.from({ length: view.normal.length }, (_, i) => view.toOriginal(i, i + 1)),
          ...view.decoded,
        ]
        for (const { start, end } of ranges) {
          expect(isInside(start)).toBe(false)
          expect(isInside(end)).toBe(false)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('readings are bounded by the text', () => {
    fc.assert(
      fc.property(disguised, (text) => {
        const view = viewOf(text)
        const total = view.decoded.reduce((sum, run) => sum + run.text.length, 0)
        expect(total).toBeLessThanOrEqual(Math.max(262_144, text.length * 8))
      }),
      { numRuns: 200 },
    )
  })
})
