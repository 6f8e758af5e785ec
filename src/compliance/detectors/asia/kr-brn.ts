import { digitAt, isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Korean business registration number: ten digits, the last a check digit. */
export const krBrn: FormatDetector = {
  label: 'kr-brn',
  category: 'financial',
  country: 'KR',
  formats: ['999-99-99999', '9999999999', '999 99 99999'],
  context: [
    'brn',
    'business registration',
    'business registration number',
    '사업자등록번호',
    '사업자번호',
  ],
  rate(value, candidate) {
    if (isRepeated(value) || !/^[1-9]/.test(value)) return 0
    const sum =
      weightedSum(value, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor((digitAt(value, 8) * 5) / 10)
    if ((10 - (sum % 10)) % 10 !== digitAt(value, 9)) return 0
    return candidate.end - candidate.start > 10 ? confidence.checked : confidence.format
  },
}
