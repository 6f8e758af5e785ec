import { digitAt, isRepeated, weightedSum } from '../checksums.ts'
import type { FormatDetector } from '../contract.ts'
import { grouped } from '../format-automaton.ts'

/** Japanese individual number (My Number): twelve digits, the last a check digit modulo 11. */
export const jpMyNumber: FormatDetector = {
  label: 'jp-my-number',
  category: 'identity',
  country: 'JP',
  formats: grouped('9999-9999-9999'),
  context: [
    'my number',
    'individual number',
    'mynumber',
    'マイナンバー',
    '個人番号',
    'kojin bango',
  ],
  rate(value, candidate) {
    if (isRepeated(value)) return 0
    const rest = weightedSum(value, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
    if ((rest < 2 ? 0 : 11 - rest) !== digitAt(value, 11)) return 0
    return candidate.end - candidate.start > 12 ? 0.45 : 0.35
  },
}
