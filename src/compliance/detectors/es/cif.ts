import { digitAt } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Spanish tax number of a company (CIF): kind, seven digits and a check digit or letter. */
export const esCif: FormatDetector = {
  label: 'es-cif',
  category: 'financial',
  country: 'ES',
  formats: ['A9{7}N', 'A-9{7}N', 'A-9{8}'],
  context: [
    'cif',
    'codigo de identificacion fiscal',
    'nif',
    'sociedad',
    'empresa',
    'company number',
  ],
  rate(value) {
    if (!/^[ABCDEFGHJNPQRSUVW]/.test(value)) return 0
    let sum = 0
    for (let i = 1; i < 8; i++) {
      const product = digitAt(value, i) * (i % 2 === 1 ? 2 : 1)
      sum += product > 9 ? product - 9 : product
    }
    const check = (10 - (sum % 10)) % 10
    const last = value.charAt(8)
    if (last !== String(check) && last !== 'JABCDEFGHI'.charAt(check)) return 0
    return last > '9' ? confidence.checked : 0.4
  },
}
