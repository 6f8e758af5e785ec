import { isShortDate } from '../calendar.ts'
import { passesLuhn } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** South African identity number: date of birth, serial, citizenship, Luhn. */
export const zaId: FormatDetector = {
  label: 'za-id',
  category: 'identity',
  country: 'ZA',
  formats: ['9999999999999', '999999 9999 99 9', '999999 9999 999', '999999-9999-999'],
  context: [
    'south african id',
    'identity number',
    'id number',
    'rsa id',
    'said',
    'sa id',
    'identity document',
  ],
  rate(value) {
    if (!isShortDate(value, 'yymmdd') || !/[0-2]/.test(value.charAt(10)) || !passesLuhn(value))
      return 0
    return confidence.checked
  },
}
