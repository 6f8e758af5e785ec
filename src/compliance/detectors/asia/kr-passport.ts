import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Korean passport number: kind, three digits, a letter and four digits, or eight digits in the old form. */
export const krPassport: FormatDetector = {
  label: 'kr-passport',
  category: 'identity',
  country: 'KR',
  formats: ['A999A9999', 'A99999999', 'AA9999999'],
  context: ['passport', 'passport number', '여권', '여권번호', 'korean passport'],
  rate(value) {
    if (
      !/^(?:[MSRODG]|PM|PS|PR|PO|PD)/.test(value) ||
      (value.charCodeAt(1) > 57 && value.charAt(0) !== 'P')
    )
      return 0
    return value.charCodeAt(4) > 57 ? 0.2 : confidence.loose
  },
}
