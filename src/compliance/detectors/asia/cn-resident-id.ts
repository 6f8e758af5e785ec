import { isLongDate } from '../calendar.ts'
import { weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Chinese resident identity number: place, date of birth, serial, check character modulo 11. */
export const cnResidentId: FormatDetector = {
  label: 'cn-resident-id',
  category: 'identity',
  country: 'CN',
  formats: ['9{17}N'],
  context: [
    'resident identity',
    'identity card',
    'chinese id',
    '身份证',
    '居民身份证',
    '身份证号',
    'id card',
  ],
  rate(value) {
    if (!/^[1-8]\d{16}[\dX]$/.test(value) || !isLongDate(value.slice(6, 14))) return 0
    const sum = weightedSum(value, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
    return '10X98765432'.charAt(sum % 11) === value.charAt(17) ? confidence.certain : 0.3
  },
}
