import { remainder } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { ibanLengths } from './iban-lengths.ts'

/** Written in groups of four, as on paper. */
function ibanGroups(separator: string): string[] {
  return Array.from({ length: 20 }, (_, index) => {
    const rest = 11 + index
    const full = `${separator}NNNN`.repeat(Math.floor(rest / 4))
    return `AA99${full}${rest % 4 > 0 ? separator + 'N'.repeat(rest % 4) : ''}`
  })
}

/** International bank account number: country, its length, remainder 1 modulo 97 (ISO 13616). */
export const iban: FormatDetector = {
  label: 'iban',
  category: 'financial',
  formats: ['AA99N{11,30}', ...ibanGroups(' '), ...ibanGroups('-'), ...ibanGroups('.')],
  context: [
    'iban',
    'bank account',
    'konto',
    'kontonummer',
    'bankverbindung',
    'compte',
    'rib',
    'cuenta',
    'conto',
    'conta',
    'rekening',
    'account',
  ],
  rate(value, candidate) {
    if (ibanLengths.get(value.slice(0, 2)) !== value.length) return 0
    // Half in capitals, half not, is a word that happens to follow, or no IBAN at all.
    const written = candidate.text.slice(candidate.start, candidate.end)
    if (written !== written.toUpperCase() && written !== written.toLowerCase()) return 0
    return remainder(value.slice(4) + value.slice(0, 4), 97) === 1 ? confidence.certain : 0
  },
}
