/** Check digits of numbers written as strings of digits; anything else in the string gives nonsense. */

/** Value of the digit or letter at a place: 0 to 9, A is 10, Z is 35. */
export function digitAt(value: string, index: number): number {
  const code = value.charCodeAt(index)
  return code >= 65 ? code - 55 : code - 48
}

/** Sum of the values times their weights, for as many places as there are weights. */
export function weightedSum(value: string, weights: readonly number[], from = 0): number {
  let sum = 0
  for (let i = 0; i < weights.length; i++) sum += digitAt(value, from + i) * (weights[i] ?? 0)
  return sum
}

/** Luhn (ISO/IEC 7812-1 annex B): the last digit checks all others. */
export function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let i = digits.length - 1, isDoubled = false; i >= 0; i--, isDoubled = !isDoubled) {
    const digit = digits.charCodeAt(i) - 48
    sum += isDoubled ? (digit > 4 ? 2 * digit - 9 : 2 * digit) : digit
  }
  return sum % 10 === 0
}

/** Remainder of a number of any length, letters counting as two digits (A is 10), as in ISO 13616. */
export function remainder(value: string, modulus: number): number {
  let rest = 0
  for (let i = 0; i < value.length; i++) {
    const digit = digitAt(value, i)
    rest = (digit > 9 ? rest * 100 + digit : rest * 10 + digit) % modulus
  }
  return rest
}

/** ISO 7064 mod 11,10 over digits, the last of them the check digit. */
export function passesMod11And10(digits: string): boolean {
  let product = 10
  for (let i = 0; i < digits.length - 1; i++) {
    const sum = (digitAt(digits, i) + product) % 10
    product = ((sum === 0 ? 10 : sum) * 2) % 11
  }
  return (11 - product) % 10 === digitAt(digits, digits.length - 1)
}

const dihedralProducts = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
] as const

const dihedralPermutations = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
] as const

/** Verhoeff over digits, the last of them the check digit. */
export function passesVerhoeff(digits: string): boolean {
  let check = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digitAt(digits, digits.length - 1 - i)
    const permuted = Number(dihedralPermutations[i % 8]?.charAt(digit))
    check = Number(dihedralProducts[check]?.charAt(permuted))
  }
  return check === 0
}

/** Tells whether all characters are the same, as in numbers made up to fill a field. */
export function isRepeated(value: string): boolean {
  for (let i = 1; i < value.length; i++)
    if (value.charCodeAt(i) !== value.charCodeAt(0)) return false
  return true
}

/** Tells whether the digits just count up or down, as in numbers made up to fill a field. */
export function isSequence(digits: string): boolean {
  const step = (digits.charCodeAt(1) - digits.charCodeAt(0) + 10) % 10
  if (step !== 1 && step !== 9) return false
  for (let i = 2; i < digits.length; i++) {
    if ((digits.charCodeAt(i) - digits.charCodeAt(i - 1) + 10) % 10 !== step) return false
  }
  return true
}
