import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Japanese passport number: two letters and seven digits. It has no check digit. */
export const jpPassport: FormatDetector = {
  label: 'jp-passport',
  category: 'identity',
  country: 'JP',
  formats: ['AA9999999'],
  context: ['passport', 'パスポート', '旅券', '旅券番号', 'japanese passport'],
  rate(value) {
    return /^[MT]/.test(value) ? 0.15 : confidence.loose
  },
}
