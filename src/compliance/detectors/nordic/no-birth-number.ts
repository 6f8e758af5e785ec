import { isDay } from '../calendar.ts'
import { weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Norwegian birth number: date of birth (D-numbers add 40 to the day), serial, two check digits modulo 11. */
export const noBirthNumber: FormatDetector = {
  label: 'no-birth-number',
  category: 'identity',
  country: 'NO',
  formats: ['99999999999', '999999 99999', '999999-99999'],
  context: [
    'fodselsnummer',
    'fnr',
    'personnummer',
    'd nummer',
    'birth number',
    'national identity number',
    'fodselsnr',
  ],
  rate(value) {
    const day = Number(value.slice(0, 2))
    const month = Number(value.slice(2, 4))
    if (!isDay(day > 40 ? day - 40 : day, month > 40 ? month - 40 : month)) return 0
    const first = weightedSum(value, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11
    const second = weightedSum(value, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11
    return first === 0 && second === 0 ? confidence.strong : 0
  },
}
