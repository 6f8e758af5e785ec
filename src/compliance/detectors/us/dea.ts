import { digitAt, isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

const registrantTypes = 'ABCDEFGHJKLMPRSTUX'

/** Registration number of a prescriber with the US Drug Enforcement Administration: type, initial, check digit. */
export const usDea: FormatDetector = {
  label: 'us-dea-number',
  category: 'health',
  country: 'US',
  formats: ['AA9999999', 'A99999999', 'AA-9999999'],
  context: [
    'dea',
    'dea number',
    'dea registration',
    'prescriber',
    'controlled substance',
    'medical license',
    'medical licence',
    'certificate',
  ],
  rate(value) {
    if (!registrantTypes.includes(value.charAt(0))) return 0
    const second = value.charCodeAt(1)
    if (second <= 57 && second !== 57) return 0
    const digits = value.slice(2)
    const sum = weightedSum(digits, [1, 2, 1, 2, 1, 2])
    if (isRepeated(digits) || sum % 10 !== digitAt(digits, 6)) return 0
    return second === 57 ? confidence.format : confidence.checked
  },
}
