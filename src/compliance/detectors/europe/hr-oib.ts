import { isRepeated, passesMod11And10 } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Croatian personal identification number: eleven digits, ISO 7064 mod 11,10. */
export const hrOib: FormatDetector = {
  label: 'hr-oib',
  category: 'identity',
  country: 'HR',
  formats: ['99999999999', 'AA99999999999'],
  context: ['oib', 'osobni identifikacijski broj', 'osobni identifikacijski'],
  rate(value) {
    const digits = value.slice(-11)
    if (value.length > 11 && !value.startsWith('HR')) return 0
    if (isRepeated(digits) || !passesMod11And10(digits)) return 0
    return value.length > 11 ? confidence.strong : 0.35
  },
}
