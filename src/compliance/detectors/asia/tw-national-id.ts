import { isRepeated, weightedSum } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Taiwanese identity or residence number: place, sex, serial, check digit. */
export const twNationalId: FormatDetector = {
  label: 'tw-national-id',
  category: 'identity',
  country: 'TW',
  formats: ['A999999999', 'AA99999999'],
  context: [
    'national id',
    'taiwan id',
    'identity card',
    '身分證',
    '身份證',
    '身分證字號',
    '居留證',
    'arc',
  ],
  rate(value) {
    const place = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(value.charAt(0)) + 10
    const second = value.charCodeAt(1)
    if (second > 57 ? !'ABCD'.includes(value.charAt(1)) : !'1289'.includes(value.charAt(1)))
      return 0
    const sex = second > 57 ? second - 65 : second - 48
    const sum =
      Math.floor(place / 10) +
      (place % 10) * 9 +
      sex * 8 +
      weightedSum(value, [7, 6, 5, 4, 3, 2, 1, 1], 2)
    return sum % 10 === 0 && !isRepeated(value.slice(2)) ? confidence.checked : 0
  },
}
