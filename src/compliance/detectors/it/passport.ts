import { isRepeated } from '../checksums.ts'
import type { FormatDetector } from '../contract.ts'

/** Italian passport number: two letters and seven digits. It has no check digit. */
export const itPassport: FormatDetector = {
  label: 'it-passport',
  category: 'identity',
  country: 'IT',
  formats: ['AA9999999'],
  context: ['passaporto', 'numero di passaporto', 'passport', 'passport number'],
  rate(value) {
    return isRepeated(value.slice(2)) ? 0 : 0.15
  },
}
