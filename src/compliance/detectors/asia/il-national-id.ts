import { isRepeated, passesLuhn } from '../checksums.ts'
import type { FormatDetector } from '../contract.ts'

/** Israeli identity number: nine digits checked by Luhn. */
export const ilNationalId: FormatDetector = {
  label: 'il-national-id',
  category: 'identity',
  country: 'IL',
  formats: ['999999999', '99999999-9', '9999999-9-9'],
  context: [
    'teudat zehut',
    'israeli id',
    'israel id',
    'tz',
    'id number',
    'תעודת זהות',
    'ת ז',
    'מספר זהות',
  ],
  rate(value, candidate) {
    if (isRepeated(value) || Number(value) < 1_000_000 || !passesLuhn(value)) return 0
    return candidate.end - candidate.start > 9 ? 0.4 : 0.25
  },
}
