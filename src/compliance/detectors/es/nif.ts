import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Spanish NIF of a citizen: eight digits and a check letter. */
export const esNif: FormatDetector = {
  label: 'es-nif',
  category: 'identity',
  country: 'ES',
  formats: ['9{7,8}A', '9{7,8}-A', '9{7,8} A', '99.999.999-A', '99.999.999A'],
  context: [
    'nif',
    'dni',
    'documento nacional de identidad',
    'identificacion fiscal',
    'documento de identidad',
    'identity card',
    'n i f',
  ],
  rate(value) {
    const digits = value.slice(0, -1)
    if (
      Number(digits) < 100 ||
      'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(Number(digits) % 23) !== value.slice(-1)
    )
      return 0
    return digits.length === 8 ? confidence.strong : 0.4
  },
}
