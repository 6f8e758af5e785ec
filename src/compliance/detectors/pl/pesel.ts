import { isDay } from '../calendar.ts'
import { isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Polish PESEL: date of birth with the century in the month, serial, check digit. */
export const plPesel: FormatDetector = {
  label: 'pl-pesel',
  category: 'identity',
  country: 'PL',
  formats: ['99999999999'],
  context: ['pesel', 'numer pesel', 'nr pesel', 'personal id'],
  rate(value) {
    const month = Number(value.slice(2, 4)) % 20
    if (!isDay(Number(value.slice(4, 6)), month)) return 0
    const sum = weightedSum(value, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1])
    return sum % 10 === 0 && !isRepeated(value) ? confidence.checked : 0
  },
}
