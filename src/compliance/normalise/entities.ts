/** Entities by name that matter for values: signs that stand in identifiers, and spaces. */
const named: ReadonlyMap<string, number> = new Map(
  Object.entries({
    amp: 38,
    lt: 60,
    gt: 62,
    quot: 34,
    apos: 39,
    nbsp: 0xa0,
    ensp: 32,
    emsp: 32,
    thinsp: 32,
    shy: 0xad,
    zwj: 0x200d,
    zwnj: 0x200c,
    lrm: 0x200e,
    rlm: 0x200f,
    commat: 64,
    period: 46,
    colon: 58,
    sol: 47,
    bsol: 92,
    hyphen: 0x2010,
    dash: 0x2010,
    ndash: 0x2013,
    mdash: 0x2014,
    minus: 0x2212,
    lowbar: 95,
    num: 35,
    plus: 43,
    equals: 61,
    comma: 44,
    semi: 59,
    lpar: 40,
    rpar: 41,
    lbrack: 91,
    rbrack: 93,
    percnt: 37,
    dollar: 36,
    ast: 42,
    Tab: 9,
    NewLine: 10,
  }),
)

/** Code point of what stands between `&` and `;`; `undefined` when that is no entity known here. */
export function entityAt(name: string): number | undefined {
  if (name.charCodeAt(0) !== 35) return named.get(name)
  const hexadecimal = /^#x([0-9a-f]{1,8})$/i.exec(name)?.[1]
  if (hexadecimal !== undefined) return Number.parseInt(hexadecimal, 16)
  const decimal = /^#(\d{1,9})$/.exec(name)?.[1]
  return decimal === undefined ? undefined : Number(decimal)
}
