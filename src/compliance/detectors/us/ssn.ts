import { isRepeated } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { grouped } from '../format-automaton.ts'

/** Numbers printed in advertisements and therefore never anybody's. */
const advertised = new Set(['078051120', '219099999', '457555462', '123456789', '987654321'])

/** United States Social Security number; areas, groups and serials that are never given are refused. */
export const usSsn: FormatDetector = {
  label: 'us-ssn',
  category: 'identity',
  country: 'US',
  formats: grouped('999-99-9999', ['-', ' ', '.', '']),
  context: [
    'ssn',
    'social security',
    'social security number',
    'social security no',
    'ss number',
    'socialsecuritynumber',
    'taxpayer',
    'tax id',
  ],
  rate(value, candidate) {
    const area = value.slice(0, 3)
    if (area === '000' || area === '666' || area >= '900') return 0
    if (value.slice(3, 5) === '00' || value.endsWith('0000')) return 0
    if (advertised.has(value) || isRepeated(value)) return 0
    const separator = candidate.text.charAt(candidate.start + 3)
    if (separator === '-' || separator === '.') return confidence.checked
    return separator === ' ' ? 0.5 : 0.2
  },
}
