import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Canadian postal code with letters that are given out. */
export const caPostalCode: FormatDetector = {
  label: 'ca-postal-code',
  category: 'location',
  country: 'CA',
  formats: ['A9A 9A9', 'A9A9A9', 'A9A-9A9'],
  context: [
    'postal code',
    'code postal',
    'address',
    'adresse',
    'street',
    'avenue',
    'rue',
    'ontario',
    'quebec',
    'alberta',
    'british columbia',
    'canada',
  ],
  rate(value, candidate) {
    if (!/^[ABCEGHJ-NPRSTVXY]/.test(value) || /[DFIOQU]/.test(value)) return 0
    return candidate.text.charAt(candidate.start + 3) === ' ' ? confidence.format : confidence.loose
  },
}
