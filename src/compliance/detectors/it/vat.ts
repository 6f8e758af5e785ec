import { isRepeated, passesLuhn } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Italian VAT number (partita IVA): eleven digits, checked by Luhn, the office within its range. */
export const itVat: FormatDetector = {
  label: 'it-vat',
  category: 'financial',
  country: 'IT',
  formats: ['99999999999', 'AA99999999999', 'AA 99999999999'],
  context: ['partita iva', 'p iva', 'piva', 'iva', 'vat', 'vat number', 'vat code'],
  rate(value) {
    const digits = value.slice(-11)
    if (value.length > 11 && !value.startsWith('IT')) return 0
    if (isRepeated(digits) || !passesLuhn(digits)) return 0
    const office = Number(digits.slice(7, 10))
    if (!((office >= 1 && office <= 100) || [120, 121, 888, 999].includes(office))) return 0
    return value.length > 11 ? confidence.strong : 0.4
  },
}
