import { isRepeated } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Account number of a bank: 8 to 17 digits next to words that name one. It has no check digit of its own. */
export const usBankAccount: FormatDetector = {
  label: 'us-bank-account',
  category: 'financial',
  country: 'US',
  formats: ['9{8,17}', '9{3,5}-9{5,10}', '9999 9999 9999'],
  context: [
    'account number',
    'bank account',
    'acct',
    'acct number',
    'account no',
    'checking account',
    'savings account',
    'account num',
    'checking',
    'direct deposit',
    'debit my account',
    'beneficiary account',
    'accountnumber',
    'bank acct',
  ],
  needsContext: true,
  rate(value) {
    return isRepeated(value) ? 0 : confidence.loose
  },
}
