import { weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Singapore Unique Entity Number of a business, a local company or another entity, with its check letter. */
export const sgUen: FormatDetector = {
  label: 'sg-uen',
  category: 'financial',
  country: 'SG',
  formats: ['99999999A', '999999999A', 'A99AA9999A'],
  context: [
    'uen',
    'unique entity',
    'unique entity number',
    'acra',
    'company number',
    'registration number',
  ],
  rate(value) {
    const last = value.slice(-1)
    if (value.length === 9) {
      const sum = weightedSum(value, [10, 4, 9, 3, 8, 2, 7, 1])
      return 'XMKECAWLJDB'.charAt(sum % 11) === last ? confidence.checked : 0
    }
    if (value.charCodeAt(0) < 58) {
      const year = Number(value.slice(0, 4))
      if (year < 1880 || year > 2100) return 0
      const sum = weightedSum(value, [10, 8, 6, 4, 9, 7, 5, 3, 1])
      return 'ZKCMDNERGWH'.charAt(sum % 11) === last ? confidence.strong : 0
    }
    if (!/^[RST]/.test(value)) return 0
    const alphabet = 'ABCDEFGHJKLMNPQRSTUVWX0123456789'
    let sum = 0
    for (const [i, weight] of [4, 3, 5, 3, 10, 2, 2, 5, 7].entries())
      sum += alphabet.indexOf(value.charAt(i)) * weight
    return alphabet.charAt((((sum - 5) % 11) + 11) % 11) === last
      ? confidence.checked
      : confidence.format
  },
}
