import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Number of a German driving licence: authority, serial, check place and number of the copy. */
export const deDrivingLicence: FormatDetector = {
  label: 'de-driving-licence',
  category: 'identity',
  country: 'DE',
  formats: ['AN99999999N'],
  context: [
    'fuhrerschein',
    'fuhrerscheinnummer',
    'fahrerlaubnis',
    'driving licence',
    'driver license',
    'fuhrerschein nr',
    'licence number',
  ],
  rate() {
    return confidence.format
  },
}
