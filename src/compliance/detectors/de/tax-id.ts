import { passesMod11And10 } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** German tax identification number (Steuer-ID): ISO 7064 mod 11,10; one of the first ten digits stands two or three times. */
export const deTaxId: FormatDetector = {
  label: 'de-tax-id',
  category: 'identity',
  country: 'DE',
  formats: ['99999999999', '99 999 999 999', '99/999/999/999'],
  context: [
    'steuer id',
    'steueridentifikationsnummer',
    'steuerliche identifikationsnummer',
    'idnr',
    'identifikationsnummer',
    'steuerid',
    'tin',
    'tax id',
    'steuer',
    'tax identification',
  ],
  rate(value, candidate) {
    if (value.startsWith('0') || !passesMod11And10(value)) return 0
    const different = new Set(value.slice(0, 10)).size
    if (different < 8) return 0
    if (different === 10) return 0.3
    return candidate.end - candidate.start > 11 ? confidence.checked : 0.4
  },
}
