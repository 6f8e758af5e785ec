import { isRepeated, passesLuhn } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** French company number: SIREN of nine digits or SIRET of fourteen, checked by Luhn. */
export const frCompany: FormatDetector = {
  label: 'fr-siren',
  category: 'financial',
  country: 'FR',
  formats: ['999999999', '999 999 999', '99999999999999', '999 999 999 99999'],
  context: [
    'siren',
    'siret',
    'rcs',
    'immatriculation',
    'entreprise',
    'societe',
    'registre du commerce',
    'company number',
  ],
  rate(value) {
    if (isRepeated(value) || !passesLuhn(value)) return 0
    return value.length === 14 ? 0.4 : confidence.format
  },
}
