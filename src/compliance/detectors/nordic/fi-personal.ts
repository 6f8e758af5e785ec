import { isShortDate } from '../calendar.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Finnish personal identity code: date of birth, sign of the century, serial, check character modulo 31. */
export const fiPersonalCode: FormatDetector = {
  label: 'fi-personal-code',
  category: 'identity',
  country: 'FI',
  formats: ['999999-999N', '999999+999N', '999999A999N'],
  context: [
    'hetu',
    'henkilotunnus',
    'personal identity code',
    'finnish id',
    'finnish id code',
    'sotu',
    'henkilotunnukseni',
    'personbeteckning',
  ],
  mayBeGlued: true,
  rate(value) {
    const digits = value.length === 11 ? value.slice(0, 6) + value.slice(7, 10) : value.slice(0, 9)
    if (value.length === 11 && !/[A-FU-Y]/.test(value.charAt(6))) return 0
    if (!isShortDate(digits, 'ddmmyy') || Number(digits.slice(6)) < 2) return 0
    const check = '0123456789ABCDEFHJKLMNPRSTUVWXY'.charAt(Number(digits) % 31)
    return check === value.slice(-1) ? confidence.certain : 0
  },
}
