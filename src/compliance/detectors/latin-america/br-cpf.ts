import { digitAt, isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Brazilian CPF: nine digits and two check digits modulo 11. */
export const brCpf: FormatDetector = {
  label: 'br-cpf',
  category: 'identity',
  country: 'BR',
  formats: ['999.999.999-99', '99999999999', '999 999 999 99', '999999999-99', '999-999-999-99'],
  context: ['cpf', 'cadastro de pessoas fisicas', 'cpf mf', 'pessoa fisica'],
  rate(value, candidate) {
    if (isRepeated(value)) return 0
    const first = ((weightedSum(value, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10
    const second = ((weightedSum(value, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10
    if (first !== digitAt(value, 9) || second !== digitAt(value, 10)) return 0
    return candidate.end - candidate.start > 11 ? confidence.certain : 0.6
  },
}
