import { isShortDate } from '../calendar.ts'
import { isRepeated, passesLuhn } from '../checksums.ts'
import type { FormatDetector } from '../contract.ts'

/** Greek social security number (AMKA): date of birth, serial, Luhn. */
export const grAmka: FormatDetector = {
  label: 'gr-amka',
  category: 'identity',
  country: 'GR',
  formats: ['99999999999'],
  context: ['amka', 'αμκα', 'social security', 'greek id'],
  rate(value) {
    return isShortDate(value, 'ddmmyy') && passesLuhn(value) && !isRepeated(value) ? 0.4 : 0
  },
}
