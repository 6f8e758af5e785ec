import { digitAt, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Austrian social security number: serial, check digit and date of birth. */
export const atSocialSecurity: FormatDetector = {
  label: 'at-social-security',
  category: 'identity',
  country: 'AT',
  formats: ['9999999999', '9999 999999', '9999-999999', '999 9 999999', '9999 99 99 99'],
  context: [
    'sozialversicherungsnummer',
    'sv nummer',
    'svnr',
    'versicherungsnummer',
    'social security',
    'e card',
    'ecard',
    'vsnr',
  ],
  rate(value, candidate) {
    const month = Number(value.slice(6, 8))
    const day = Number(value.slice(4, 6))
    // Months 13 to 15 are used when the serials of a day run out.
    if (value.startsWith('0') || day < 1 || day > 31 || month < 1 || month > 15) return 0
    const sum = weightedSum(value, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6])
    if (sum % 11 !== digitAt(value, 3)) return 0
    return candidate.end - candidate.start > 10 ? confidence.checked : 0.4
  },
}
