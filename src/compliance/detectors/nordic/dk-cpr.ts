import { isShortDate } from '../calendar.ts'
import { isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Danish CPR number: date of birth and a serial; since 2007 not all pass the check modulo 11. */
export const dkCpr: FormatDetector = {
  label: 'dk-cpr',
  category: 'identity',
  country: 'DK',
  formats: ['999999-9999', '9999999999', '999999 9999'],
  context: ['cpr', 'cpr nummer', 'personnummer', 'cprnr', 'danish id', 'cpr nr'],
  rate(value, candidate) {
    if (!isShortDate(value, 'ddmmyy') || isRepeated(value)) return 0
    const passes = weightedSum(value, [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
    if (candidate.text.charAt(candidate.start + 6) === '-')
      return passes ? confidence.checked : confidence.format
    return passes ? confidence.format : confidence.loose
  },
}
