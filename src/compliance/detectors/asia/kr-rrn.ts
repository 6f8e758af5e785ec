import { isShortDate } from '../calendar.ts'
import { digitAt, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Korean resident registration number: date of birth, century and sex, area; since 2020 without a check digit. */
export const krRrn: FormatDetector = {
  label: 'kr-rrn',
  category: 'identity',
  country: 'KR',
  formats: ['999999-9999999', '9999999999999', '999999 9999999'],
  context: [
    'rrn',
    'resident registration',
    'resident registration number',
    '주민등록번호',
    '주민번호',
    '주민등록',
    'korean id',
  ],
  rate(value, candidate) {
    if (
      !/^[1-490]/.test(value.charAt(6)) ||
      !isShortDate(value, 'yymmdd') ||
      Number(value.slice(7, 9)) > 96
    )
      return 0
    const check = (11 - (weightedSum(value, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10
    const isGrouped = candidate.end - candidate.start > 13
    if (check === digitAt(value, 12)) return isGrouped ? confidence.strong : confidence.checked
    return isGrouped ? 0.4 : 0.2
  },
}
