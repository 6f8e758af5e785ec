import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { documentCheckDigit } from './document-check-digit.ts'

/** Number of a German identity card: nine places without vowels, with or without its check digit; the old form is T and eight digits. */
export const deIdCard: FormatDetector = {
  label: 'de-id-card',
  category: 'identity',
  country: 'DE',
  formats: ['ANNNNNNNN', 'ANNNNNNNN9'],
  context: [
    'personalausweis',
    'ausweisnummer',
    'ausweis',
    'personalausweisnummer',
    'identity card',
    'id card',
    'perso',
    'ausweisnr',
    'id number',
  ],
  rate(value) {
    if (!/^[CFGHJKLMNPRTVWXYZ0-9]{9,10}$/.test(value) || /^\D+$/.test(value)) return 0
    if (!/^[LMNPRTVWXYCFGHJK]/.test(value)) return 0
    if (value.length === 10)
      return documentCheckDigit(value.slice(0, 9)) === value.charAt(9) ? confidence.checked : 0
    if (/^T\d{8}$/.test(value)) return confidence.format
    const digits = value.replaceAll(/\D/g, '').length
    if (digits < 3) return 0
    // Some print the check digit as the ninth place of eight.
    return documentCheckDigit(value.slice(0, 8)) === value.charAt(8)
      ? confidence.likely
      : confidence.format
  },
}
