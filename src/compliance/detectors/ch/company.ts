import { digitAt, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Swiss company number (UID): CHE, eight digits and a check digit modulo 11. */
export const chCompany: FormatDetector = {
  label: 'ch-uid',
  category: 'financial',
  country: 'CH',
  formats: ['AAA-999.999.999', 'AAA999999999', 'AAA 999 999 999', 'AAA-999999999'],
  context: [
    'uid',
    'unternehmens identifikationsnummer',
    'mwst',
    'ide',
    'tva',
    'handelsregister',
    'company number',
  ],
  rate(value) {
    if (!value.startsWith('CHE')) return 0
    const check = (11 - (weightedSum(value, [5, 4, 3, 2, 7, 6, 5, 4], 3) % 11)) % 11
    return check === digitAt(value, 11) ? confidence.strong : 0
  },
}
