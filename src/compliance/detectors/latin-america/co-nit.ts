import { digitAt, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Colombian NIT with its check digit, or a cédula next to words that name it. */
export const coNit: FormatDetector = {
  label: 'co-nit',
  category: 'identity',
  country: 'CO',
  formats: ['999.999.999-9', '999999999-9', '9.999.999.999', '99.999.999', '9{7,10}'],
  context: [
    'nit',
    'cedula',
    'cedula de ciudadania',
    'c c',
    'dian',
    'tarjeta de identidad',
    'numero de cedula',
  ],
  needsContext: true,
  rate(value, candidate) {
    const written = candidate.text.slice(candidate.start, candidate.end)
    if (!written.includes('-')) return confidence.loose
    const check = weightedSum(value, [41, 37, 29, 23, 19, 17, 13, 7, 3]) % 11
    return (check < 2 ? check : 11 - check) === digitAt(value, 9) ? confidence.checked : 0
  },
}
