import { isShortDate } from '../calendar.ts'
import { passesLuhn } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Swedish personal identity number: date of birth (day of a coordination number plus 60), serial, Luhn. */
export const sePersonalNumber: FormatDetector = {
  label: 'se-personal-number',
  category: 'identity',
  country: 'SE',
  formats: [
    '999999-9999',
    '999999+9999',
    '9999999999',
    '99999999-9999',
    '999999999999',
    '99999999 9999',
    '999999 9999',
  ],
  context: [
    'personnummer',
    'personnr',
    'samordningsnummer',
    'personal identity',
    'personal identity code',
    'swedish id',
    'fodelsenummer',
    'pnr',
    'person nummer',
  ],
  rate(value, candidate) {
    const short = value.slice(-10)
    const day = Number(short.slice(4, 6))
    const date = short.slice(0, 4) + String(day > 60 ? day - 60 : day).padStart(2, '0')
    if (!isShortDate(date, 'yymmdd') || !passesLuhn(short)) return 0
    if (value.length === 12) return /^(18|19|20)/.test(value) ? confidence.strong : 0
    return candidate.end - candidate.start > 10 ? confidence.checked : 0.4
  },
}
