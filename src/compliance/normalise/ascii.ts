/** `*` */
export const star = 42
/** `>` */
export const closeAngle = 62
/** A backtick. */
export const backtick = 96

/** Role of characters that never complete anything. */
export const plain = 0
/** Role of letters and digits: they complete a mark before them. */
export const alphanumeric = 1
/** Role of hexadecimal digits: they may complete an encoding, too. */
export const hexadecimal = 2
/** Role of all that needs a closer look. */
export const special = 3
/** Roles of the characters of ASCII. */
export const roles: Readonly<Uint8Array> = buildRoles()

function buildRoles(): Uint8Array {
  const table = new Uint8Array(128)
  for (let code = 0; code < 128; code++) {
    if (isHex(code)) table[code] = hexadecimal
    else if (isAlnum(code)) table[code] = alphanumeric
    else if (isControl(code) || isJoiner(code) || code === 59 || code === 125 || code === star)
      table[code] = special
  }
  return table
}

/** Tells whether a code unit may stand inside a value. */
export function isValueCode(code: number): boolean {
  return isAlnum(code) || isJoiner(code) || code === 32
}

/** Tells whether a number is a Unicode scalar value. */
export function isScalar(value: number): boolean {
  return value >= 0 && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff)
}

/** Tells whether a code unit is a control other than tab and line ends. */
export function isControl(code: number): boolean {
  return (code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127
}

/** Tells whether a code unit is a letter or digit of ASCII. */
export function isAlnum(code: number): boolean {
  return (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 122)
}

/** Tells whether a code unit is a digit or `@`. */
export function isDigitOrAt(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 64
}

/** `@`, `-` and `.`: signs inside values. */
export function isJoiner(code: number): boolean {
  return code === 64 || code === 45 || code === 46
}

/** Tells whether a code unit is a hexadecimal digit. */
export function isHex(code: number): boolean {
  return (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 102)
}

/** `*`, `_`, `~`, a backtick, or the end of a tag. */
export function isMark(code: number): boolean {
  return code === 42 || code === 95 || code === 126 || code === 96 || code === 62
}
