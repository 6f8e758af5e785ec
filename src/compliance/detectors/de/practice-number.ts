import { isRepeated } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

const districts = new Set(
  '01 02 03 17 20 21 24 25 27 28 31 35 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 78 79 80 81 83 85 86 87 88 93 94 95 96 98 99'.split(
    ' ',
  ),
)

/** German practice number (BSNR): the district of a medical association and seven digits. It has no check digit. */
export const dePracticeNumber: FormatDetector = {
  label: 'de-practice-number',
  category: 'health',
  country: 'DE',
  formats: ['999999999'],
  context: [
    'bsnr',
    'betriebsstattennummer',
    'betriebsstatte',
    'praxis',
    'arztpraxis',
    'practice number',
  ],
  rate(value) {
    return districts.has(value.slice(0, 2)) && !isRepeated(value) ? confidence.loose : 0
  },
}
