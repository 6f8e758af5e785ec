import { isShortDate } from '../calendar.ts'
import { digitAt } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

const states = new Set(
  'AS BC BS CC CH CL CM CS DF DG GR GT HG JC MC MN MS NE NL NT OC PL QR QT SL SP SR TC TL TS VZ YN ZS'.split(
    ' ',
  ),
)

/** Mexican CURP: name, date of birth, sex, state, consonants, check digit. */
export const mxCurp: FormatDetector = {
  label: 'mx-curp',
  category: 'identity',
  country: 'MX',
  formats: ['AAAA999999AAAAAAN9'],
  context: ['curp', 'clave unica de registro', 'registro de poblacion'],
  rate(value) {
    if (!/[HMX]/.test(value.charAt(10)) || !states.has(value.slice(11, 13))) return 0
    if (!isShortDate(value.slice(4, 10), 'yymmdd')) return 0
    const alphabet = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ'
    let sum = 0
    for (let i = 0; i < 17; i++) sum += alphabet.indexOf(value.charAt(i)) * (18 - i)
    return (10 - (sum % 10)) % 10 === digitAt(value, 17) ? confidence.certain : confidence.checked
  },
}
