import { digitAt } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Indian GST number: state, PAN, number of the registration, Z, check character modulo 36. */
export const inGstin: FormatDetector = {
  label: 'in-gstin',
  category: 'financial',
  country: 'IN',
  formats: ['99AAAAA9999ANAN'],
  context: ['gstin', 'gst', 'gst number', 'gst no', 'goods and services tax'],
  rate(value) {
    const state = Number(value.slice(0, 2))
    if (state < 1 || (state > 38 && state !== 97 && state !== 99) || value.charAt(13) !== 'Z')
      return 0
    if (value.charAt(12) === '0') return 0
    let sum = 0
    for (let i = 0; i < 14; i++) {
      const product = digitAt(value, i) * (i % 2 === 0 ? 1 : 2)
      sum += Math.floor(product / 36) + (product % 36)
    }
    return (36 - (sum % 36)) % 36 === digitAt(value, 14) ? confidence.certain : confidence.checked
  },
}
