import { isRepeated, passesLuhn } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { grouped } from '../format-automaton.ts'

/** Canadian Social Insurance Number: Luhn; numbers starting with 0 or 8 are not given out. */
export const caSin: FormatDetector = {
  label: 'ca-sin',
  category: 'identity',
  country: 'CA',
  formats: grouped('999-999-999'),
  context: [
    'sin',
    'social insurance',
    'social insurance number',
    'numero d assurance sociale',
    'nas',
    'assurance sociale',
    'canada revenue',
  ],
  rate(value, candidate) {
    if (/^[08]/.test(value) || isRepeated(value) || !passesLuhn(value)) return 0
    return candidate.end - candidate.start > 9 ? confidence.likely : 0.25
  },
}
