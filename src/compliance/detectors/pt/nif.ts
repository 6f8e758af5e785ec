import { digitAt, isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Portuguese tax number (NIF): nine digits, a check digit modulo 11. */
export const ptNif: FormatDetector = {
  label: 'pt-nif',
  category: 'identity',
  country: 'PT',
  formats: ['999999999', '999 999 999', 'AA999999999'],
  context: [
    'nif',
    'contribuinte',
    'numero de contribuinte',
    'numero fiscal',
    'identificacao fiscal',
    'tax number',
    'nipc',
  ],
  rate(value) {
    const digits = value.slice(-9)
    if (value.length > 9 && !value.startsWith('PT')) return 0
    if (!/^[1235689]/.test(digits) || isRepeated(digits)) return 0
    const rest = weightedSum(digits, [9, 8, 7, 6, 5, 4, 3, 2]) % 11
    if ((rest < 2 ? 0 : 11 - rest) !== digitAt(digits, 8)) return 0
    return value.length > 9 ? confidence.strong : confidence.format
  },
}
