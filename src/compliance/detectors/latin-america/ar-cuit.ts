import { digitAt, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Argentine CUIT or CUIL: kind, identity number, check digit modulo 11. */
export const arCuit: FormatDetector = {
  label: 'ar-cuit',
  category: 'identity',
  country: 'AR',
  formats: ['99-99999999-9', '99999999999', '99 99999999 9'],
  context: ['cuit', 'cuil', 'clave unica', 'afip', 'identificacion tributaria'],
  rate(value, candidate) {
    if (!['20', '23', '24', '25', '26', '27', '30', '33', '34'].includes(value.slice(0, 2)))
      return 0
    const check = 11 - (weightedSum(value, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)
    if ((check === 11 ? 0 : check) !== digitAt(value, 10)) return 0
    return candidate.end - candidate.start > 11 ? confidence.strong : 0.4
  },
}
