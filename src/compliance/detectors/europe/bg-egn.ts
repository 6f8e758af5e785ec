import { isDay } from '../calendar.ts'
import { digitAt, weightedSum } from '../checksums.ts'
import type { FormatDetector } from '../contract.ts'

/** Bulgarian uniform civil number: date of birth with the century in the month, place, check digit. */
export const bgEgn: FormatDetector = {
  label: 'bg-egn',
  category: 'identity',
  country: 'BG',
  formats: ['9999999999'],
  context: ['egn', 'егн', 'единен граждански номер', 'civil number'],
  rate(value) {
    const month = Number(value.slice(2, 4)) % 20
    if (!isDay(Number(value.slice(4, 6)), month)) return 0
    const check = (weightedSum(value, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10
    return check === digitAt(value, 9) ? 0.4 : 0
  },
}
