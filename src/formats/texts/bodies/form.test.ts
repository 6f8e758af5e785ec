import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../../../core/errors.ts'
import { boundary, bytesQuestion, formOf, formType } from '../testing/questions.ts'
import { parseForm } from './form.ts'
import { requestTexts } from './request-texts.ts'

function contents(body: Uint8Array, type = formType): readonly (readonly [string, string])[] {
  return parseForm(body, type).map(({ head, start, end }) => [
    head.name,
    Buffer.from(body.subarray(start, end)).toString('latin1'),
  ])
}

function raw(...lines: readonly string[]): Buffer {
  return Buffer.from(lines.join('\r\n'))
}

const field = 'Content-Disposition: form-data; name="a"'

describe('a form', () => {
  test('is read as its parts, in order, with names that are given twice', () => {
    const body = formOf([
      { name: 'a', content: 'one' },
      { name: 'file', filename: 'b.txt', type: 'text/plain', content: '' },
      { name: 'a', content: 'two\r\n' },
    ])
    expect(contents(body)).toEqual([
      ['a', 'one'],
      ['file', ''],
      ['a', 'two\r\n'],
    ])
    const [, file] = parseForm(body, formType)
    expect(file?.head).toMatchObject({ filename: 'b.txt', mediaType: 'text/plain' })
  })

  test('may end without a line end, and have spaces behind its boundary', () => {
    const body = raw(`--${boundary}  \t`, field, '', 'x', `--${boundary}--`)
    expect(contents(body)).toEqual([['a', 'x']])
    expect(contents(raw('', `--${boundary}`, field, '', 'x', `--${boundary}-- `, ''))).toEqual([
      ['a', 'x'],
    ])
    expect(contents(raw(`--${boundary}--`))).toEqual([])
  })

  test('may have any boundary that the standard allows', () => {
    const body = raw(`--a b'()+_,-./:=?`, field, '', 'x', `--a b'()+_,-./:=?--`)
    const type = `Multipart/Form-Data; charset=utf-8; boundary="a b'()+_,-./:=?"`
    expect(contents(body, type)).toEqual([['a', 'x']])
    const named = raw('--boundary=boundary', field, '', 'x', '--boundary=boundary--')
    expect(contents(named, 'multipart/form-data; boundary="boundary=boundary"')).toEqual([
      ['a', 'x'],
    ])
  })

  test('gives every content back, whatever bytes it has', () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc
        .array(fc.constantFrom('\r', '\n', '\r\n', '-', '--', boundary, `x--${boundary}`, 'a'))
        .map((pieces) => Buffer.from(pieces.join(''))),
    )
    fc.assert(
      fc.property(fc.array(content, { maxLength: 4 }), (all) => {
        const body = formOf(all.map((each, index) => ({ name: `n${index}`, content: each })))
        const isAmbiguous = all.some((each) =>
          /(?:^|[\r\n])--x-boundary-7/.test(each.toString('latin1')),
        )
        const expected = all.map((each, index): [string, string] => [
          `n${index}`,
          each.toString('latin1'),
        ])
        if (isAmbiguous) expect(() => contents(body)).toThrow('The form of the request body')
        else expect(contents(body)).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })

  test('is read or refused with a clear error, whatever it is', () => {
    const body = formOf([
      { name: 'a', content: 'one' },
      { name: 'file', filename: 'b.txt', type: 'text/plain', content: 'two' },
    ])
    const broken = fc
      .tuple(fc.nat(body.length), fc.nat(3), fc.uint8Array({ maxLength: 4 }))
      .map(([at, gone, put]) =>
        Buffer.concat([body.subarray(0, at), put, body.subarray(at + gone)]),
      )
    fc.assert(
      fc.property(broken, (bytes) => {
        try {
          contents(bytes)
        } catch (error) {
          expect(String(error)).toContain('The form of the request body is not valid: ')
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('is refused without its final boundary, at any length', () => {
    const body = formOf([{ name: 'a', content: 'one' }])
    for (let length = 0; length < body.length - 4; length++) {
      expect(() => contents(body.subarray(0, length))).toThrow('is not valid')
    }
    const cut = raw(`--${boundary}`, field, '', 'x', '')
    expect(() => contents(cut)).toThrow('its final boundary is missing')
  })

  test.each([
    ['a preamble', raw('hello', `--${boundary}--`), 'does not begin with its boundary'],
    ['an epilogue', raw(`--${boundary}--`, 'x'), 'stands behind its final boundary'],
    ['bare line feeds', Buffer.from(`--${boundary}\n${field}\n\nx\n--${boundary}--\n`), 'a line'],
    [
      'a longer boundary',
      raw(`--${boundary}`, field, '', 'x', `--${boundary}8`, '', `--${boundary}--`),
      'a line begins like its boundary',
    ],
    [
      'its boundary behind a bare line feed',
      raw(`--${boundary}`, field, '', `x\n--${boundary}--`, '', `--${boundary}--`),
      'its boundary stands in it',
    ],
    ['no disposition', raw(`--${boundary}`, 'X-A: b', '', 'x', `--${boundary}--`), 'disposition'],
    [
      'another disposition',
      raw(`--${boundary}`, 'Content-Disposition: attachment; name="a"', '', 'x', '--'),
      'is not form-data',
    ],
    [
      'no name',
      raw(`--${boundary}`, 'Content-Disposition: form-data', '', 'x', `--${boundary}--`),
      'has no name',
    ],
    [
      'two names',
      raw(`--${boundary}`, `${field}; name="b"`, '', 'x', `--${boundary}--`),
      'given twice',
    ],
    ['two dispositions', raw(`--${boundary}`, field, field, '', 'x'), 'given twice'],
    ['a folded header', raw(`--${boundary}`, field, ' b', '', 'x'), 'is no header'],
    ['a bare carriage return', raw(`--${boundary}`, `${field}\rb`, '', 'x'), 'is no header'],
    [
      'a transfer encoding',
      raw(`--${boundary}`, field, 'Content-Transfer-Encoding: base64', '', 'eA=='),
      'transfer encoding',
    ],
    ['an unknown parameter', raw(`--${boundary}`, `${field}; size=3`, '', 'x'), 'no form has'],
    ['an open quote', raw(`--${boundary}`, field.slice(0, -1), '', 'x'), 'cannot be read'],
    [
      'a head that never ends',
      raw(`--${boundary}`, `X: ${'a'.repeat(20_000)}`, '', 'x'),
      'does not end',
    ],
    [
      'a file name in another charset',
      raw(`--${boundary}`, `${field}; filename*=latin1''a`, '', 'x'),
      'not in UTF-8',
    ],
  ])('is refused with %s', (_, body, message) => {
    expect(() => contents(body)).toThrow(message)
  })

  test.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary="a "',
    'multipart/form-data; boundary=a; boundary=b',
    `multipart/form-data; boundary=${'a'.repeat(71)}`,
    'multipart/form-data; boundary=ä',
  ])('is refused where its type is %p', (type) => {
    expect(() => contents(raw('--a', field, '', 'x', '--a--'), type)).toThrow('one boundary')
  })
})

describe('a hostile form', () => {
  test.each([
    ['spaces in a header', `X-A:${' '.repeat(16_000)}x`],
    ['brackets in a name', `${field.slice(0, -1)}${'[]'.repeat(8000)}x"`],
    ['an open quote', `${field}; filename="${String.raw`\"`.repeat(7000)}`],
    ['semicolons', `${field}${';'.repeat(16_000)}`],
  ])('with %s takes no longer than any other', (_, line) => {
    const head = line.startsWith('X') ? `${field}\r\n${line}` : line
    const parts = Array.from({ length: 200 }, () => `--${boundary}\r\n${head}\r\n\r\nx\r\n`)
    const body = Buffer.from(`${parts.join('')}--${boundary}--`)
    const started = performance.now()
    try {
      requestTexts(bytesQuestion(body, formType, { operation: 'files' }))
    } catch (error) {
      expect(error).toBeInstanceOf(GatewayError)
    }
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('the name of a file', () => {
  const heads = (disposition: string) =>
    parseForm(
      raw(`--${boundary}`, disposition, '', 'x', `--${boundary}--`),
      formType,
    )[0]?.head.values.map(({ place, text }) => [place, text])

  test('is read with percent signs, backslashes, and as extended value', () => {
    expect(heads(`${field}; filename="a %22b%22.txt"`)).toEqual([
      ['name', 'a'],
      ['filename', 'a "b".txt'],
    ])
    expect(heads(String.raw`${field}; filename="C:\\a\"b.txt"`)?.[1]?.[1]).toBe('C:\\a"b.txt')
    expect(heads(`${field}; FileName*=UTF-8''Jos%C3%A9%20.txt; filename=a.txt`)).toEqual([
      ['name', 'a'],
      ['filename*', 'José .txt'],
      ['filename', 'a.txt'],
    ])
  })

  test('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '*'), (name, star) => {
        const given = star === '' ? 'filename="a"' : `filename*=UTF-8''a`
        const body = raw(`--${boundary}`, `${field}; ${given}`, '', 'x', `--${boundary}--`)
        const head = parseForm(body, formType)[0]?.head
        const value = head?.values[1]
        if (head === undefined || value === undefined) throw new Error('no name')
        const written =
          head.text.slice(0, value.start) + value.write(name) + head.text.slice(value.end)
        const again = raw(`--${boundary}`, written, '', 'x', `--${boundary}--`)
        const clean = star === '' ? name.replaceAll(/[^\P{Cc}\r\n]/gu, ' ') : name
        expect(parseForm(again, formType)[0]?.head.values[1]?.text.replaceAll('\t', ' ')).toBe(
          clean,
        )
      }),
    )
  })
})
