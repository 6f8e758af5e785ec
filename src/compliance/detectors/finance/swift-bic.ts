import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { ibanLengths } from './iban-lengths.ts'
import { codeAt } from '../surroundings.ts'

/** Countries with banks but without IBAN. */
const others = new Set(
  'US CN JP IN AU NZ CA HK SG KR TW TH MY ID PH VN MX AR CL CO PE ZA NG KE GH MA EG RU UY PA BM KY'.split(
    ' ',
  ),
)

/** Business identifier code of a bank (ISO 9362), next to words that name it: bank, country, place, perhaps a branch. */
export const swiftBic: FormatDetector = {
  label: 'swift-bic',
  category: 'financial',
  formats: ['AAAAAANN', 'AAAAAANNNNN', 'AAAA AA NN', 'AAAA AA NN NNN'],
  context: [
    'swift',
    'bic',
    'swift code',
    'bic code',
    'swift bic',
    'bank identifier',
    'bankleitzahl',
    'code bic',
    'codigo swift',
  ],
  needsContext: true,
  rate(value, candidate) {
    if (codeAt(candidate.text, candidate.start) > 96) return 0
    const country = value.slice(4, 6)
    return ibanLengths.has(country) || others.has(country) ? confidence.format : 0
  },
}
