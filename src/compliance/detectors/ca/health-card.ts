import { passesLuhn } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Health card of Ontario: ten digits checked by Luhn, perhaps with a version. */
export const caHealthCard: FormatDetector = {
  label: 'ca-health-card',
  category: 'health',
  country: 'CA',
  formats: [
    '9999-999-999',
    '9999 999 999',
    '9999-999-999-AA',
    '9999 999 999 AA',
    '9999999999AA',
    '9999999999',
  ],
  context: [
    'ohip',
    'health card',
    'health card number',
    'carte sante',
    'carte soleil',
    'ramq',
    'health insurance',
    'version code',
  ],
  needsContext: true,
  rate(value) {
    return /^[1-9]/.test(value) && passesLuhn(value.slice(0, 10)) ? confidence.format : 0
  },
}
