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

/** Products of the dihedral group of ten elements, a row of ten for each first factor. */
const dihedralProducts = Uint8Array.from(
  '0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210',
  Number,
)

/** What becomes of a digit at each place, counted modulo 8 from the end: a row of ten for each. */
const dihedralPermutations = Uint8Array.from(
  '01234567891576283094580379614289160435279453126870428657390127938064157046913258',
  Number,
)

/** Verhoeff over digits, the last of them the check digit. */
export function passesVerhoeff(digits: string): boolean {
  let check = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digitAt(digits, digits.length - 1 - i)
    const permuted = dihedralPermutations[(i & 7) * 10 + digit] ?? 0
    check = dihedralProducts[check * 10 + permuted] ?? 0
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
