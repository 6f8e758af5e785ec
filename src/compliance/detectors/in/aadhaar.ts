import { digitAt, passesVerhoeff } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { grouped } from '../format-automaton.ts'

/** Indian Aadhaar number: twelve digits, the first 2 or more, Verhoeff; palindromes are not given out. */
export const inAadhaar: FormatDetector = {
  label: 'in-aadhaar',
  category: 'identity',
  country: 'IN',
  formats: grouped('9999-9999-9999', [' ', '-', ':', '']),
  context: [
    'aadhaar',
    'aadhar',
    'uidai',
    'uid',
    'adhaar',
    'aadhaar number',
    'aadhaar card',
    'आधार',
  ],
  anyGrouping: true,
  rate(value, candidate) {
    if (digitAt(value, 0) < 2 || !passesVerhoeff(value) || isPalindrome(value)) return 0
    return candidate.end - candidate.start > 12 ? 0.65 : confidence.checked
  },
}

function isPalindrome(value: string): boolean {
  return value === Array.from(value).toReversed().join('')
}
