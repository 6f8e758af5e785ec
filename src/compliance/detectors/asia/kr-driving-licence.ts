import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Korean driving licence number: region, year, serial, two digits. */
export const krDrivingLicence: FormatDetector = {
  label: 'kr-driving-licence',
  category: 'identity',
  country: 'KR',
  formats: ['99-99-999999-99', '99 99 999999 99', '999999999999'],
  context: [
    'driving licence',
    'driver license',
    'drivers license',
    'license',
    '운전면허',
    '면허번호',
    'licence number',
  ],
  rate(value, candidate) {
    const region = Number(value.slice(0, 2))
    if (region < 11 || region > 28 || (candidate.end - candidate.start === 12 && region > 26))
      return 0
    return candidate.end - candidate.start > 12 ? 0.4 : confidence.loose
  },
}
