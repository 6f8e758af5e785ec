import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Spanish number of a foreigner (NIE): X, Y or Z, seven digits and a check letter. */
export const esNie: FormatDetector = {
  label: 'es-nie',
  category: 'identity',
  country: 'ES',
  formats: ['A9{7,8}A', 'A-9{7,8}-A', 'A9{7}-A', 'A 9{7} A'],
  context: [
    'nie',
    'numero de identificacion de extranjero',
    'extranjero',
    'tarjeta de residencia',
    'residence',
    'foreigner',
  ],
  rate(value) {
    const first = 'XYZ'.indexOf(value.charAt(0))
    if (first < 0) return 0
    const number = Number(`${first}${value.slice(1, -1)}`)
    return 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(number % 23) === value.slice(-1) ? confidence.strong : 0
  },
}
