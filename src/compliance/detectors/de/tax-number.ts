import { isRepeated } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** German tax number (Steuernummer) in the forms of the states and in the thirteen digits of ELSTER. */
export const deTaxNumber: FormatDetector = {
  label: 'de-tax-number',
  category: 'financial',
  country: 'DE',
  formats: [
    '9999999999999',
    '99/999/99999',
    '999/999/99999',
    '999/9999/9999',
    '9/999/99999',
    '99 999 99999',
    '999 999 99999',
    '9999 999 99999',
  ],
  context: [
    'steuernummer',
    'steuernr',
    'st nr',
    'stnr',
    'finanzamt',
    'steuer nr',
    'tax number',
    'elster',
    'umsatzsteuer',
  ],
  rate(value, candidate) {
    if (isRepeated(value)) return 0
    const isSlashed = candidate.text.slice(candidate.start, candidate.end).includes('/')
    if (value.length < 13) return isSlashed ? confidence.format : confidence.loose
    const state = Number(value.slice(0, 2))
    const office = Number(value.slice(0, 4))
    return (state >= 1 && state <= 16) || (office >= 2100 && office < 3300) ? confidence.format : 0
  },
}
