import { isShortDate } from '../calendar.ts'
import { digitAt, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Korean foreigner registration number: as the resident number, the seventh digit from 5 to 8. */
export const krFrn: FormatDetector = {
  label: 'kr-frn',
  category: 'identity',
  country: 'KR',
  formats: ['999999-9999999', '9999999999999', '999999 9999999'],
  context: [
    'frn',
    'foreigner registration',
    'alien registration',
    '외국인등록번호',
    '외국인등록',
    'arc',
  ],
  rate(value, candidate) {
    if (!/[5-8]/.test(value.charAt(6)) || !isShortDate(value, 'yymmdd')) return 0
    const check = (13 - (weightedSum(value, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10
    const isGrouped = candidate.end - candidate.start > 13
    if (check === digitAt(value, 12)) return isGrouped ? confidence.strong : confidence.checked
    return isGrouped ? 0.4 : 0.2
  },
}
