import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { grouped } from '../format-automaton.ts'
import { codeAt } from '../surroundings.ts'

const states = new Set(
  'AN AP AR AS BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TN TR TS TG UA UK UP UT WB'.split(
    ' ',
  ),
)

/** Indian vehicle registration: state, district, series and up to four digits. */
export const inVehicleRegistration: FormatDetector = {
  label: 'in-vehicle-registration',
  category: 'vehicle',
  country: 'IN',
  formats: [
    ...grouped('AA-99-A{1,3}-9999', ['', ' ', '-']),
    'AA99 A{1,2} 9999',
    'AA 99 A{1,2}9999',
    'AA-99 A{1,2} 9999',
    'AA9A{1,3}9999',
    '99AA9999A{1,2}',
    '99 AA 9999 A{1,2}',
    'AA99 A{1,2}9999',
  ],
  context: [
    'registration',
    'vehicle',
    'vehicle number',
    'rto',
    'number plate',
    'license plate',
    'car',
    'bike',
    'registration number',
    'scooter',
  ],
  rate(value, candidate) {
    if (/^\d\dBH/.test(value)) return confidence.format
    if (!states.has(value.slice(0, 2)) || value.endsWith('0000')) return 0
    return codeAt(candidate.text, candidate.start) < 97 ? 0.4 : 0.2
  },
}
