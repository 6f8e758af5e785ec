import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

const states = new Set(
  'AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR AP AE AA'.split(
    ' ',
  ),
)

/** United States ZIP code next to words or behind a state that tell it apart from any number. */
export const usZipCode: FormatDetector = {
  label: 'us-zip-code',
  category: 'location',
  country: 'US',
  formats: ['99999', '99999-9999'],
  context: [
    'zip',
    'zip code',
    'zipcode',
    'postal code',
    'mailing address',
    'apt',
    'suite',
    'street',
    'avenue',
    'blvd',
    'apo',
    'fpo',
  ],
  rate(value, candidate) {
    if (value === '00000' || value === '99999') return 0
    const { text, start } = candidate
    if (text.charAt(start - 1) === ' ' && states.has(text.slice(start - 3, start - 1)))
      return confidence.checked
    return value.length === 9 ? confidence.format : confidence.loose
  },
}
