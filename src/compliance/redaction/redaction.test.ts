import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { TextEdit, TextFilter } from '../../core/text-filter.ts'
import { applyEdits, createWindow } from '../window/index.ts'
import {
  createHasher,
  createPlaceholders,
  maskText,
  openRestoreFilter,
  openTokenBook,
} from './index.ts'
import { placeholderName, redactText } from './index.ts'
import type { Redactable, TokenBook } from './index.ts'

const owner = { principal: 'ana', requestId: 'r1' }

/** A toy detector: names and numbers, which may also stand next to each other. */
function find(text: string): Redactable[] {
  return [...text.matchAll(/Bob(?: Smith)?|Zoë|😀+|(?<![\dA-Z_])\d{4,8}(?!\d)/g)].map(
    ({ index, 0: found }) => ({
      label: /\d/.test(found) ? 'case-number' : 'person',
      start: index,
      end: index + found.length,
    }),
  )
}

/** Text with names, numbers, tokens that were there before, beginnings of tokens, and anything else. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom('Bob', 'Bob Smith', 'Zoë', '1234', '99887766', '😀', ' '),
      fc.constantFrom(
        '<PERSON_1>',
        '&lt;person_2&gt;',
        '<CASE_NUMBER_1',
        '<',
        '>',
        '&lt;',
        '_1>',
        '&',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({ maxLength: 20 }),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''))

function redacted(book: TokenBook, text: string): string {
  book.reserve(text)
  return redactText(text, find(text), book.replace)
}

function restorerOf(book: TokenBook) {
  const restorer = book.restorer(owner)
  if (restorer === undefined) throw new Error('no restorer')
  return restorer
}

/** Lets a text through a filter in pieces. */
function stream(text: string, cuts: readonly number[], filter: TextFilter): string {
  const edits: TextEdit[] = []
  let from = 0
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const end = Math.min(text.length, Math.max(from, cut))
    const settled = filter.push(text.slice(from, end))
    edits.push(...settled.edits, ...filter.idle().edits)
    from = end
  }
  edits.push(...filter.push(text.slice(from)).edits)
  const last = filter.end()
  return applyEdits(text, [...edits, ...last.edits], last.upTo)
}

describe('placeholders', () => {
  test('are the same for equal values and others for different ones', () => {
    const { replace } = createPlaceholders()
    const said = 'Bob and Zoë and Bob, case 1234'
    expect(redactText(said, find(said), replace)).toBe(
      '<PERSON_1> and <PERSON_2> and <PERSON_1>, case <CASE_NUMBER_1>',
    )
    expect(replace('case-number', '1234')).toBe('<CASE_NUMBER_1>')
    expect(replace('person', '1234')).toBe('<PERSON_3>')
  })

  test('leave out those that stand in the text already', () => {
    const placeholders = createPlaceholders()
    placeholders.reserve('Who are <PERSON_1> and &lt;person_2&gt;?')
    expect(placeholders.replace('person', 'Bob')).toBe('<PERSON_3>')
  })

  test('have names of capital letters whatever the label', () => {
    expect(placeholderName('us-ssn')).toBe('US_SSN')
    expect(placeholderName('deal:falcon')).toBe('DEAL_FALCON')
    expect(placeholderName('4711')).toBe('X_4711')
    expect(placeholderName('müller ')).toBe('M_LLER')
  })
})

describe('redaction', () => {
  test('leaves no finding, and done twice is as good as once', () => {
    fc.assert(
      fc.property(text, (text) => {
        const { replace } = createPlaceholders()
        const once = redactText(text, find(text), replace)
        expect(find(once)).toEqual([])
        expect(redactText(once, find(once), replace)).toBe(once)
      }),
    )
  })

  test('takes findings that overlap as one, and parts no sign', () => {
    const seen: string[] = []
    const replace = (label: string, found: string) => {
      seen.push(`${label}: ${found}`)
      return '#'
    }
    const findings = [
      { label: 'a', start: 0, end: 3 },
      { label: 'b', start: 2, end: 8 },
      { label: 'c', start: 10, end: 11 },
    ]
    expect(redactText('01234567 😀!', findings, replace)).toBe('# #!')
    expect(seen).toEqual(['b: 01234567', 'c: 😀'])
  })
})

describe('masks', () => {
  test.each([
    ['payment-card', '4012 8888 8888 1881', '**** **** **** 1881'],
    ['iban', 'DE89 3704 0044 0532 0130 00', 'DE** **** **** **** **30 00'],
    ['phone', '+49 (30) 123-4567', '+** (**) ***-**67'],
    ['email', 'ana.lima@example.co.uk', 'a**.****@*******.**.uk'],
    ['email', 'ana', '***'],
    ['us-ssn', '123-45-6789', '***-**-****'],
    ['person', 'Zoë O’Hara', '*** *’****'],
    ['payment-card', '1881', '****'],
  ])('of %s: %s', (label, value, masked) => {
    expect(maskText(label, value)).toBe(masked)
    expect(maskText(label, masked)).toBe(masked)
  })

  test('keep the format, and done twice are as good as once', () => {
    const labels = fc.constantFrom('payment-card', 'iban', 'phone', 'email', 'person')
    fc.assert(
      fc.property(labels, fc.string({ unit: 'grapheme' }), (label, value) => {
        const once = maskText(label, value)
        expect(maskText(label, once)).toBe(once)
        const separators = (text: string) => text.replaceAll(/[\p{L}\p{M}\p{N}*]/gu, '')
        if (label !== 'email') expect(separators(once)).toBe(separators(value))
      }),
    )
  })
})

describe('keyed hashes', () => {
  const hash = createHasher(Buffer.from('key one'))

  test('are the same for a value however it is written, and other ones with another key or label', () => {
    const one = hash('payment-card', '4012 8888 8888 1881')
    expect(one).toMatch(/^<PAYMENT_CARD:[a-z2-7]{13}>$/)
    expect(hash('payment-card', '4012-8888-8888-1881')).toBe(one)
    expect(createHasher(Buffer.from('key two'))('payment-card', '4012888888881881')).not.toBe(one)
    expect(hash('iban', '4012888888881881').slice(-14)).not.toBe(one.slice(-14))
    expect(hash('ip-address', '1.11.1.1')).not.toBe(hash('ip-address', '11.1.1.1'))
  })

  test('hold the first 65 bits of HMAC-SHA-256', () => {
    const hasher = new Bun.CryptoHasher('sha256', Buffer.from('key one'))
    const digest = BigInt(`0x${hasher.update('PERSON\nbob').digest('hex')}`) >> 191n
    const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
    const signs = Array.from(
      { length: 13 },
      (_, at) => alphabet[Number((digest >> BigInt(60 - 5 * at)) & 31n)],
    )
    expect(hash('person', 'Bob')).toBe(`<PERSON:${signs.join('')}>`)
  })
})

describe('reversible tokens', () => {
  test('give back the very text, whatever stood in it', () => {
    fc.assert(
      fc.property(text, (text) => {
        using book = openTokenBook(owner)
        const hidden = redacted(book, text)
        expect(restorerOf(book).restore(hidden)).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  test('give it back from a stream at every split', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 200 }), { maxLength: 30 }), (text, cuts) => {
        using book = openTokenBook(owner)
        const hidden = redacted(book, text)
        expect(stream(hidden, cuts, openRestoreFilter(restorerOf(book)))).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  test('give it back within a window that looks for other things as well', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 200 }), { maxLength: 30 }), (text, cuts) => {
        using book = openTokenBook(owner)
        const hidden = redacted(book, text)
        const restorer = restorerOf(book)
        const window = () =>
          createWindow({
            size: 64,
            inspect: (text) => ({
              findings: restorer.find(text),
              openFrom: restorer.openFrom(text),
            }),
          })
        expect(stream(hidden, cuts, window())).toBe(text)
      }),
    )
  })

  test('let text pass that cannot be a token, and wait for no more than the end of one', () => {
    using book = openTokenBook(owner)
    redacted(book, 'Bob')
    const filter = openRestoreFilter(restorerOf(book))
    expect(filter.push('Dear <PER').upTo).toBe(5)
    expect(filter.push('SON_1').upTo).toBe(5)
    expect(filter.push('>, a < b').edits).toHaveLength(1)
    expect(filter.end().upTo).toBe('Dear <PERSON_1>, a < b'.length)
    const long = openRestoreFilter(restorerOf(book))
    expect(long.push(`<${'A'.repeat(500)}`).upTo).toBe(501)
  })

  test('are understood as models repeat them', () => {
    using book = openTokenBook(owner)
    redacted(book, 'Bob & Zoë')
    book.replace('company', 'A & B <Ltd>')
    const restorer = restorerOf(book)
    expect(restorer.restore('<person_1>, &lt;PERSON_2&gt;, <PERSON_3>, <b>')).toBe(
      'Bob, Zoë, <PERSON_3>, <b>',
    )
    expect(restorer.restore('&lt;COMPANY_1&gt;')).toBe('A &amp; B &lt;Ltd&gt;')
    expect(restorer.hide('to <PERSON_1>!')).toBe(`to ${'\ufffc'.repeat(10)}!`)
  })

  test('mean nothing to another principal, in another call, or after the call', () => {
    const book = openTokenBook(owner)
    redacted(book, 'Bob')
    expect(book.restorer({ ...owner, principal: 'eve' })).toBeUndefined()
    expect(book.restorer({ ...owner, requestId: 'r2' })).toBeUndefined()
    using other = openTokenBook({ ...owner, requestId: 'r2' })
    redacted(other, 'Zoë')
    expect(other.restorer({ ...owner, requestId: 'r2' })?.restore('<PERSON_1>')).toBe('Zoë')
    const kept = restorerOf(book)
    book[Symbol.dispose]()
    expect(kept.restore('<PERSON_1>')).toBe('<PERSON_1>')
    expect(book.restorer(owner)).toBeUndefined()
    expect(() => book.replace('person', 'Bob')).toThrow('when it was over')
  })
})
