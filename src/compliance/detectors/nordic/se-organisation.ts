import { digitAt, isRepeated, passesLuhn } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Swedish organisation number: the third digit is 2 or more, Luhn. */
export const seOrganisationNumber: FormatDetector = {
  label: 'se-organisation-number',
  category: 'financial',
  country: 'SE',
  formats: ['999999-9999', '9999999999'],
  context: ['organisationsnummer', 'orgnummer', 'org nr', 'orgnr', 'company number', 'foretag'],
  rate(value, candidate) {
    if (digitAt(value, 2) < 2 || !/^[1-9]/.test(value) || !passesLuhn(value) || isRepeated(value))
      return 0
    return candidate.end - candidate.start > 10 ? 0.45 : confidence.format
  },
}
