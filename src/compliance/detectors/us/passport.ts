import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** United States passport number: nine digits, or a letter and eight digits since 2021. It has no check digit. */
export const usPassport: FormatDetector = {
  label: 'us-passport',
  category: 'identity',
  country: 'US',
  formats: ['A99999999', '999999999'],
  context: [
    'passport',
    'us passport',
    'passport number',
    'passport no',
    'travel document',
    'passport card',
    'uspassport',
  ],
  rate(value) {
    return value.charCodeAt(0) > 57 ? 0.2 : confidence.loose
  },
}
