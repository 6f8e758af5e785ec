import { digitAt, isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Polish register number of a business (REGON): nine digits, the last a check digit modulo 11. */
export const plRegon: FormatDetector = {
  label: 'pl-regon',
  category: 'financial',
  country: 'PL',
  formats: ['999999999', '99999999999999'],
  context: ['regon', 'numer regon', 'nr regon'],
  rate(value) {
    if (isRepeated(value)) return 0
    const passesNine =
      (weightedSum(value, [8, 9, 2, 3, 4, 5, 6, 7]) % 11) % 10 === digitAt(value, 8)
    if (!passesNine || value.length === 9) return passesNine ? confidence.format : 0
    const sum = weightedSum(value, [2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8])
    return (sum % 11) % 10 === digitAt(value, 13) ? confidence.strong : 0
  },
}
