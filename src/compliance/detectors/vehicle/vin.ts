import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Values of the letters A to Z by ISO 3779; I, O and Q are never used. */
const letterValues = '12345678-12345-7-923456789'

const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2] as const

/** Vehicle identification number (ISO 3779): seventeen places without I, O and Q; North America checks the ninth. */
export const vin: FormatDetector = {
  label: 'vehicle-vin',
  category: 'vehicle',
  formats: ['N{17}'],
  context: [
    'vin',
    'vehicle identification',
    'chassis',
    'vehicle',
    'fahrgestellnummer',
    'fahrzeugidentifikationsnummer',
    'fin',
    'numero de chasis',
    'bastidor',
    'telaio',
    'chassis number',
  ],
  rate(value, candidate) {
    if (/[IOQ]/.test(value) || !/\d{3}$/.test(value) || !/^[A-Z1-9].*[A-Z].*\d/.test(value))
      return 0
    const written = candidate.text.slice(candidate.start, candidate.end)
    if (written !== value && written !== value.toLowerCase()) return 0
    let sum = 0
    for (const [index, weight] of weights.entries()) {
      const code = value.charCodeAt(index)
      sum += Number(code < 58 ? value.charAt(index) : letterValues.charAt(code - 65)) * weight
    }
    return '0123456789X'.charAt(sum % 11) === value.charAt(8) ? confidence.checked : 0.2
  },
}
