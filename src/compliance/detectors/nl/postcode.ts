import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { codeAt } from '../surroundings.ts'

/** Dutch postcode: four digits and two letters that are given out. */
export const nlPostcode: FormatDetector = {
  label: 'nl-postcode',
  category: 'location',
  country: 'NL',
  formats: ['9999 AA', '9999AA'],
  context: ['postcode', 'adres', 'straat', 'woonplaats', 'laan', 'weg', 'address', 'postal code'],
  rate(value, candidate) {
    if (value.startsWith('0') || /S[ADS]$/.test(value)) return 0
    return codeAt(candidate.text, candidate.end - 1) < 97 ? 0.25 : confidence.loose
  },
}
