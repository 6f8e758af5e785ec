import { digitAt, isRepeated, weightedSum } from '../checksums.ts'
import type { FormatDetector } from '../contract.ts'

/** Turkish identity number: eleven digits, the last two check digits. */
export const trNationalId: FormatDetector = {
  label: 'tr-national-id',
  category: 'identity',
  country: 'TR',
  formats: ['99999999999'],
  context: [
    'tc kimlik',
    'kimlik no',
    'kimlik numarasi',
    'tckn',
    't c kimlik',
    'turkish id',
    'tc no',
    'kimlik',
  ],
  rate(value) {
    if (value.startsWith('0') || isRepeated(value.slice(0, 9))) return 0
    const odd = weightedSum(value, [1, 0, 1, 0, 1, 0, 1, 0, 1])
    const even = weightedSum(value, [0, 1, 0, 1, 0, 1, 0, 1, 0])
    if ((((odd * 7 - even) % 10) + 10) % 10 !== digitAt(value, 9)) return 0
    return (odd + even + digitAt(value, 9)) % 10 === digitAt(value, 10) ? 0.65 : 0
  },
}
