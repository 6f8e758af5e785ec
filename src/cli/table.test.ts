import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { readTable } from './table.ts'

test.each([
  [
    'a,b\r\nc,d\r\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['"a ""b"", c",d\n', [['a "b", c', 'd']]],
  ['"two\nlines",x', [['two\nlines', 'x']]],
  [
    'a,\n,b',
    [
      ['a', ''],
      ['', 'b'],
    ],
  ],
  ['a,', [['a', '']]],
  ['\n\na\n\n', [['a']]],
  ['"never closed', [['never closed']]],
  ['', []],
])('the table %j', (text, rows) => {
  expect(readTable(text, ',')).toEqual(rows)
})

test('what was written as a table is read as it was', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', '\n', '\r', 'é') })
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 })), (rows) => {
      const text = rows
        .map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(','))
        .join('\r\n')
      expect(readTable(text, ',')).toEqual(rows)
    }),
  )
})
