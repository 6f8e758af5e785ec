import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Entry in a German commercial register: HRA or HRB, one to six digits, perhaps a letter. */
export const deCommercialRegister: FormatDetector = {
  label: 'de-commercial-register',
  category: 'organisation',
  country: 'DE',
  formats: ['AAA 9{1,6}', 'AAA9{1,6}', 'AAA 9{1,6} A', 'AAA-9{1,6}', 'AA 9{1,6}'],
  context: [
    'handelsregister',
    'amtsgericht',
    'registergericht',
    'registernummer',
    'commercial register',
    'handelsregisternummer',
  ],
  rate(value) {
    if (!/^HR[AB]|^(PR|VR|GNR)\d/.test(value)) return 0
    return /^HR[AB]\d/.test(value) ? confidence.checked : confidence.loose
  },
}
