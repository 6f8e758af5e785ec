import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'
import { codeAt } from '../surroundings.ts'

const areas = new Set(
  'AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE'.split(
    ' ',
  ),
)

/** United Kingdom postcode with an area that exists. */
export const ukPostcode: FormatDetector = {
  label: 'uk-postcode',
  category: 'location',
  country: 'GB',
  formats: ['A9', 'A99', 'AA9', 'AA99', 'A9A', 'AA9A'].flatMap((outward) => [
    `${outward} 9AA`,
    `${outward}9AA`,
  ]),
  context: [
    'postcode',
    'post code',
    'address',
    'street',
    'road',
    'lane',
    'avenue',
    'london',
    'england',
    'scotland',
    'wales',
    'uk',
    'united kingdom',
  ],
  rate(value, candidate) {
    const area = /^[A-Z]+/.exec(value)?.[0] ?? ''
    if (!areas.has(area) || /[CIKMOV]/.test(value.slice(-2))) return 0
    const isLowerCase = codeAt(candidate.text, candidate.start) > 96
    if (isLowerCase) return confidence.loose
    return candidate.end - candidate.start > value.length ? 0.4 : confidence.format
  },
}
