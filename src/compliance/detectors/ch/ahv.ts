import { weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Swiss social security number (AHV, AVS): 756, nine digits and a check digit as in EAN-13. */
export const chAhv: FormatDetector = {
  label: 'ch-ahv',
  category: 'identity',
  country: 'CH',
  formats: ['999.9999.9999.99', '9999999999999', '999 9999 9999 99'],
  context: [
    'ahv',
    'avs',
    'sozialversicherungsnummer',
    'ahv nummer',
    'numero avs',
    'ahvn13',
    'social security',
    'assicurazione',
  ],
  rate(value) {
    if (!value.startsWith('756')) return 0
    return weightedSum(value, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0
      ? confidence.strong
      : 0
  },
}
