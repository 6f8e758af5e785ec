import { digitAt, isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** German number of a physician for life (LANR): six digits, their check digit and two for the field. */
export const dePhysicianNumber: FormatDetector = {
  label: 'de-physician-number',
  category: 'health',
  country: 'DE',
  formats: ['999999999', '999999 9 99', '9999999 99'],
  context: [
    'lanr',
    'arztnummer',
    'lebenslange arztnummer',
    'behandelnder arzt',
    'arzt',
    'physician number',
  ],
  rate(value) {
    const check = (10 - (weightedSum(value, [4, 9, 4, 9, 4, 9]) % 10)) % 10
    if (check !== digitAt(value, 6) || isRepeated(value)) return 0
    return Number(value.slice(7)) > 0 ? confidence.format : 0
  },
}
