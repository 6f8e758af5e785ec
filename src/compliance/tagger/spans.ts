import { margin, tokenFlag, tokenKind } from './block.ts'
import type { TokenBlock } from './block.ts'
import { isInside } from './decode.ts'
import { hashOf } from './lexicon.ts'
import type { NameLabel } from './model.ts'
import { tagCount } from './paths.ts'

/** Tokens of a block that belong together. */
export interface TokenSpan {
  readonly label: NameLabel
  /** First token, and the one after the last. */
  first: number
  end: number
  /** Mean of what the model believes of its tokens. */
  readonly belief: number
}

const labels: readonly (NameLabel | undefined)[] = [
  undefined,
  'person-name',
  'person-name',
  'place',
  'place',
  'organisation',
  'organisation',
  'address',
]

/** Gathers the tags of a block into spans. `marginals` holds the probability of each tag at each token. */
export function gatherSpans(
  length: number,
  path: Uint8Array,
  marginals: Float32Array,
): TokenSpan[] {
  const spans: TokenSpan[] = []
  for (let token = 0; token < length;) {
    const tag = path[token] ?? 0
    const label = labels[tag]
    let end = token + 1
    if (label !== undefined) {
      while (end < length && continues(tag, path[end] ?? 0)) end += 1
      spans.push({ label, first: token, end, belief: beliefIn(label, token, end, marginals) })
    }
    token = end
  }
  return spans
}

function continues(first: number, tag: number): boolean {
  return labels[tag] === labels[first] && (isInside(tag) || tag === 7)
}

function beliefIn(label: NameLabel, first: number, end: number, marginals: Float32Array): number {
  let sum = 0
  for (let token = first; token < end; token += 1)
    for (let tag = 1; tag < tagCount; tag += 1)
      if (labels[tag] === label) sum += marginals[token * tagCount + tag] ?? 0
  return Math.min(1, sum / (end - first))
}

const honorifics =
  'mr mrs ms miss mx dr prof professor sir madam dame lord lady rev reverend rabbi imam capt captain sgt lt col gen judge justice senator herr frau fräulein señor señora señorita sr sra don doña monsieur madame mme mlle signor signora dott senhor senhora mevrouw meneer pan pani'
const suffixes = 'jr sr ii iii iv phd md esq dds dvm rn mba cpa jd qc kc'

/** Words that are joined to a name. */
export interface Joiners {
  readonly honorifics: ReadonlySet<number>
  readonly suffixes: ReadonlySet<number>
}

/** Makes the sets of words that are joined to names. */
export function createJoiners(folds: Uint16Array): Joiners {
  const hashes = (words: string): Set<number> =>
    new Set(words.split(' ').map((word) => hashOf(word, folds) | 0))
  return { honorifics: hashes(honorifics), suffixes: hashes(suffixes) }
}

/** What signs at the edges of spans are read from. */
export interface SpanText {
  readonly text: string
  readonly block: TokenBlock
  readonly joiners: Joiners
}

/**
 * Trims signs from the ends of a span and, for persons, takes in what belongs to the name: titles before it, the
 * other half of a hyphenated name, initials, `Jr.` and degrees. Undefined if nothing is left that can be a name.
 */
export function shapeSpan(span: TokenSpan, around: SpanText): TokenSpan | undefined {
  const look = createLook(around)
  let { first, end } = span
  while (first < end && look.isSign(first)) first += 1
  while (end > first && isTail(look, end - 1, first)) end -= 1
  if (first === end) return undefined
  if (span.label !== 'person-name') return { ...span, first, end }
  if (!hasName(look, first, end)) return undefined
  return { ...span, first: joinedFrom(look, first), end: joinedTo(look, end) }
}

type Look = ReturnType<typeof createLook>

/** Answers about single tokens. */
function createLook({ text, block, joiners }: SpanText) {
  const { kind, flags, word, start } = block
  const at = (token: number): number => start[margin + token] ?? 0
  const size = (token: number): number => (block.end[margin + token] ?? 0) - at(token)
  const isKind = (token: number, wanted: number): boolean =>
    token >= 0 && token < block.length && kind[margin + token] === wanted
  const isWord = (token: number): boolean => isKind(token, tokenKind.word)
  const isSign = (token: number): boolean => isKind(token, tokenKind.punctuation)
  const isOneOf = (token: number, set: ReadonlySet<number>): boolean =>
    isWord(token) && set.has(word[margin + token] ?? 0)
  const has = (token: number, flag: number): boolean => ((flags[margin + token] ?? 0) & flag) !== 0
  return {
    isWord,
    isSign,
    size,
    is: (token: number, sign: string): boolean =>
      isSign(token) && size(token) === 1 && text[at(token)] === sign,
    isGlued: (token: number): boolean => has(token, tokenFlag.gluedBefore),
    opensLine: (token: number): boolean => has(token, tokenFlag.newlineBefore),
    isCapital: (token: number): boolean => /^\p{Lu}/u.test(text.slice(at(token), at(token) + 2)),
    isInitial: (token: number): boolean => isWord(token) && size(token) === 1,
    isMixed: (token: number): boolean => isKind(token, tokenKind.mixed),
    isClitic: (token: number): boolean => isWord(token) && /^['’ʼ]/.test(text[at(token)] ?? ''),
    isHonorific: (token: number): boolean => isOneOf(token, joiners.honorifics),
    isSuffix: (token: number): boolean => isOneOf(token, joiners.suffixes),
  }
}

/** Whether a token at the end is no part of the name: a sign, or the `'s` of a possessive. */
function isTail(look: Look, token: number, first: number): boolean {
  if (look.isClitic(token)) return true
  if (!look.isSign(token)) return false
  if (!look.is(token, '.') || token === first) return true
  return !look.isInitial(token - 1) && !look.isSuffix(token - 1)
}

/** Whether there is a word of more than one letter, or of one letter with a title before it. */
function hasName(look: Look, first: number, end: number): boolean {
  for (let token = first; token < end; token += 1) {
    const isLetters = look.isWord(token) || look.isMixed(token)
    if (isLetters && look.size(token) > 1 && !look.isHonorific(token)) return true
  }
  return look.isInitial(first) && look.isHonorific(first - 1)
}

/** Where the name begins with titles, initials and hyphenated parts before it. */
function joinedFrom(look: Look, first: number): number {
  let from = first
  while (!look.opensLine(from)) {
    const isAfterDot = look.is(from - 1, '.') && look.isGlued(from - 1)
    const before = isAfterDot ? from - 2 : from - 1
    const isInitial = isAfterDot && look.isInitial(before) && look.isCapital(before)
    if (look.isHonorific(before) || isInitial) from = before
    else if (isHyphen(look, from - 1) && isPart(look, from - 2, first)) from -= 2
    else return from
  }
  return from
}

/** Where the name ends with hyphenated parts, suffixes and degrees behind it. */
function joinedTo(look: Look, end: number): number {
  let to = end
  for (;;) {
    const after = look.is(to, ',') ? to + 1 : to
    if (isHyphen(look, to) && isPart(look, to + 1, end - 1)) to += 2
    else if (isSuffix(look, after))
      to = look.is(after + 1, '.') && look.isGlued(after + 1) ? after + 2 : after + 1
    else return to
  }
}

function isHyphen(look: Look, token: number): boolean {
  return look.is(token, '-') && look.isGlued(token) && look.isGlued(token + 1)
}

function isPart(look: Look, token: number, beside: number): boolean {
  return look.isWord(token) && look.isCapital(token) === look.isCapital(beside)
}

function isSuffix(look: Look, token: number): boolean {
  if (!look.isSuffix(token) || look.opensLine(token)) return false
  return look.isCapital(token) || look.is(token + 1, '.') || look.size(token) > 2
}
