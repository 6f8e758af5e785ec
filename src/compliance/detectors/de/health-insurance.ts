import { digitAt, isRepeated } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Number of an insured person on a German health card (KVNR): a letter, eight digits and a check digit. */
export const deHealthInsurance: FormatDetector = {
  label: 'de-health-insurance',
  category: 'health',
  country: 'DE',
  formats: ['A999999999'],
  context: [
    'krankenversichertennummer',
    'kvnr',
    'krankenkasse',
    'versichertennummer',
    'krankenversicherung',
    'gesundheitskarte',
    'versicherten nr',
    'health insurance',
    'egk',
  ],
  rate(value) {
    const letter = String(value.charCodeAt(0) - 64).padStart(2, '0')
    const digits = letter + value.slice(1, 9)
    let sum = 0
    for (let i = 0; i < digits.length; i++) {
      const product = digitAt(digits, i) * (i % 2 === 0 ? 1 : 2)
      sum += product > 9 ? product - 9 : product
    }
    return sum % 10 === digitAt(value, 9) && !isRepeated(value.slice(1)) ? confidence.checked : 0
  },
}
