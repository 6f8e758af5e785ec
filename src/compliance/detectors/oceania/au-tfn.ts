import { isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { grouped } from '../format-automaton.ts'

/** Australian Tax File Number: nine digits checked modulo 11. */
export const auTfn: FormatDetector = {
  label: 'au-tfn',
  category: 'identity',
  country: 'AU',
  formats: grouped('999-999-999'),
  context: ['tfn', 'tax file', 'tax file number', 'ato', 'australian tax'],
  rate(value, candidate) {
    if (isRepeated(value) || value.startsWith('0')) return 0
    if (weightedSum(value, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 !== 0) return 0
    return candidate.end - candidate.start > 9 ? confidence.likely : 0.35
  },
}
