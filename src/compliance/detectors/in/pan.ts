import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { codeAt } from '../surroundings.ts'

/** Indian Permanent Account Number: three letters, kind of holder, initial, four digits, a letter. */
export const inPan: FormatDetector = {
  label: 'in-pan',
  category: 'identity',
  country: 'IN',
  formats: ['AAAAA9999A'],
  context: [
    'pan',
    'pan card',
    'pan number',
    'permanent account number',
    'income tax',
    'income tax department',
  ],
  rate(value, candidate) {
    if (value.slice(5, 9) === '0000') return 0
    const holder = value.charAt(3)
    if (!'PCHFATBLJGKE'.includes(holder)) return confidence.loose
    return codeAt(candidate.text, candidate.start) < 97 ? confidence.checked : 0.4
  },
}
