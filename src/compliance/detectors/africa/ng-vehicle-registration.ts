import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Nigerian number plate: three letters of the place, three digits, two letters. */
export const ngVehicleRegistration: FormatDetector = {
  label: 'ng-vehicle-registration',
  category: 'vehicle',
  country: 'NG',
  formats: ['AAA-999AA', 'AAA 999AA', 'AAA-999-AA', 'AAA 999 AA', 'AAA999AA'],
  context: [
    'plate',
    'plate number',
    'number plate',
    'vehicle',
    'registration',
    'licence plate',
    'license plate',
    'car',
  ],
  rate(_value, candidate) {
    const written = candidate.text.slice(candidate.start, candidate.end)
    return written === written.toUpperCase() ? (written.length > 8 ? 0.4 : 0.2) : confidence.loose
  },
}
