import { isRepeated, passesLuhn } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { grouped } from '../format-automaton.ts'
import { issuerOf } from './card-issuers.ts'

/** Number of a payment card: length and first digits of an issuer, Luhn. */
export const paymentCard: FormatDetector = {
  label: 'payment-card',
  category: 'financial',
  formats: [
    '9{12,19}',
    ...grouped('9999-9999-9999-9999', ['-', ' ', '.']),
    ...grouped('9999-999999-9{4,5}', ['-', ' ', '.']),
    ...grouped('9999-9999-9999-9999-999', ['-', ' ']),
    ...grouped('9999-9999-9999-9', ['-', ' ']),
  ],
  context: [
    'card',
    'credit card',
    'debit card',
    'card number',
    'cc',
    'visa',
    'mastercard',
    'amex',
    'american express',
    'discover',
    'pan',
    'card no',
    'creditcard',
    'cardnumber',
    'cvv',
    'kreditkarte',
    'kartennummer',
    'carte bancaire',
    'carte de credit',
    'numero de carte',
    'tarjeta',
    'tarjeta de credito',
    'carta di credito',
    'cartao de credito',
    'cartao',
    'creditcard nummer',
    'kortnummer',
    'kreditkort',
  ],
  anyGrouping: true,
  rate(value, candidate) {
    if (!passesLuhn(value) || isRepeated(value)) return 0
    const issuer = issuerOf(value)
    if (issuer === undefined) return 0
    if (issuer.isRare) return confidence.likely
    return candidate.end - candidate.start > value.length ? 0.9 : 0.8
  },
}
