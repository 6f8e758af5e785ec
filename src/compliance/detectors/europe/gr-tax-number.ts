import { digitAt, isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Greek tax number (AFM): nine digits, powers of two modulo 11. */
export const grTaxNumber: FormatDetector = {
  label: 'gr-tax-number',
  category: 'identity',
  country: 'GR',
  formats: ['999999999', 'AA999999999'],
  context: ['afm', 'αφμ', 'tax number', 'vat'],
  rate(value) {
    const digits = value.slice(-9)
    if (value.length > 9 && !value.startsWith('EL')) return 0
    if (isRepeated(digits)) return 0
    const check = (weightedSum(digits, [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10
    return check === digitAt(digits, 8)
      ? value.length > 9
        ? confidence.strong
        : confidence.format
      : 0
  },
}
