import { isRepeated } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Spanish passport number: two or three letters and six digits. It has no check digit. */
export const esPassport: FormatDetector = {
  label: 'es-passport',
  category: 'identity',
  country: 'ES',
  formats: ['AAA999999', 'AA999999'],
  context: ['pasaporte', 'numero de pasaporte', 'passport', 'passport number'],
  rate(value) {
    return isRepeated(value.slice(-6)) ? 0 : value.length === 9 ? 0.25 : confidence.loose
  },
}
