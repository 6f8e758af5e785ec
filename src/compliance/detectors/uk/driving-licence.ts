import { isDay } from '../calendar.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** United Kingdom driving licence number: surname, date of birth (month of women plus 50), initials. */
export const ukDrivingLicence: FormatDetector = {
  label: 'uk-driving-licence',
  category: 'identity',
  country: 'GB',
  formats: ['NNNNN999999NN9AA', 'NNNNN 999999 NN9AA', 'NNNNN-999999-NN9AA'],
  context: [
    'driving licence',
    'driver licence',
    'driving license',
    'dvla',
    'licence number',
    'licence',
  ],
  rate(value) {
    if (!/^[A-Z]{1,5}9*$/.test(value.slice(0, 5)) || !/^[A-Z9]{2}$/.test(value.slice(11, 13)))
      return 0
    const month = Number(value.slice(6, 8)) % 50
    return isDay(Number(value.slice(8, 10)), month) && Number(value.slice(6, 8)) < 63
      ? confidence.strong
      : 0
  },
}
