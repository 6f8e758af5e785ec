import { digitAt, isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { grouped } from '../format-automaton.ts'

/** Australian Company Number: nine digits, the last a check digit. */
export const auAcn: FormatDetector = {
  label: 'au-acn',
  category: 'financial',
  country: 'AU',
  formats: grouped('999-999-999'),
  context: ['acn', 'australian company', 'australian company number', 'company number', 'asic'],
  rate(value, candidate) {
    if (isRepeated(value)) return 0
    const check = (10 - (weightedSum(value, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10
    if (check !== digitAt(value, 8)) return 0
    return candidate.end - candidate.start > 9 ? 0.4 : confidence.format
  },
}
