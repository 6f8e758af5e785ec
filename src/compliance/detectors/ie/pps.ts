import { weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Irish Personal Public Service number: seven digits, a check letter modulo 23, perhaps a second letter. */
export const iePps: FormatDetector = {
  label: 'ie-pps',
  category: 'identity',
  country: 'IE',
  formats: ['9999999A', '9999999AA', '9999999 AA', '9999999 A'],
  context: ['pps', 'ppsn', 'pps number', 'pps no', 'personal public service', 'revenue', 'rsi'],
  rate(value) {
    const second = value.length > 8 ? value.charCodeAt(8) - 64 : 0
    if (second > 9 && second !== 23) return 0
    const sum = weightedSum(value, [8, 7, 6, 5, 4, 3, 2]) + (second === 23 ? 0 : second) * 9
    if ('WABCDEFGHIJKLMNOPQRSTUV'.charAt(sum % 23) !== value.charAt(7)) return 0
    return confidence.checked
  },
}
