import { isRepeated, weightedSum } from '../checksums.ts'
import type { FormatDetector } from '../contract.ts'

/** Dutch citizen service number (BSN): nine digits that pass the eleven test. */
export const nlBsn: FormatDetector = {
  label: 'nl-bsn',
  category: 'identity',
  country: 'NL',
  formats: ['999999999', '9999 99 999', '9999.99.999', '999 999 999', '999.999.999'],
  context: [
    'bsn',
    'burgerservicenummer',
    'sofinummer',
    'sofi nummer',
    'citizen service number',
    'burger service nummer',
    'persoonsnummer',
  ],
  rate(value) {
    if (isRepeated(value) || value.startsWith('00')) return 0
    return weightedSum(value, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 ? 0.35 : 0
  },
}
