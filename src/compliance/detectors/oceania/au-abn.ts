import { weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Australian Business Number: eleven digits checked modulo 89. */
export const auAbn: FormatDetector = {
  label: 'au-abn',
  category: 'financial',
  country: 'AU',
  formats: ['99 999 999 999', '99-999-999-999', '99999999999'],
  context: ['abn', 'australian business', 'australian business number', 'business number'],
  rate(value, candidate) {
    if (value.startsWith('0')) return 0
    const sum = weightedSum(value, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10
    if (sum % 89 !== 0) return 0
    return candidate.end - candidate.start > 11 ? confidence.strong : confidence.checked
  },
}
