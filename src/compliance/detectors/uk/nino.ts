import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

const prefixesNotGiven = new Set(['BG', 'GB', 'NK', 'KN', 'TN', 'NT', 'ZZ'])

/** United Kingdom National Insurance number: prefixes that are given out, six digits, a suffix from A to D. */
export const ukNino: FormatDetector = {
  label: 'uk-nino',
  category: 'identity',
  country: 'GB',
  formats: [
    'AA999999A',
    'AA 99 99 99 A',
    'AA-99-99-99-A',
    'AA 999999 A',
    'AA 999 999 A',
    'AA 999999A',
  ],
  context: [
    'national insurance',
    'national insurance number',
    'nino',
    'ni number',
    'ni no',
    'insurance number',
    'hmrc',
  ],
  rate(value) {
    const prefix = value.slice(0, 2)
    if (prefixesNotGiven.has(prefix) || !/^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]$/.test(prefix))
      return 0
    if (value.charAt(8) > 'D') return 0
    return confidence.checked
  },
}
