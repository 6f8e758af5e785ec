import { isRepeated } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** French tax number (SPI): thirteen digits, the last three the number modulo 511. */
export const frTaxId: FormatDetector = {
  label: 'fr-tax-id',
  category: 'identity',
  country: 'FR',
  formats: ['9999999999999', '99 99 999 999 999'],
  context: [
    'numero fiscal',
    'spi',
    'identifiant fiscal',
    'impots',
    'avis d imposition',
    'reference fiscale',
    'tax number',
    'fiscal',
  ],
  rate(value) {
    if (!/^[0-3]/.test(value) || isRepeated(value)) return 0
    return Number(value.slice(0, 10)) % 511 === Number(value.slice(10)) ? confidence.strong : 0
  },
}
