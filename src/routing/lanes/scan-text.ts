/** What was seen in a text, whatever human or programming language it is in. Counts add up over texts. */
export interface TextSeen {
  /** Estimated tokens. */
  tokens: number
  /** Pieces of 128 characters that look like program text or formulas. */
  codePieces: number
  /** Items of lists, and sentences. */
  items: number
  sentences: number
}

/** Makes the count of nothing. */
export function nothingSeen(): TextSeen {
  return { tokens: 0, codePieces: 0, items: 0, sentences: 0 }
}

const pieceLength = 128

/** What the characters of ASCII are to a reader of code. */
const kinds = {
  other: 0,
  blank: 1,
  lineBreak: 2,
  lower: 3,
  upper: 4,
  digit: 5,
  /** Rare in prose, frequent in code. */
  symbol: 6,
  /** Frequent in both. */
  mark: 7,
} as const

const asciiKinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (character === '\n') return kinds.lineBreak
  if (code <= 32) return kinds.blank
  if (/[a-z]/.test(character)) return kinds.lower
  if (/[A-Z]/.test(character)) return kinds.upper
  if (/\d/.test(character)) return kinds.digit
  return /[.,:'"?!]/.test(character) ? kinds.mark : kinds.symbol
})

/** The part of the characters of a piece that speaks for code where a piece is one of code. */
const codeDensity = 0.15
/** Fewer signs of code than these are a piece of prose, however short it is. */
const minCodeSigns = 3

const codes = {
  exclamation: 0x21,
  openParenthesis: 0x28,
  closeParenthesis: 0x29,
  hash: 0x23,
  asterisk: 0x2a,
  hyphen: 0x2d,
  dot: 0x2e,
  equals: 0x3d,
  question: 0x3f,
  openBracket: 0x5b,
  underscore: 0x5f,
  backtick: 0x60,
  tilde: 0x7e,
  bullet: 0x2022,
} as const

/**
 * Looks through a text in pieces: through all of it when it has no more than so many, else through so many
 * of them, spread evenly, and the counts are taken to hold for the rest. Adds what it sees.
 */
export function scanText(text: string, maxPieces: number, seen: TextSeen): void {
  const { length } = text
  const pieces = Math.ceil(length / pieceLength)
  if (pieces <= maxPieces) {
    for (let start = 0; start < length; start += pieceLength) {
      scanPiece(text, start, Math.min(start + pieceLength, length), seen)
    }
    return
  }
  const sample = nothingSeen()
  const stride = (length - pieceLength) / (maxPieces - 1)
  for (let piece = 0; piece < maxPieces; piece++) {
    const start = Math.floor(piece * stride)
    scanPiece(text, start, start + pieceLength, sample)
  }
  const share = length / (maxPieces * pieceLength)
  seen.tokens += sample.tokens * share
  seen.codePieces += sample.codePieces * share
  seen.items += sample.items * share
  seen.sentences += sample.sentences * share
}

function scanPiece(text: string, start: number, end: number, seen: TextSeen): void {
  let tokens = 0
  let visible = 0
  let symbols = 0
  /** Signs that hardly occur outside of code: pairs of symbols, calls, indented lines, compound names. */
  let signs = 0
  let fences = 0
  let before = start === 0 ? 0x0a : text.charCodeAt(start - 1)
  let kindBefore = kindOf(before)
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index)
    const kind = kindOf(code)
    tokens += kind === kinds.other ? (code < 0x2e80 ? 0.4 : 0.8) : 0.25
    if (kind !== kinds.blank && kind !== kinds.lineBreak) visible += 1
    if (kind === kinds.symbol) {
      symbols += 1
      signs += signsOf(code, before, kindBefore)
      if (isFence(code) && code === before && text.charCodeAt(index - 2) === code) fences += 1
    } else if (kind === kinds.upper) {
      if (kindBefore === kinds.lower) signs += 1
    } else if (kind === kinds.lower) {
      // A name joined by a dot: in prose a blank follows.
      if (before === codes.dot && index > 1 && isLower(text.charCodeAt(index - 2))) signs += 0.5
    } else if (kind === kinds.blank) {
      if (kindBefore === kinds.lineBreak) signs += indentation(text, index)
      else if (isItem(text, index)) seen.items += 1
      else if (kindBefore === kinds.mark && isEnd(before)) seen.sentences += 1
    } else if (kind === kinds.lineBreak) {
      if (kindBefore === kinds.symbol && !isRepeatable(before)) signs += 1
      if (kindBefore === kinds.mark && isEnd(before)) seen.sentences += 1
    } else if (kind === kinds.other && code > 0x7f) {
      if (isWideEnd(code)) seen.sentences += 1
      // Mathematical operators.
      else if (code >= 0x2200 && code <= 0x22ff) signs += 2
    }
    before = code
    kindBefore = kind
  }
  seen.tokens += tokens
  if (fences > 0) seen.codePieces += 1
  else if (signs >= minCodeSigns) {
    const density = (symbols + 2 * signs) / Math.max(visible, 16)
    if (density >= codeDensity) seen.codePieces += 1
    else if (density >= codeDensity / 2) seen.codePieces += 0.25
  }
}

function kindOf(code: number): number {
  return code < 128 ? (asciiKinds[code] ?? kinds.other) : kinds.other
}

function isLower(code: number): boolean {
  return code >= 0x61 && code <= 0x7a
}

/** What a symbol says about code by what stands before it. */
function signsOf(code: number, before: number, kindBefore: number): number {
  if (kindBefore === kinds.symbol) {
    return code === before && isRepeatable(code) ? 0 : 1
  }
  const isAfterWord =
    kindBefore === kinds.lower || kindBefore === kinds.upper || kindBefore === kinds.digit
  if (!isAfterWord) return 0
  return code === codes.openParenthesis || code === codes.openBracket || code === codes.underscore
    ? 1
    : 0
}

/** Tells whether rules, emphasis and headings in prose repeat a character. */
function isRepeatable(code: number): boolean {
  return (
    code === codes.asterisk ||
    code === codes.hyphen ||
    code === codes.hash ||
    code === codes.equals ||
    code === codes.underscore ||
    isFence(code)
  )
}

function isFence(code: number): boolean {
  return code === codes.backtick || code === codes.tilde
}

/** Tells whether a sentence can end with a character of ASCII. */
function isEnd(code: number): boolean {
  return code === codes.dot || code === codes.question || code === codes.exclamation
}

/** Tells whether a sentence ends with a character of another script: 。！？ ؟ । */
function isWideEnd(code: number): boolean {
  return code === 0x3002 || code === 0xff01 || code === 0xff1f || code === 0x061f || code === 0x0964
}

/** What the white space behind a line break says: lines of code are indented, lines of lists less so. */
function indentation(text: string, index: number): number {
  const next = text.charCodeAt(index + 1)
  const isDeep = text.charCodeAt(index) === 9 || next === 32 || next === 9
  return isDeep ? 1 : 0
}

/** Tells whether the blank at a place follows the mark of a list item at the beginning of a line. */
function isItem(text: string, blankAt: number): boolean {
  const mark = text.charCodeAt(blankAt - 1)
  if (mark === codes.hyphen || mark === codes.asterisk || mark === codes.bullet) {
    return isLineStart(text, blankAt - 1)
  }
  if (mark !== codes.dot && mark !== codes.closeParenthesis) return false
  let at = blankAt - 2
  while (at >= 0 && at >= blankAt - 4 && kindOf(text.charCodeAt(at)) === kinds.digit) at -= 1
  return at < blankAt - 2 && isLineStart(text, at + 1)
}

/** Tells whether nothing but a little white space stands before a place in its line. */
function isLineStart(text: string, place: number): boolean {
  let at = place - 1
  while (at >= 0 && at >= place - 8 && text.charCodeAt(at) === 32) at -= 1
  return at < 0 || text.charCodeAt(at) === 0x0a
}
