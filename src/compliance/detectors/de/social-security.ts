import { isDay } from '../calendar.ts'
import { digitAt } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

const weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1] as const

/** German pension insurance number: area, date of birth, initial, serial and a check digit. */
export const deSocialSecurity: FormatDetector = {
  label: 'de-social-security',
  category: 'identity',
  country: 'DE',
  formats: ['99999999A999', '99 999999 A 999', '99 999999 A999'],
  context: [
    'sozialversicherungsnummer',
    'rentenversicherungsnummer',
    'versicherungsnummer',
    'sv nummer',
    'svnr',
    'rvnr',
    'rentenversicherung',
    'social security',
    'sozialversicherung',
    'sv nr',
  ],
  rate(value) {
    const day = Number(value.slice(2, 4))
    const month = Number(value.slice(4, 6))
    // From the hundredth insured of a day on the day is counted from 50.
    if (!isDay(day > 50 ? day - 50 : day, month)) return 0
    const letter = String(value.charCodeAt(8) - 64).padStart(2, '0')
    const digits = value.slice(0, 8) + letter + value.slice(9, 11)
    let sum = 0
    weights.forEach((weight, index) => {
      const product = Number(digits.charAt(index)) * weight
      sum += Math.floor(product / 10) + (product % 10)
    })
    return sum % 10 === digitAt(value, 11) ? confidence.strong : 0
  },
}
