import { digitAt, isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { grouped } from '../format-automaton.ts'

/** United Kingdom NHS number: ten digits, the last a check digit modulo 11. */
export const ukNhs: FormatDetector = {
  label: 'uk-nhs',
  category: 'health',
  country: 'GB',
  formats: grouped('999-999-9999'),
  context: [
    'nhs',
    'nhs number',
    'nhs no',
    'national health service',
    'patient',
    'health services',
    'hospital number',
  ],
  anyGrouping: true,
  rate(value, candidate) {
    if (isRepeated(value)) return 0
    const check = (11 - (weightedSum(value, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11
    if (check !== digitAt(value, 9)) return 0
    const isGrouped = candidate.end - candidate.start > 10
    return isGrouped ? confidence.checked : 0.4
  },
}
