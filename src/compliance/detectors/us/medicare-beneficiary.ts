import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** United States Medicare Beneficiary Identifier: eleven places, each with its own kind of character. */
export const usMedicareBeneficiary: FormatDetector = {
  label: 'us-mbi',
  category: 'health',
  country: 'US',
  formats: ['9AN9AN9AA99', '9AN9-AN9-AA99', '9AN9 AN9 AA99'],
  context: [
    'mbi',
    'medicare',
    'medicare beneficiary',
    'beneficiary',
    'medicare number',
    'medicare id',
    'hicn',
    'cms',
  ],
  rate(value) {
    // No S, L, O, I, B or Z, which look like digits.
    return value.startsWith('0') || /[SLOIBZ]/.test(value) ? 0 : confidence.checked
  },
}
