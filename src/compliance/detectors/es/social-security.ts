import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Spanish social security number (NUSS): province, number and two check digits modulo 97. */
export const esSocialSecurity: FormatDetector = {
  label: 'es-social-security',
  category: 'identity',
  country: 'ES',
  formats: ['999999999999', '99/99999999/99', '99/9999999999', '99 99999999 99', '99-99999999-99'],
  context: [
    'seguridad social',
    'nuss',
    'numero de afiliacion',
    'naf',
    'afiliacion',
    'social security',
  ],
  rate(value) {
    const province = Number(value.slice(0, 2))
    if (province < 1 || (province > 53 && province !== 66)) return 0
    const serial = Number(value.slice(2, 10))
    const number = serial < 10_000_000 ? serial + province * 10_000_000 : Number(value.slice(0, 10))
    return number % 97 === Number(value.slice(10)) ? confidence.checked : 0
  },
}
