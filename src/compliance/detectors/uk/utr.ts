import { isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** United Kingdom Unique Taxpayer Reference: ten digits, the first a check digit modulo 11. */
export const ukUtr: FormatDetector = {
  label: 'uk-utr',
  category: 'financial',
  country: 'GB',
  formats: ['9999999999', '99999 99999'],
  context: [
    'utr',
    'unique taxpayer',
    'unique taxpayer reference',
    'self assessment',
    'tax reference',
    'hmrc',
    'taxpayer reference',
  ],
  rate(value) {
    const rest = weightedSum(value, [6, 7, 8, 9, 10, 5, 4, 3, 2], 1) % 11
    if (isRepeated(value) || '21987654321'.charAt(rest) !== value.charAt(0)) return 0
    return confidence.format
  },
}
