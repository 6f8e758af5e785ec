import { isRepeated } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Brazilian CNPJ, of digits or since 2026 with letters: twelve places and two check digits modulo 11. */
export const brCnpj: FormatDetector = {
  label: 'br-cnpj',
  category: 'financial',
  country: 'BR',
  formats: ['NN.NNN.NNN/NNNN-99', 'N{12}99', 'NNNNNNNN/NNNN-99', '99 999 999 9999 99'],
  context: ['cnpj', 'cadastro nacional', 'pessoa juridica', 'empresa'],
  rate(value, candidate) {
    if (value.length !== 14 || isRepeated(value)) return 0
    // Letters count as their ASCII code less that of the digit 0.
    const numbers = Array.from(value, (character) => character.charCodeAt(0) - 48)
    const check = (count: number): number => {
      let sum = 0
      for (let i = 0; i < count; i++) sum += (numbers[i] ?? 0) * (((count - 1 - i) % 8) + 2)
      return sum % 11 < 2 ? 0 : 11 - (sum % 11)
    }
    if (check(12) !== numbers[12] || check(13) !== numbers[13]) return 0
    return candidate.end - candidate.start > 14 ? confidence.certain : 0.6
  },
}
