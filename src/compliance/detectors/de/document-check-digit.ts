import { digitAt } from '../checksums.ts'

/** Check digit of a machine-readable document number (ICAO 9303 part 3): weights 7, 3, 1. */
export function documentCheckDigit(number: string): string {
  let sum = 0
  for (let i = 0; i < number.length; i++) sum += digitAt(number, i) * ([7, 3, 1][i % 3] ?? 0)
  return String(sum % 10)
}
