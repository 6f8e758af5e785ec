import { digitAt } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Portuguese citizen card: nine digits, two places for the copy and a check digit by Luhn over all. */
export const ptCitizenCard: FormatDetector = {
  label: 'pt-citizen-card',
  category: 'identity',
  country: 'PT',
  formats: ['999999999NN9', '99999999 9 NN9', '99999999-9-NN9', '99999999 9NN9'],
  context: [
    'cartao de cidadao',
    'cartao do cidadao',
    'numero do cartao',
    'citizen card',
    'cc',
    'bilhete de identidade',
  ],
  rate(value) {
    if (/^\d+$/.test(value) || value.length !== 12) return 0
    let sum = 0
    for (let i = 0; i < 12; i++) {
      const place = digitAt(value, i)
      const doubled = place * 2
      sum += i % 2 === 1 ? place : doubled > 9 ? doubled - 9 : doubled
    }
    return sum % 10 === 0 ? confidence.checked : 0
  },
}
