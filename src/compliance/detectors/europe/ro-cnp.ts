import { isShortDate } from '../calendar.ts'
import { digitAt, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Romanian personal numeric code: sex and century, date of birth, county, serial, check digit. */
export const roCnp: FormatDetector = {
  label: 'ro-cnp',
  category: 'identity',
  country: 'RO',
  formats: ['9999999999999'],
  context: ['cnp', 'cod numeric personal', 'romanian id', 'numeric personal'],
  rate(value) {
    if (value.startsWith('0') || !isShortDate(value.slice(1, 7), 'yymmdd')) return 0
    const rest = weightedSum(value, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
    return (rest === 10 ? 1 : rest) === digitAt(value, 12) ? confidence.checked : 0
  },
}
