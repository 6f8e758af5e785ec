import { isRepeated, weightedSum } from '../checksums.ts'
import type { FormatDetector } from '../contract.ts'

/** Number of a Polish identity card or passport: letters and digits with a check digit. */
export const plIdCard: FormatDetector = {
  label: 'pl-id-card',
  category: 'identity',
  country: 'PL',
  formats: ['AAA999999', 'AAA 999999', 'AA9999999', 'AA 9999999'],
  context: [
    'dowod osobisty',
    'dowodu osobistego',
    'numer dowodu',
    'dowod',
    'paszport',
    'identity card',
    'id card',
    'passport',
  ],
  rate(value) {
    const letters = value.charCodeAt(2) > 57 ? 3 : 2
    const digits = value.slice(letters)
    if (isRepeated(digits)) return 0
    // The check digit is the first digit and weighs 9 in the sum.
    const weights = letters === 3 ? [7, 3, 1, 9, 7, 3, 1, 7, 3] : [7, 3, 9, 1, 7, 3, 1, 7, 3]
    return weightedSum(value, weights) % 10 === 0 ? 0.4 : 0
  },
}
