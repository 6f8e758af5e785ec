import { digitAt } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Values of digits and letters at odd places, 0 to 9 and A to Z. */
const oddValues = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21] as const
const oddLetters = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
] as const
const numeric = '[0-9LMNPQRSTUV]'
const shape = new RegExp(
  `^[A-Z]{6}${numeric}{2}[ABCDEHLMPRST]${numeric}{2}[A-Z]${numeric}{3}[A-Z]$`,
)

/** Italian fiscal code: name, date of birth, municipality and a check letter; digits may be replaced by letters. */
export const itFiscalCode: FormatDetector = {
  label: 'it-fiscal-code',
  category: 'identity',
  country: 'IT',
  formats: ['AAAAAANNANNANNNA', 'AAA AAA NNANN ANNNA', 'AAA-AAA-NNANN-ANNNA'],
  context: ['codice fiscale', 'fiscal code', 'cf', 'tax code', 'codicefiscale', 'cod fisc'],
  rate(value) {
    if (!shape.test(value)) return 0
    return checkLetter(value) === value.charAt(15) ? confidence.certain : confidence.checked
  },
}

function checkLetter(value: string): string {
  let sum = 0
  for (let i = 0; i < 15; i++) {
    const place = digitAt(value, i)
    const isDigit = place < 10
    if (i % 2 === 1) sum += isDigit ? place : place - 10
    else sum += (isDigit ? oddValues[place] : oddLetters[place - 10]) ?? 0
  }
  return String.fromCharCode(65 + (sum % 26))
}
