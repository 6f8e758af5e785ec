/**
 * Calling codes of ITU-T E.164 with the shortest and longest national number that is given out behind each.
 * Codes not listed allow 6 to 12 digits.
 */
const lengthsByCode: ReadonlyMap<string, readonly [number, number]> = new Map(
  (
    '1:10-10 7:10-10 20:8-10 27:9-9 30:10-10 31:9-9 32:8-9 33:9-9 34:9-9 36:8-9 39:6-11 40:9-9 41:9-9 43:6-13 44:9-10 45:8-8 ' +
    '46:7-10 47:8-8 48:9-9 49:6-13 51:8-9 52:10-10 53:8-8 54:10-11 55:10-11 56:9-9 57:8-10 58:10-10 60:8-10 61:9-9 62:8-12 ' +
    '63:8-10 64:8-10 65:8-8 66:8-9 81:9-10 82:8-10 84:9-10 86:10-11 90:10-10 91:10-10 92:9-10 93:9-9 94:9-9 95:7-10 98:10-10 ' +
    '211:9-9 212:9-9 213:8-9 216:8-8 218:8-9 220:7-7 221:9-9 225:8-10 233:9-9 234:8-10 237:8-9 250:9-9 251:9-9 254:9-9 255:9-9 ' +
    '256:9-9 258:8-9 260:9-9 263:8-10 264:8-9 267:7-8 350:8-8 351:9-9 352:6-11 353:7-9 354:7-9 355:8-9 356:8-8 357:8-8 358:6-12 ' +
    '359:8-9 370:8-8 371:8-8 372:7-8 373:8-8 374:8-8 375:9-9 376:6-9 377:8-9 380:9-9 381:8-10 382:8-8 383:8-9 385:8-9 386:8-8 ' +
    '387:8-8 389:8-8 420:9-9 421:9-9 423:7-9 852:8-8 853:8-8 855:8-9 856:8-10 880:8-10 886:8-9 960:7-7 961:7-8 962:8-9 963:8-9 ' +
    '964:8-10 965:8-8 966:8-9 967:7-9 968:8-8 970:9-9 971:8-9 972:8-9 973:8-8 974:8-8 975:7-8 976:8-8 977:8-10 992:9-9 994:9-9 ' +
    '995:9-9 996:9-9 998:9-9'
  )
    .split(' ')
    .map((entry) => {
      const [code = '', least = '', most = ''] = entry.split(/[:-]/)
      return [code, [Number(least), Number(most)]] as const
    }),
)

/** Further calling codes in use. */
const otherCodes = new Set(
  (
    '222 223 224 226 227 228 229 230 231 232 235 236 238 239 240 241 242 243 244 245 246 248 249 252 253 257 259 261 262 265 266 ' +
    '268 269 290 291 297 298 299 378 500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 596 597 598 599 670 672 673 ' +
    '674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692 800 808 850 870 878 881 882 883 888 979 993'
  ).split(' '),
)

/** Tells whether digits are a calling code and a national number of a length that fits it. */
export function isInternationalNumber(digits: string): boolean {
  for (let length = 1; length <= 3; length++) {
    const code = digits.slice(0, length)
    // A trunk zero in brackets, as in +44 (0)20 ..., is one digit too many.
    const national =
      digits.length - length - (digits.charAt(length) === '0' && code !== '39' ? 1 : 0)
    const lengths = lengthsByCode.get(code)
    if (lengths !== undefined) return national >= lengths[0] && national <= lengths[1]
    if (otherCodes.has(code)) return national >= 6 && national <= 12
  }
  return false
}
