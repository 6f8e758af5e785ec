import { isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** ABA routing number of a bank in the US: Federal Reserve prefix and a weighted check digit. */
export const usBankRouting: FormatDetector = {
  label: 'us-bank-routing',
  category: 'financial',
  country: 'US',
  formats: ['999999999', '9999-9999-9'],
  context: [
    'aba',
    'routing',
    'routing number',
    'rtn',
    'aba number',
    'bank routing',
    'transit number',
    'wire',
    'ach',
    'bank',
  ],
  rate(value) {
    const prefix = Number(value.slice(0, 2))
    const isDistrict =
      prefix <= 12 ||
      (prefix >= 21 && prefix <= 32) ||
      (prefix >= 61 && prefix <= 72) ||
      prefix === 80
    if (!isDistrict || isRepeated(value)) return 0
    return weightedSum(value, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0 ? confidence.likely : 0
  },
}
