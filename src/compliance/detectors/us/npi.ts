import { isRepeated, passesLuhn } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Seconds since 1970 from 2012 to 2030: numbers of logs, far more often than of physicians. */
const recentUnixTimes = { from: 1_325_376_000, to: 1_900_000_000 } as const

/** United States National Provider Identifier: Luhn over the number with the prefix 80840. */
export const usNpi: FormatDetector = {
  label: 'us-npi',
  category: 'health',
  country: 'US',
  formats: ['9999999999', '9999 999 999', '9999-999-999', '999-999-9999'],
  context: [
    'npi',
    'national provider identifier',
    'national provider',
    'provider id',
    'provider number',
    'provider',
    'physician',
    'prescriber',
    'npi number',
  ],
  rate(value) {
    if (value.charAt(0) !== '1' && value.charAt(0) !== '2') return 0
    if (isRepeated(value) || !passesLuhn(`80840${value}`)) return 0
    const seconds = Number(value)
    const readsAsTime = seconds >= recentUnixTimes.from && seconds < recentUnixTimes.to
    return readsAsTime ? confidence.format : confidence.checked
  },
}
