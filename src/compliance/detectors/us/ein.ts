import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

const missingPrefixes = new Set([0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97])

/** United States Employer Identification Number: campus prefixes that exist, the rest is a running number. */
export const usEin: FormatDetector = {
  label: 'us-ein',
  category: 'financial',
  country: 'US',
  formats: ['99-9999999', '999999999'],
  context: [
    'ein',
    'fein',
    'employer identification',
    'employer id',
    'federal tax id',
    'tax id',
    'irs number',
    'employer identification number',
  ],
  rate(value, candidate) {
    if (missingPrefixes.has(Number(value.slice(0, 2)))) return 0
    return candidate.end - candidate.start === 10 ? confidence.format : confidence.loose
  },
}
