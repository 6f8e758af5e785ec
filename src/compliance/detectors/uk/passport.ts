import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** United Kingdom passport number: nine digits, or two letters and seven digits. It has no check digit. */
export const ukPassport: FormatDetector = {
  label: 'uk-passport',
  category: 'identity',
  country: 'GB',
  formats: ['999999999', 'AA9999999'],
  context: [
    'passport',
    'passport number',
    'passport no',
    'british passport',
    'uk passport',
    'travel document',
    'hmpo',
  ],
  rate(value) {
    return value.charCodeAt(0) > 57 ? 0.2 : confidence.loose
  },
}
