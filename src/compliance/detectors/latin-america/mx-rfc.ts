import { isShortDate } from '../calendar.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Mexican RFC of a person or a company: name, date, three places of which the last checks. */
export const mxRfc: FormatDetector = {
  label: 'mx-rfc',
  category: 'identity',
  country: 'MX',
  formats: [
    'AAAA999999NNN',
    'AAA999999NNN',
    'AAAA-999999-NNN',
    'AAA-999999-NNN',
    'AAAA 999999 NNN',
  ],
  context: ['rfc', 'registro federal', 'contribuyentes', 'registro federal de contribuyentes'],
  rate(value) {
    const length = value.length - 9
    if (!isShortDate(value.slice(length, length + 6), 'yymmdd') || !/[\dA]$/.test(value)) return 0
    const alphabet = '0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ'
    const padded = value.padStart(13, ' ')
    let sum = 0
    for (let i = 0; i < 12; i++) sum += alphabet.indexOf(padded.charAt(i)) * (13 - i)
    const check = '0A987654321'.charAt(sum % 11)
    return check === value.slice(-1) ? confidence.strong : 0.35
  },
}
