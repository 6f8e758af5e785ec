/**
 * How much more often than by chance one letter follows another in English technical text: rows and columns
 * from a to z, 5 is chance, every 1.5 is a factor of two.
 */
const followers = [
  '05660240402867050768432130',
  '80118000650810620550800070',
  '70307007407600900648400010',
  '61349210800401710361511020',
  '62673530100547152886032510',
  '80107700900500800624600030',
  '50109055700527700652600000',
  '90009001800020700525300010',
  '43645450000659740478040203',
  '70009010300000521090400000',
  '72339420800315120383302000',
  '71149000800800800055520060',
  '85029200700450780041400020',
  '60677480502313710078420010',
  '34562520202569460845636000',
  '80018012500720850857400010',
  '00002000000800000000902000',
  '70439130702234700566520040',
  '50609105702313651379502240',
  '60419108800310720664401050',
  '44536250600859150777000000',
  '90009000800010500000100000',
  '81327207900306720662001000',
  '80627303700230290039001220',
  '44535300500557890176103001',
  '80009011800300600051200232',
].join('')

/** Returns the Shannon entropy of a text in bits for each character; all characters beyond ASCII count as one. */
export function entropyOf(text: string): number {
  const counts = new Uint16Array(128)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const slot = code < 128 ? code : 0
    counts[slot] = (counts[slot] ?? 0) + 1
  }
  let entropy = 0
  for (let slot = 0; slot < counts.length; slot++) {
    const count = counts[slot] ?? 0
    if (count > 0) entropy -= (count / text.length) * Math.log2(count / text.length)
  }
  return entropy
}

/**
 * Tells how much letters follow each other as in words: about 2 for names people give, about -2 for random
 * letters, 0 where there are too few neighbouring letters to tell.
 */
export function wordLikeness(text: string): number {
  let sum = 0
  let pairs = 0
  let first = -1
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const second = code < 128 && (code & 64) !== 0 ? (code | 32) - 97 : -1
    const isLetter = second >= 0 && second < 26
    if (isLetter && first >= 0) {
      sum += followers.charCodeAt(first * 26 + second) - 53
      pairs++
    }
    first = isLetter ? second : -1
  }
  return pairs < 4 ? 0 : sum / pairs
}

const placeholderWords =
  /example|placeholder|redacted|changeme|change[-_ ]me|replace[-_ ]?me|dummy|sample|your[-_ ]|yoursecret|yourtoken|yourapikey|yourpassword|my[-_](?:secret|token|key|password|api)|insert[-_ ]|xxxx|\*\*\*|\.\.\.|todo|fixme|undefined|not[-_ ]?set|abc123xyz|deadbeefdeadbeef|lorem|foobar/i
const templates =
  /\$\{|\{\{|\$\(|<%|%[sdv]\b|^<[^>]*>?$|^\[[^\]]*\]$|^\$\w+$|^%\w+%$|^@\w+@$|^#\{|^!Ref|\bprocess\.env|os\.environ|getenv|System\./

/** Tells whether a value only holds the place of a secret: a template, a word such as `changeme`, a run or a sequence. */
export function isPlaceholder(value: string): boolean {
  return isDeclaredPlaceholder(value) || hasSequence(value)
}

/**
 * Tells whether a value says of itself that it is none: a template, a word such as `changeme`, or a run. A mere
 * sequence does not: behind the beginning of a vendor's tokens it is a weak token rather than no token.
 */
export function isDeclaredPlaceholder(value: string): boolean {
  return placeholderWords.test(value) || templates.test(value) || hasRun(value)
}

/** Tells whether one character is repeated six times or more. */
function hasRun(value: string): boolean {
  return /(.)\1{5}/.test(value)
}

/** Tells whether ten neighbours count up, as in `1234567890` and `abcdefghij`. */
function hasSequence(value: string): boolean {
  let length = 1
  for (let at = 1; at < value.length; at++) {
    const step = value.charCodeAt(at) - value.charCodeAt(at - 1)
    // Digits go on from 9 to 0.
    length = step === 1 || step === -9 ? length + 1 : 1
    if (length >= 10) return true
  }
  return false
}
