import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { documentCheckDigit } from './document-check-digit.ts'

/** Number of a German passport: C, F, G, H, J or K and eight places without vowels, with or without its check digit. */
export const dePassport: FormatDetector = {
  label: 'de-passport',
  category: 'identity',
  country: 'DE',
  formats: ['ANNNNNNNN', 'ANNNNNNNN9'],
  context: [
    'reisepass',
    'passnummer',
    'pass nr',
    'reisepassnummer',
    'passport',
    'passport number',
    'pass',
    'reisepassnr',
  ],
  rate(value) {
    if (!/^[CFGHJK][CFGHJKLMNPRTVWXYZ0-9]{8,9}$/.test(value)) return 0
    if (value.length === 10)
      return documentCheckDigit(value.slice(0, 9)) === value.charAt(9) ? confidence.checked : 0
    if (value.replaceAll(/\D/g, '').length < 3) return 0
    return documentCheckDigit(value.slice(0, 8)) === value.charAt(8)
      ? confidence.likely
      : confidence.format
  },
}
