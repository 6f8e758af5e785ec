/** A range of first digits that one scheme of cards gives out. */
export interface CardIssuer {
  readonly scheme: string
  readonly from: number
  readonly to: number
  readonly lengths: readonly number[]
  /** So few cards that a number in the range is more often something else. */
  readonly isRare?: true
}

const sixteenToNineteen = [16, 17, 18, 19]

/** Ranges by their first four digits (ISO/IEC 7812), as the schemes publish them. */
const issuers: readonly CardIssuer[] = [
  { scheme: 'visa', from: 4000, to: 4999, lengths: [16, 19] },
  { scheme: 'visa', from: 4000, to: 4999, lengths: [13], isRare: true },
  { scheme: 'mastercard', from: 5100, to: 5599, lengths: [16] },
  { scheme: 'mastercard', from: 2221, to: 2720, lengths: [16] },
  { scheme: 'amex', from: 3400, to: 3499, lengths: [15] },
  { scheme: 'amex', from: 3700, to: 3799, lengths: [15] },
  { scheme: 'diners', from: 3000, to: 3059, lengths: [14, 16, 19] },
  { scheme: 'diners', from: 3095, to: 3095, lengths: [14, 16, 19] },
  { scheme: 'diners', from: 3600, to: 3699, lengths: [14, 16, 19] },
  { scheme: 'diners', from: 3800, to: 3999, lengths: [14, 16, 19] },
  { scheme: 'jcb', from: 3528, to: 3589, lengths: sixteenToNineteen },
  { scheme: 'discover', from: 6011, to: 6011, lengths: sixteenToNineteen },
  { scheme: 'discover', from: 6440, to: 6599, lengths: sixteenToNineteen },
  { scheme: 'unionpay', from: 6200, to: 6299, lengths: sixteenToNineteen },
  { scheme: 'unionpay', from: 8100, to: 8199, lengths: sixteenToNineteen },
  { scheme: 'rupay', from: 6000, to: 6099, lengths: [16] },
  { scheme: 'rupay', from: 8200, to: 8299, lengths: [16] },
  { scheme: 'mir', from: 2200, to: 2204, lengths: sixteenToNineteen },
  { scheme: 'troy', from: 9792, to: 9792, lengths: [16] },
  { scheme: 'maestro', from: 5000, to: 5099, lengths: [16] },
  { scheme: 'maestro', from: 5600, to: 6999, lengths: [16] },
  { scheme: 'maestro', from: 5000, to: 5099, lengths: [12, 13, 14, 15, 17, 18, 19], isRare: true },
  { scheme: 'maestro', from: 5600, to: 6999, lengths: [12, 13, 14, 15, 17, 18, 19], isRare: true },
  { scheme: 'uatp', from: 1000, to: 1999, lengths: [15], isRare: true },
]

/** The first range that gives out numbers of these digits and this length. */
export function issuerOf(digits: string): CardIssuer | undefined {
  const first = Number(digits.slice(0, 4))
  return issuers.find(
    ({ from, to, lengths }) => first >= from && first <= to && lengths.includes(digits.length),
  )
}
