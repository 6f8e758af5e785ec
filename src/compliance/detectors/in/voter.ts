import { isRepeated } from '../checksums.ts'
import type { FormatDetector } from '../contract.ts'

/** Indian voter identity card (EPIC): three letters and seven digits. */
export const inVoter: FormatDetector = {
  label: 'in-voter',
  category: 'identity',
  country: 'IN',
  formats: ['AAA9999999', 'AA/99/999/999999'],
  context: [
    'voter',
    'voter id',
    'epic',
    'election',
    'elector',
    'voter card',
    'election commission',
  ],
  rate(value) {
    return isRepeated(value.slice(3)) ? 0 : 0.25
  },
}
