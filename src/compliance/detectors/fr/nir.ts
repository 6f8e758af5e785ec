import { remainder } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** French social security number (NIR): sex, year, month, place, order and a key modulo 97. */
export const frNir: FormatDetector = {
  label: 'fr-nir',
  category: 'identity',
  country: 'FR',
  formats: [
    '9{6}N9{6}',
    '9{6}N9{8}',
    '9 99 99 9N 999 999 99',
    '9 99 99 9N 999 999',
    '9-99-99-9N-999-999-99',
    '9{6}N9{6} 99',
  ],
  context: [
    'securite sociale',
    'numero de securite sociale',
    'nir',
    'insee',
    'numero secu',
    'secu',
    'carte vitale',
    'social security',
    'nss',
  ],
  rate(value, candidate) {
    if (!/^[1-8]\d{4}(\d\d|2[AB])\d{6}(\d\d)?$/.test(value)) return 0
    const month = Number(value.slice(3, 5))
    if (!((month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50)) return 0
    if (value.length === 13)
      return /^[ -]\d\d\b/.test(candidate.text.slice(candidate.end, candidate.end + 4))
        ? 0
        : confidence.loose
    // Corsica counts as 19 and 18 in the key.
    const number = value.slice(0, 13).replace('2A', '19').replace('2B', '18')
    return 97 - remainder(number, 97) === Number(value.slice(13)) ? confidence.certain : 0
  },
}
