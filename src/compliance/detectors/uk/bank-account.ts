import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** United Kingdom sort code, alone next to words that name it or together with an account number. */
export const ukBankAccount: FormatDetector = {
  label: 'uk-bank-account',
  category: 'financial',
  country: 'GB',
  formats: [
    '99-99-99',
    '999999',
    '99-99-99 99999999',
    '99-99-99/99999999',
    '999999 99999999',
    '99 99 99 99999999',
  ],
  context: [
    'sort code',
    'sort',
    'bank account',
    'account number',
    'sortcode',
    'account no',
    'bacs',
    'chaps',
    'faster payments',
  ],
  needsContext: true,
  rate(value) {
    return value.length === 14 ? confidence.format : confidence.loose
  },
}
