import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { codeAt } from '../surroundings.ts'

/** Indian passport number: a letter and seven digits, of which neither the first nor the last is 0. */
export const inPassport: FormatDetector = {
  label: 'in-passport',
  category: 'identity',
  country: 'IN',
  formats: ['A9999999', 'A9 99999', 'A99 99999'],
  context: ['passport', 'passport number', 'indian passport', 'passport no'],
  rate(value, candidate) {
    if (!/^[A-PR-WY][1-9]\d{5}[1-9]$/.test(value)) return 0
    return codeAt(candidate.text, candidate.start) < 97 ? 0.15 : confidence.loose
  },
}
