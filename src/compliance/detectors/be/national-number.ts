import { isRepeated, remainder } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Belgian national register number: date of birth, order of the day, two check digits modulo 97. */
export const beNationalNumber: FormatDetector = {
  label: 'be-national-number',
  category: 'identity',
  country: 'BE',
  formats: [
    '99.99.99-999.99',
    '99999999999',
    '99 99 99 999 99',
    '99.99.99.999.99',
    '999999-999-99',
    '999999 999 99',
    '99-99-99-999-99',
  ],
  context: [
    'rijksregisternummer',
    'numero national',
    'registre national',
    'insz',
    'niss',
    'rijksregister',
    'national number',
    'national register',
    'nationaal nummer',
  ],
  rate(value, candidate) {
    const month = Number(value.slice(2, 4))
    // Foreigners without a known sex count months from 20 or 40.
    if (month % 20 > 12 || Number(value.slice(4, 6)) > 31 || month > 52) return 0
    const check = Number(value.slice(9))
    const born = value.slice(0, 9)
    const passes = 97 - remainder(born, 97) === check || 97 - remainder(`2${born}`, 97) === check
    if (!passes || isRepeated(value)) return 0
    return candidate.end - candidate.start > 11 ? confidence.strong : confidence.checked
  },
}
