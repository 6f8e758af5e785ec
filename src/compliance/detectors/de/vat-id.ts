import { passesMod11And10 } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** German VAT identification number: DE and nine digits with a check digit by ISO 7064 mod 11,10. */
export const deVatId: FormatDetector = {
  label: 'de-vat-id',
  category: 'financial',
  country: 'DE',
  formats: ['AA999999999', 'AA 999999999', 'AA 999 999 999', 'AA-999999999', 'AA 99 99 99 999'],
  context: [
    'ust idnr',
    'umsatzsteuer',
    'ust id',
    'vat',
    'vat id',
    'vat number',
    'umsatzsteuer identifikationsnummer',
    'ustid',
  ],
  rate(value) {
    return value.startsWith('DE') && value.charAt(2) !== '0' && passesMod11And10(value.slice(2))
      ? confidence.strong
      : 0
  },
}
