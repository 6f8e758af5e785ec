import { expect, test } from 'bun:test'
import { viewOf } from '../normalise/index.ts'
import { createScanner, findAll, identifierDetectors } from './index.ts'

const scanner = createScanner(identifierDetectors)

/** Best of some rounds, in milliseconds. */
function timeOf(text: string): number {
  let best = Infinity
  for (let round = 0; round < 6; round++) {
    const start = performance.now()
    findAll(viewOf(text), scanner)
    best = Math.min(best, performance.now() - start)
  }
  return best
}

/** Ten times what it takes on an idle machine: a bound for a linear scan that a quadratic one breaks. */
const mostMs = 150
const size = 50_000

test.each([
  '4012-8888-8888-1882 ',
  '4012888888881882 ',
  '123456789 ',
  '123 456 ',
  '1 ',
  '+1 (415) 555-0132,',
  'GB29 NWBK 6016 1331 9268 18 ',
  'a@b.c@d.',
  'aaaaaaaa@',
  '(at)[at]',
  'ab:1::cd:',
  'a.b.c.1.2.',
  'www.example.comx.',
  '1.1.19 May 2',
  '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3 ',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1beAed ',
  'bm90IGEgc2VjcmV0 ',
  '%25%2525%3',
  '&amp;#&#38;#x',
  '\\u005c\\x5c',
  'a**b`c__1',
  '<b>1</b>2<i',
  '<',
  'one two, three ',
  'pаypаl Оо12 ',
  '1\u0332a\u0301\u0323',
  '\u202e1',
  'a‑b',
  'ssn pesel 44051401358 ',
  'A12345678 AB1234567 ',
  'KA EF 123 AB12 ABC ',
  'a',
  '1',
  ' ',
  '.',
  '(',
  '暗号番号',
])('50 kB of %j take linear time', (unit) => {
  expect(timeOf(unit.repeat(Math.ceil(size / unit.length)))).toBeLessThan(mostMs)
})
