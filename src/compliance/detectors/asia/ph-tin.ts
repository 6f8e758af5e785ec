import { isRepeated } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Philippine taxpayer number: nine digits and perhaps a branch, in threes. */
export const phTin: FormatDetector = {
  label: 'ph-tin',
  category: 'identity',
  country: 'PH',
  formats: ['999-999-999', '999-999-999-999', '999-999-999-99999', '999999999999'],
  context: ['tin', 'tax id', 'taxpayer', 'bir', 'taxpayer identification', 'tin number'],
  rate(value) {
    return isRepeated(value) ? 0 : confidence.loose
  },
}
