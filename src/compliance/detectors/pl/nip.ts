import { digitAt, isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Polish tax number (NIP): ten digits, the last a check digit modulo 11. */
export const plNip: FormatDetector = {
  label: 'pl-nip',
  category: 'financial',
  country: 'PL',
  formats: ['9999999999', '999-999-99-99', '999-99-99-999', '999 999 99 99', 'AA9999999999'],
  context: ['nip', 'numer nip', 'nr nip', 'numer identyfikacji podatkowej', 'vat', 'tax number'],
  rate(value, candidate) {
    const digits = value.slice(-10)
    if (value.length > 10 && !value.startsWith('PL')) return 0
    if (isRepeated(digits) || digits.startsWith('0')) return 0
    if (weightedSum(digits, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 !== digitAt(digits, 9)) return 0
    if (value.length > 10) return confidence.strong
    return candidate.end - candidate.start > 10 ? confidence.checked : confidence.format
  },
}
