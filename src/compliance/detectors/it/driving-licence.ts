import type { FormatDetector } from '../contract.ts'

/** Italian driving licence number: two letters, seven digits and a letter, or U1 and eight places. */
export const itDrivingLicence: FormatDetector = {
  label: 'it-driving-licence',
  category: 'identity',
  country: 'IT',
  formats: ['AA9999999A', 'A9NNNNNNNA'],
  context: [
    'patente',
    'patente di guida',
    'numero patente',
    'driving licence',
    'driver license',
    'licenza',
  ],
  rate(value) {
    return /^[A-Z]{2}\d{7}[A-Z]$/.test(value)
      ? 0.25
      : /^U1[B-DF-HJ-NP-RT-Z0-9]{7}[A-Z]$/.test(value)
        ? 0.25
        : 0
  },
}
