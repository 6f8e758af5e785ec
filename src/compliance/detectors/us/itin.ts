import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { grouped } from '../format-automaton.ts'

/** United States Individual Taxpayer Identification Number: starts with 9, middle pair within the ranges given out. */
export const usItin: FormatDetector = {
  label: 'us-itin',
  category: 'identity',
  country: 'US',
  formats: [...grouped('999-99-9999', ['-', ' ', '']), '999-999999', '99999-9999'],
  context: ['itin', 'individual taxpayer', 'taxpayer', 'tax id', 'taxpayer id', 'tax number'],
  rate(value, candidate) {
    if (!value.startsWith('9')) return 0
    const group = Number(value.slice(3, 5))
    const isGiven =
      (group >= 50 && group <= 65) || (group >= 70 && group <= 99 && group !== 89 && group !== 93)
    if (!isGiven || value.endsWith('0000')) return 0
    const length = candidate.end - candidate.start
    if (length === 11) return confidence.checked
    return length === 10 ? 0.25 : 0.2
  },
}
