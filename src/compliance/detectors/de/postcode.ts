import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** German postcode next to words that tell it apart from any number. */
export const dePostcode: FormatDetector = {
  label: 'de-postcode',
  category: 'location',
  country: 'DE',
  formats: ['99999', 'A-99999'],
  context: [
    'plz',
    'postleitzahl',
    'strasse',
    'anschrift',
    'adresse',
    'wohnort',
    'wohnhaft',
    'straße',
    'postcode',
  ],
  needsContext: true,
  rate(value) {
    const number = Number(value.slice(-5))
    return number >= 1067 && number <= 99998 ? confidence.loose : 0
  },
}
