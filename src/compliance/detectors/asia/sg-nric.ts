import { weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

const checkLetters: Readonly<
  Record<string, { readonly offset: number; readonly letters: string }>
> = {
  S: { offset: 0, letters: 'JZIHGFEDCBA' },
  T: { offset: 4, letters: 'JZIHGFEDCBA' },
  F: { offset: 0, letters: 'XWUTRQPNMLK' },
  G: { offset: 4, letters: 'XWUTRQPNMLK' },
  M: { offset: 3, letters: 'XWUTRQPNJLK' },
}

/** Singapore NRIC or FIN: S, T, F, G or M, seven digits and a check letter. */
export const sgNric: FormatDetector = {
  label: 'sg-nric',
  category: 'identity',
  country: 'SG',
  formats: ['A9999999A'],
  context: ['nric', 'fin', 'identity card', 'ic number', 'singapore', 'nric number', 'ic no'],
  rate(value) {
    const kind = checkLetters[value.charAt(0)]
    if (kind === undefined) return confidence.loose
    const sum = weightedSum(value, [2, 7, 6, 5, 4, 3, 2], 1) + kind.offset
    return kind.letters.charAt(sum % 11) === value.charAt(8) ? confidence.strong : 0.3
  },
}
