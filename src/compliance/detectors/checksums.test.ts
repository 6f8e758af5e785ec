import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { isDay, isLongDate, isShortDate } from './calendar.ts'
import {
  isRepeated,
  isSequence,
  passesLuhn,
  passesMod11And10,
  passesVerhoeff,
  remainder,
} from './checksums.ts'
import { isInternationalNumber } from './contact/calling-codes.ts'

const digits = fc.string({
  unit: fc.constantFrom(...Array.from('0123456789')),
  minLength: 2,
  maxLength: 18,
})

describe('check digits', () => {
  for (const [name, passes] of Object.entries({ passesLuhn, passesVerhoeff })) {
    test(`${name}: exactly one last digit passes, and no single changed digit does`, () => {
      fc.assert(
        fc.property(digits, fc.nat(), fc.integer({ min: 1, max: 9 }), (number, place, change) => {
          const passing = Array.from('0123456789').filter((last) => passes(number + last))
          expect(passing).toHaveLength(1)
          const whole = number + (passing[0] ?? '')
          const at = place % whole.length
          const other = String((Number(whole.charAt(at)) + change) % 10)
          expect(passes(whole.slice(0, at) + other + whole.slice(at + 1))).toBe(false)
        }),
      )
    })
  }

  test('known numbers pass', () => {
    expect(passesLuhn('4111111111111111')).toBe(true)
    expect(passesVerhoeff('2363')).toBe(true)
    expect(passesMod11And10('86095742719')).toBe(true)
    expect(remainder('3214282912345698765432161182', 97)).toBe(1)
    expect(remainder('WEST12345698765432GB82', 97)).toBe(1)
  })

  test('numbers made up to fill a field are known', () => {
    expect([
      isRepeated('1111'),
      isRepeated('1112'),
      isSequence('6789012'),
      isSequence('98765'),
      isSequence('12346'),
    ]).toEqual([true, false, true, true, false])
  })
})

describe('days', () => {
  test('exist or do not', () => {
    expect([
      isDay(29, 2, 1900),
      isDay(29, 2, 2000),
      isDay(31, 4),
      isDay(0, 1),
      isDay(1, 13),
    ]).toEqual([false, true, false, false, false])
    expect([isShortDate('310299', 'ddmmyy'), isShortDate('990228', 'yymmdd')]).toEqual([
      false,
      true,
    ])
    expect([isLongDate('19491231'), isLongDate('19491331'), isLongDate('18001231')]).toEqual([
      true,
      false,
      false,
    ])
  })
})

describe('international numbers', () => {
  test('have a calling code and a length that fits it', () => {
    expect(
      ['14155550132', '4915112345678', '442079460958', '4402079460958'].map(isInternationalNumber),
    ).toEqual([true, true, true, true])
    expect(['1415555013', '999123456', '451234567'].map(isInternationalNumber)).toEqual([
      false,
      false,
      false,
    ])
  })
})
