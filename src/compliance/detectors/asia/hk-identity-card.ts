import { digitAt, isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Hong Kong identity card: one or two letters, six digits, check character modulo 11 in brackets or not. */
export const hkIdentityCard: FormatDetector = {
  label: 'hk-identity-card',
  category: 'identity',
  country: 'HK',
  formats: ['A{1,2}999999(N)', 'A{1,2}999999N', 'A{1,2}999999 (N)'],
  context: ['hkid', 'hong kong id', 'identity card', 'hkid card', '身份證', '香港身份證'],
  rate(value, candidate) {
    const letters = value.charCodeAt(1) > 57 ? 2 : 1
    if (value.length !== letters + 7 || !/[\dA]$/.test(value)) return 0
    let sum =
      letters === 2 ? digitAt(value, 0) * 9 + digitAt(value, 1) * 8 : 36 * 9 + digitAt(value, 0) * 8
    sum += weightedSum(value, [7, 6, 5, 4, 3, 2, 1], letters)
    if (sum % 11 !== 0 || isRepeated(value.slice(letters, letters + 6))) return 0
    return candidate.end - candidate.start > value.length ? confidence.strong : 0.4
  },
}
