import { digitAt, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Thai identification number: kind, province, serial, check digit modulo 11. */
export const thNationalId: FormatDetector = {
  label: 'th-national-id',
  category: 'identity',
  country: 'TH',
  formats: ['9999999999999', '9-9999-99999-99-9', '9 9999 99999 99 9'],
  context: [
    'thai id',
    'national id',
    'identification number',
    'citizen id',
    'เลขประจำตัวประชาชน',
    'บัตรประชาชน',
    'บัตรประจำตัวประชาชน',
  ],
  rate(value, candidate) {
    const province = Number(value.slice(1, 3))
    const tens = Math.floor(province / 10)
    const highest = [0, 9, 7, 9, 9, 8, 7, 7, 6, 6][tens] ?? 0
    if (/^[09]/.test(value) || tens === 0 || province % 10 > highest) return 0
    const sum = weightedSum(value, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
    if ((11 - (sum % 11)) % 10 !== digitAt(value, 12)) return 0
    return candidate.end - candidate.start > 13 ? confidence.strong : confidence.likely
  },
}
