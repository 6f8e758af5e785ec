import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { exactDataConfigSchema } from './config.ts'
import {
  createExactDataFinder,
  ExactDataError,
  hashTable,
  openTables,
  parseColumns,
  readTable,
} from './index.ts'
import type { TableSettings } from './index.ts'

const key = 'a key of tests that is long enough'
const salt = new Uint8Array(16).fill(7)

const clients = `first,last,birthdate,iban,email,phone,city
Anna-Maria,Müller,1980-05-17,GB29 NWBK 6016 1331 9268 19,anna.m@example.org,+44 20 7946 0018,Bern
Ivo,O'Neil,03.02.1975,DE89370400440532013000,ivo@example.net,(415) 555-0132,Bern
太郎,山田,2/29/2000,,,0312345678,東京
`

function fileOf(columns: string, csv = clients): Uint8Array {
  const request = { csv, file: 'clients.csv', table: 'clients', key, salt }
  return hashTable({ ...request, columns: parseColumns(columns) }).bytes
}

function found(text: string, columns: string, settings: Partial<TableSettings> = {}) {
  const table = readTable(fileOf(columns), {
    name: 'clients',
    file: 'clients.edm',
    key,
    ...settings,
  })
  return createExactDataFinder([table])
    .find(text)
    .map(({ start, end }) => text.slice(start, end))
}

describe('a cell alone is found where one column is enough', () => {
  test.each([
    ['words', 'ask anna maria, please', 'first', 'anna maria'],
    ['without accents', 'ask MULLER', 'last', 'MULLER'],
    ['with an apostrophe', 'Mr O’Neil came', 'last', 'O’Neil'],
    ['in Japanese', '担当は山田です', 'last', '山田'],
    [
      'a number in groups',
      'pay GB29-NWBK-6016-1331-9268-19 now',
      'iban',
      'GB29-NWBK-6016-1331-9268-19',
    ],
    ['a number without groups', 'iban:gb29nwbk60161331926819.', 'iban', 'gb29nwbk60161331926819'],
    [
      'a number that was without groups',
      'DE 89 3704 0044 0532 0130 00',
      'iban',
      'DE 89 3704 0044 0532 0130 00',
    ],
    ['a telephone number', 'call +44 (20) 7946.0018!', 'phone', '44 (20) 7946.0018'],
    ['an address', 'mail <Anna.M@Example.org>.', 'email', 'Anna.M@Example.org'],
    ['an address in quotes', "to 'IVO@example.net'", 'email', 'IVO@example.net'],
    ['a date as in the table', 'born 1980-05-17', 'birthdate', '1980-05-17'],
    ['a date in another order', 'born 17.5.1980, in', 'birthdate', '17.5.1980'],
    ['a date with slashes', 'born 05/17/1980', 'birthdate', '05/17/1980'],
    ['a date that was in another order', 'born 1975-02-03', 'birthdate', '1975-02-03'],
  ])('%s', (_, text, column, expected) => {
    expect(found(text, column)).toEqual([expected])
  })

  test('but no part of it, and nothing that is like it', () => {
    expect(found('anna mariana anna-mari', 'first')).toEqual([])
    expect(found('xanna.m@example.org anna.m@example.organ', 'email')).toEqual([])
    expect(found('GB29 NWBK 6016 1331 9268 18', 'iban')).toEqual([])
    expect(found('1980-05-18 and 1980-5', 'birthdate')).toEqual([])
  })
})

describe('columns of one row', () => {
  const columns = 'first,last,birthdate,city'

  test('are found together, each at its place', () => {
    const text = 'Client Müller, first name Anna-Maria, born 17.05.1980.'
    expect(found(text, columns)).toEqual(['Müller', 'Anna-Maria', '17.05.1980'])
    expect(found(text, columns, { minColumns: 3 })).toEqual(['Müller', 'Anna-Maria', '17.05.1980'])
    expect(found(text, columns, { minColumns: 4 })).toEqual([])
  })

  test('are not found alone, nor of different rows', () => {
    expect(found('Ivo was here', columns)).toEqual([])
    expect(found('Ivo and Müller met', columns)).toEqual([])
  })

  test('are not found too far apart', () => {
    const text = `Ivo ${'x '.repeat(30)} O'Neil`
    expect(found(text, columns, { window: 80 })).toEqual(['Ivo', "O'Neil"])
    expect(found(text, columns, { window: 60 })).toEqual([])
  })

  test('of a group count only together', () => {
    const groups = 'iban,last+birthdate'
    expect(found('O’Neil was here', groups, { minColumns: 1 })).toEqual([])
    expect(found('O’Neil, 3/2/1975', groups, { minColumns: 1 })).toEqual(['O’Neil', '3/2/1975'])
    expect(found('DE89 3704 0044 0532 0130 00', groups, { minColumns: 1 })).toHaveLength(1)
    expect(found('O’Neil, DE89370400440532013000', groups)).toEqual([])
  })

  test('that many rows share need one that few rows share', () => {
    const rows = Array.from({ length: 300 }, (_, i) => `John,Smith,id${1000 + i}`).join('\n')
    const bytes = fileOf('first,last,id', `first,last,id\n${rows}`)
    const finder = createExactDataFinder([readTable(bytes, { name: 't', file: 't.edm', key })])
    expect(finder.find('John Smith')).toEqual([])
    expect(finder.find('John, id1234')).toHaveLength(2)
  })
})

test('findings carry label, category and score of their table', () => {
  const [config] = exactDataConfigSchema.parse([{ name: 'crm', file: 'c.edm', key, minColumns: 1 }])
  const tables = openTables(config === undefined ? [] : [config], () => fileOf('email'))
  const finder = createExactDataFinder(tables)
  expect(finder.labels).toEqual([{ label: 'exact:crm', category: 'exact-data' }])
  expect(finder.find('ivo@example.net')).toEqual([
    { label: 'exact:crm', category: 'exact-data', score: 0.95, start: 0, end: 15 },
  ])
})

test('a file tells neither cells nor key nor which rows share values', () => {
  const text = Buffer.from(fileOf('first,last,birthdate,iban,email,phone')).toString('latin1')
  for (const secret of ['ller', 'maria', '1980', 'NWBK', 'example', '7946', key]) {
    expect(text.toLowerCase()).not.toContain(secret.toLowerCase())
  }
  const tail = (csv: string): number => fileOf('a,b', csv).length
  expect(tail('a,b\nxxx,yyy\nzzz,www')).toBe(tail('a,b\nkkk,lll\nmmm,nnn'))
})

test('hashing tells what cannot be looked for', () => {
  const long = 'one two three four five six seven eight nine'
  const rows = Array.from({ length: 200 }, () => 'Bern,x,').join('\n')
  const request = { file: 't.csv', table: 't', key, salt, columns: parseColumns('city,code,note') }
  const result = hashTable({ ...request, csv: `city,code,note\n${rows}\nRome,abc,${long}` })
  expect(result.rows).toBe(201)
  expect(result.columns).toEqual([
    { name: 'city', empty: 0, unfit: 0, common: 200 },
    { name: 'code', empty: 0, unfit: 200, common: 0 },
    { name: 'note', empty: 200, unfit: 1, common: 0 },
  ])
})

describe('is refused with its cure:', () => {
  const faultOf = (work: () => unknown): string => {
    try {
      work()
    } catch (error) {
      expect(error).toBeInstanceOf(ExactDataError)
      return error instanceof Error ? error.message : ''
    }
    throw new Error('It was accepted.')
  }
  const settings = { name: 't', file: 't.edm', key }
  const good = fileOf('iban,email')

  test('a file of another kind', () => {
    const bytes = new TextEncoder().encode(clients)
    expect(faultOf(() => readTable(bytes, settings))).toMatch(/t\.edm: it is no file of exact data/)
  })

  test('a file of another version', () => {
    const bytes = good.with(5, 2)
    expect(faultOf(() => readTable(bytes, settings))).toMatch(/another version.*Make it anew/)
  })

  test('a file with another key', () => {
    const other = { ...settings, key: `${key}!` }
    expect(faultOf(() => readTable(good, other))).toMatch(/made with another key/)
  })

  test('a file that is not there', () => {
    const open = (): unknown =>
      openTables([settings], () => {
        throw new Error('no such file')
      })
    expect(faultOf(open)).toMatch(/cannot be read \(no such file\)\. Make it/)
  })

  test('a file with any byte changed or cut off', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const byte = good[at] ?? 0
        faultOf(() => readTable(good.with(at, byte ^ change), settings))
        faultOf(() => readTable(good.slice(0, at), settings))
      }),
    )
  })

  test('a table without the column, without rows, or with a short key', () => {
    expect(faultOf(() => fileOf('name'))).toMatch(
      /clients.csv: line 1: there is no column 'name'.*first, last/,
    )
    expect(faultOf(() => fileOf('a', 'a\n'))).toMatch(/no row/)
    const request = { csv: clients, file: 'c', table: 't', salt, columns: [['iban']] }
    expect(faultOf(() => hashTable({ ...request, key: 'short' }))).toMatch(/openssl rand/)
  })
})

describe('for all tables and texts', () => {
  const name = fc.constantFrom('anna', 'ivo', 'maria', 'smith', 'jones', 'weber', 'x1234', '77 88')
  const row = fc.tuple(name, name, name)

  test('exactly what the plainest search finds is found', () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 5 }),
        fc.array(fc.oneof(name, fc.constantFrom('the', 'and', 'of')), { maxLength: 24 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 8, max: 60 }),
        (rows, words, minColumns, window) => {
          const bytes = fileOf('a,b,c', `a,b,c\n${rows.map((cells) => cells.join()).join('\n')}`)
          const table = readTable(bytes, { name: 't', file: 't', key, minColumns, window })
          const text = words.join(', ')
          const places = createExactDataFinder([table])
            .find(text)
            .map(({ start, end }) => `${start}-${end}`)
          expect(places).toEqual(naive(words, rows, minColumns, window))
        },
      ),
      { numRuns: 300 },
    )
  })

  /** For each row and each word: the words before it within the window, and whether they make the row. */
  function naive(
    words: readonly string[],
    rows: readonly (readonly string[])[],
    ...[minColumns, window]: readonly [number, number]
  ): string[] {
    let at = 0
    const occurrences = words.map((word) => {
      const start = at
      at += word.length + 2
      return { word, start, end: start + word.length }
    })
    const matched = new Set<string>()
    for (const cells of rows) {
      const own = occurrences.filter(({ word }) => cells.includes(word))
      for (const { end } of own) {
        const near = own.filter((other) => other.end <= end && other.start >= end - window)
        const complete = cells.filter((cell) => near.some(({ word }) => word === cell))
        if (complete.length < minColumns) continue
        for (const other of near) matched.add(`${other.start}-${other.end}`)
      }
    }
    return occurrences.map((one) => `${one.start}-${one.end}`).filter((place) => matched.has(place))
  }
})

describe('time', () => {
  const rows = Array.from({ length: 120 }, (_, i) => `John,Smith${i % 2},12 34 56 ${1000 + i}`)
  const bytes = fileOf('first,last,id', `first,last,id\n${rows.join('\n')}`)
  const finder = createExactDataFinder([readTable(bytes, { name: 't', file: 't', key })])

  test.each([
    ['one name', 'John '],
    ['names of many rows', 'John Smith1 '],
    ['digits in groups', '12 34 56 '],
    ['at signs', 'a@b'],
    ['one long local part', 'a'],
    ['dates', '1.1.1.1'],
    ['whole rows', 'John Smith1 12 34 56 1001 '],
  ])('does not grow faster than the text: %s', (_, repeated) => {
    const short = repeated.repeat(Math.ceil(12_500 / repeated.length))
    const timeOf = (text: string): number => {
      const start = performance.now()
      finder.find(text)
      return performance.now() - start
    }
    timeOf(short)
    const one = Math.min(timeOf(short), timeOf(short))
    expect(timeOf(short.repeat(4))).toBeLessThan(Math.max(12 * one, 100))
  })
})
