import { isRepeated } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Italian identity card number: the paper card, the first and the present electronic one. */
export const itIdCard: FormatDetector = {
  label: 'it-id-card',
  category: 'identity',
  country: 'IT',
  formats: ['AA9999999', 'AA 9999999', '9999999AA', 'AA99999AA'],
  context: [
    'carta d identita',
    'carta di identita',
    'numero carta',
    'identity card',
    'id card',
    'cie',
    'documento',
  ],
  rate(value) {
    return isRepeated(value.replaceAll(/\D/g, ''))
      ? 0
      : /^\D\D\d{5}\D/.test(value)
        ? confidence.format
        : 0.15
  },
}
