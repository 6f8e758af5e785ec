import { isDay } from '../calendar.ts'
import { isRepeated } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Czech and Slovak birth number: date of birth (month of women plus 50), serial, divisible by 11. */
export const czBirthNumber: FormatDetector = {
  label: 'cz-birth-number',
  category: 'identity',
  country: 'CZ',
  formats: ['999999/9999', '9999999999', '999999/999'],
  context: ['rodne cislo', 'rodneho cisla', 'rc', 'birth number', 'r c'],
  rate(value, candidate) {
    const written = Number(value.slice(2, 4))
    const month =
      written > 70
        ? written - 70
        : written > 50
          ? written - 50
          : written > 20
            ? written - 20
            : written
    if (!isDay(Number(value.slice(4, 6)), month)) return 0
    const isSlashed = candidate.end - candidate.start > value.length
    if (value.length === 9) return 0.3
    return Number(value) % 11 === 0 && !isRepeated(value)
      ? isSlashed
        ? confidence.strong
        : 0.4
      : 0
  },
}
