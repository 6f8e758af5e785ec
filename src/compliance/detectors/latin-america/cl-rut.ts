import { digitAt, isRepeated } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Chilean RUT: seven or eight digits and a check character modulo 11. */
export const clRut: FormatDetector = {
  label: 'cl-rut',
  category: 'identity',
  country: 'CL',
  formats: ['99.999.999-N', '9.999.999-N', '9{7,8}-N'],
  context: ['rut', 'run', 'rol unico', 'rol unico tributario'],
  rate(value, candidate) {
    let sum = 0
    for (let i = value.length - 2, weight = 2; i >= 0; i--) {
      sum += digitAt(value, i) * weight
      weight = weight === 7 ? 2 : weight + 1
    }
    if ('0K987654321'.charAt(sum % 11) !== value.slice(-1) || isRepeated(value.slice(0, -1)))
      return 0
    return candidate.text.slice(candidate.start, candidate.end).includes('.')
      ? confidence.strong
      : 0.4
  },
}
