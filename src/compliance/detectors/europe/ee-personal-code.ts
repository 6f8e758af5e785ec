import { isShortDate } from '../calendar.ts'
import { digitAt, weightedSum } from '../checksums.ts'
import type { FormatDetector } from '../contract.ts'

/** Estonian and Lithuanian personal code: sex and century, date of birth, serial, check digit in two rounds. */
export const eePersonalCode: FormatDetector = {
  label: 'ee-personal-code',
  category: 'identity',
  country: 'EE',
  formats: ['99999999999'],
  context: ['isikukood', 'asmens kodas', 'personal code', 'estonian id', 'lithuanian id'],
  rate(value) {
    if (!/^[1-8]/.test(value) || !isShortDate(value.slice(1, 7), 'yymmdd')) return 0
    let rest = weightedSum(value, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
    if (rest === 10) rest = (weightedSum(value, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11) % 10
    return rest === digitAt(value, 10) ? 0.45 : 0
  },
}
