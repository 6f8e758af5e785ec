import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** French identity card number: twelve digits of the old card or nine places of the new one. */
export const frIdCard: FormatDetector = {
  label: 'fr-id-card',
  category: 'identity',
  country: 'FR',
  formats: ['999999999999', 'NNNNNNNNN', '9999AA999999'],
  context: [
    'carte d identite',
    'carte nationale d identite',
    'cni',
    'numero de carte d identite',
    'piece d identite',
    'identity card',
    'id card',
  ],
  needsContext: true,
  rate(value) {
    return /\d{4}/.test(value) ? confidence.loose : 0
  },
}
