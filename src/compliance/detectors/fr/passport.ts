import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** French passport number: two digits, two letters, five digits. It has no check digit. */
export const frPassport: FormatDetector = {
  label: 'fr-passport',
  category: 'identity',
  country: 'FR',
  formats: ['99AA99999'],
  context: ['passeport', 'numero de passeport', 'passport', 'passport number'],
  rate(value) {
    return value.startsWith('00') ? confidence.loose : confidence.format
  },
}
