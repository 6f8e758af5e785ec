import { digitAt, isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Australian Medicare card: eight digits, a check digit, an issue, perhaps the place on the card. */
export const auMedicare: FormatDetector = {
  label: 'au-medicare',
  category: 'health',
  country: 'AU',
  formats: [
    '9999999999',
    '9999 99999 9',
    '9999-99999-9',
    '99999999999',
    '9999 99999 9 9',
    '9999 99999 9/9',
    '9999 99999 9-9',
  ],
  context: ['medicare', 'medicare card', 'medicare number', 'irn', 'individual reference'],
  rate(value, candidate) {
    if (!/^[2-6]/.test(value) || isRepeated(value) || value.charAt(9) === '0') return 0
    if (weightedSum(value, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 !== digitAt(value, 8)) return 0
    return candidate.end - candidate.start > value.length ? confidence.checked : confidence.format
  },
}
