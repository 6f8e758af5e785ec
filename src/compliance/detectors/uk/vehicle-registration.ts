import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { grouped } from '../format-automaton.ts'
import { codeAt } from '../surroundings.ts'

/** United Kingdom number plate: the current style with a half-year that exists, or the styles since 1963. */
export const ukVehicleRegistration: FormatDetector = {
  label: 'uk-vehicle-registration',
  category: 'vehicle',
  country: 'GB',
  formats: [
    ...grouped('AA99-AAA', [' ', '-', '']),
    ...grouped('A9{1,3}-AAA', [' ', '-', '']),
    ...grouped('AAA-9{1,3}A', [' ', '-', '']),
  ],
  context: [
    'registration',
    'vehicle registration',
    'number plate',
    'licence plate',
    'license plate',
    'reg',
    'vrm',
    'plate',
    'vehicle',
    'car',
    'dvla',
  ],
  rate(value, candidate) {
    const isUpperCase = codeAt(candidate.text, candidate.start) < 97
    const letters = value.replaceAll(/\d/g, '')
    if (/[IQ]/.test(letters)) return 0
    if (/^[A-Z]{2}\d\d[A-Z]{3}$/.test(value)) {
      const half = Number(value.slice(2, 4))
      const isGiven = (half >= 2 && half <= 29) || (half >= 51 && half <= 79)
      return isGiven && value.charAt(1) !== 'Z' ? (isUpperCase ? 0.35 : 0.2) : 0
    }
    const yearLetter = /^[A-Z]\d/.test(value) ? value.charAt(0) : value.slice(-1)
    if (/[OUZ]/.test(yearLetter)) return 0
    return isUpperCase ? confidence.format : confidence.loose
  },
}
