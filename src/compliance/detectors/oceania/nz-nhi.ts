import { digitAt } from '../checksums.ts'
import type { FormatDetector } from '../contract.ts'

/** New Zealand National Health Index: three letters, four places, check digit modulo 11 or letter modulo 23. */
export const nzNhi: FormatDetector = {
  label: 'nz-nhi',
  category: 'health',
  country: 'NZ',
  formats: ['AAA9999', 'AAA99NA'],
  context: ['nhi', 'nhi number', 'national health index', 'patient', 'hospital'],
  rate(value) {
    if (/[IO]/.test(value)) return 0
    let sum = 0
    for (let i = 0; i < 6; i++) {
      const code = value.charCodeAt(i)
      const place = code < 58 ? code - 48 : 'ABCDEFGHJKLMNPQRSTUVWXYZ'.indexOf(value.charAt(i)) + 1
      sum += place * (7 - i)
    }
    if (/\d$/.test(value)) {
      const rest = sum % 11
      return rest !== 0 && (11 - rest) % 10 === digitAt(value, 6) ? 0.25 : 0
    }
    return 'ABCDEFGHJKLMNPQRSTUVWXYZ'.charAt(22 - (sum % 23)) === value.charAt(6) ? 0.35 : 0
  },
}
