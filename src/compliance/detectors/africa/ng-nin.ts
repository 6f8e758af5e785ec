import { isRepeated, passesVerhoeff } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Nigerian National Identification Number: eleven digits, Verhoeff. */
export const ngNin: FormatDetector = {
  label: 'ng-nin',
  category: 'identity',
  country: 'NG',
  formats: ['99999999999', '9999 999 9999', '9999-999-9999'],
  context: ['nin', 'national identification number', 'nimc', 'nigeria', 'national identity number'],
  rate(value, candidate) {
    if (value.startsWith('0') || isRepeated(value) || !passesVerhoeff(value)) return 0
    return candidate.end - candidate.start > 11 ? 0.4 : confidence.format
  },
}
