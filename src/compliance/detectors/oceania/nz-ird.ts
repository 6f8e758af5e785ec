import { digitAt, isRepeated, weightedSum } from '../checksums.ts'
import type { FormatDetector } from '../contract.ts'

/** New Zealand IRD number: eight or nine digits checked modulo 11 in up to two rounds. */
export const nzIrd: FormatDetector = {
  label: 'nz-ird',
  category: 'identity',
  country: 'NZ',
  formats: ['99-999-999', '999-999-999', '99999999', '999999999', '99 999 999', '999 999 999'],
  context: ['ird', 'ird number', 'inland revenue', 'tax number', 'gst number'],
  rate(value, candidate) {
    const digits = value.padStart(9, '0')
    const number = Number(value)
    if (number < 10_000_000 || number > 150_000_000 || isRepeated(value)) return 0
    let rest = weightedSum(digits, [3, 2, 7, 6, 5, 4, 3, 2]) % 11
    if (rest === 1) rest = weightedSum(digits, [7, 4, 3, 2, 5, 2, 7, 6]) % 11
    if (rest === 1 || (11 - rest) % 11 !== digitAt(digits, 8)) return 0
    return candidate.end - candidate.start > value.length ? 0.4 : 0.25
  },
}
