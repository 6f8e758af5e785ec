import type { FormatDetector } from '../contract.ts'

/** Number of a Dutch passport or identity card: two letters, six places, a digit; the letter O is never used. */
export const nlDocument: FormatDetector = {
  label: 'nl-document',
  category: 'identity',
  country: 'NL',
  formats: ['AANNNNNN9'],
  context: [
    'paspoort',
    'paspoortnummer',
    'identiteitskaart',
    'id kaart',
    'documentnummer',
    'passport',
    'passport number',
    'rijbewijs',
  ],
  rate(value) {
    return /O/.test(value) || !/\d.*\d/.test(value) ? 0 : 0.15
  },
}
