import type { FormatDetector } from '../contract.ts'
import { grouped } from '../format-automaton.ts'
import { codeAt } from '../surroundings.ts'

/** Turkish number plate: province from 01 to 81, one to three letters, two to five digits. */
export const trLicencePlate: FormatDetector = {
  label: 'tr-licence-plate',
  category: 'vehicle',
  country: 'TR',
  formats: ['A', 'AA', 'AAA'].flatMap((letters) => grouped(`99-${letters}-9{2,5}`, [' ', '', '-'])),
  context: [
    'plaka',
    'plaka no',
    'plaka numarasi',
    'arac',
    'licence plate',
    'license plate',
    'number plate',
    'plakali',
  ],
  rate(value, candidate) {
    const province = Number(value.slice(0, 2))
    if (province < 1 || province > 81 || /[QWX]/.test(value)) return 0
    const [letters, digits] = [
      value.replaceAll(/\d/g, '').length,
      value.replaceAll(/\D/g, '').length - 2,
    ]
    if (letters + digits < 3 || letters + digits > 7) return 0
    return codeAt(candidate.text, candidate.end - digits - 2) < 97 ? 0.35 : 0.15
  },
}
