import { charKind, highKind } from './alphabet.ts'
import type { Alphabet } from './alphabet.ts'
import { margin, maxTokens, softTokens, tokenFlag, tokenKind } from './block.ts'
import type { TokenBlock } from './block.ts'
import { casingOf, topicOf } from './casing.ts'
import { fillKeys } from './keys.ts'
import { bitsOf, clusterOf, noCluster, rankOf } from './lexicon.ts'
import type { Lexicon } from './lexicon.ts'
import { readChunk } from './opaque.ts'
import { createTokenReader } from './token-reader.ts'

const backslash = 92
const carriageReturn = 13

/** Cuts text into blocks of tokens with their attributes. */
export interface Tokenizer {
  /**
   * Fills `block` with the tokens from `from` on and returns where the next block begins; the text's length
   * when nothing is left. A block depends only on the text from its beginning to its end.
   */
  read(block: TokenBlock, text: string, from: number): number
}

export interface TokenizerParts {
  readonly alphabet: Alphabet
  readonly lexicon: Lexicon
  /** Coarse group of each fine cluster. */
  readonly groups: Uint8Array
}

/** How a token stands to the one before it. */
interface Place {
  newlines: number
  glued: boolean
}

/** Makes a tokeniser over an alphabet and a lexicon. It keeps small buffers: one text at a time. */
export function createTokenizer(parts: TokenizerParts): Tokenizer {
  const { kinds } = parts.alphabet
  const chunk = { end: 0, opaque: false }
  const readToken = createTokenReader(parts.alphabet)

  return {
    read(block, text, from) {
      block.length = 0
      const stand: Place = { newlines: 1, glued: false }
      let at = from
      chunk.end = from
      while (at < text.length) {
        const code = text.charCodeAt(at)
        const kind = code < 0x2000 ? (kinds[code] ?? charKind.punctuation) : highKind(code)
        const blank = lengthOfBlank(text, at, kind, stand)
        if (blank > 0) {
          at += blank
          continue
        }
        if (block.length > 0 && endsBlock(block, text, stand)) break
        if (at >= chunk.end) readChunk(text, at, chunk)
        const end = chunk.opaque ? chunk.end : readToken(block, text, at, kind)
        if (chunk.opaque) fillOpaque(block, at, end)
        chunk.opaque = false
        close(block, at, end, stand)
        at = end
      }
      finish(block, parts)
      return at
    },
  }
}

/** Length of what separates tokens at `at`, 0 if a token begins here; notes newlines in `stand`. */
function lengthOfBlank(text: string, at: number, kind: number, stand: Place): number {
  if (kind === charKind.mark) return 1
  if (kind === charKind.space) {
    stand.glued = false
    return 1
  }
  if (kind === charKind.newline) {
    stand.glued = false
    const pair = text.charCodeAt(at) === carriageReturn && text.charCodeAt(at + 1) === 10
    stand.newlines += 1
    return pair ? 2 : 1
  }
  if (text.charCodeAt(at) !== backslash) return 0
  return lengthOfEscape(text, at, stand)
}

/** Escapes of JSON and of code within text: `\n`, `\t`, `\"`, with any number of backslashes. */
function lengthOfEscape(text: string, at: number, stand: Place): number {
  let end = at
  while (text.charCodeAt(end) === backslash && end - at < 8) end += 1
  const letter = text.charCodeAt(end)
  if (letter === 34) return end - at
  if (letter !== 110 && letter !== 114 && letter !== 116) return 0
  stand.glued = false
  if (letter === 110) stand.newlines += 1
  return end + 1 - at
}

function endsBlock(block: TokenBlock, text: string, stand: Place): boolean {
  if (stand.newlines > 1 || block.length === maxTokens) return true
  if (block.length < softTokens) return false
  if (stand.newlines > 0) return true
  const last = text.charCodeAt((block.end[margin + block.length - 1] ?? 1) - 1)
  return !stand.glued && (last === 46 || last === 33 || last === 63)
}

/** Notes where the token that was just read stands, and takes it into the block. */
function close(block: TokenBlock, start: number, end: number, stand: Place): void {
  const place = margin + block.length
  const isFirst = block.length === 0
  let flags = stand.glued ? tokenFlag.gluedBefore : 0
  if (stand.newlines > 0) flags |= tokenFlag.newlineBefore
  block.flags[place] = flags
  block.start[place] = start
  block.end[place] = end
  if (!isFirst) {
    const before = block.flags[place - 1] ?? 0
    block.flags[place - 1] =
      before |
      (stand.glued ? tokenFlag.gluedAfter : 0) |
      (stand.newlines > 0 ? tokenFlag.newlineAfter : 0)
  }
  const opensLine = stand.newlines > 0
  block.head[place] = opensLine ? (block.word[place] ?? 0) : (block.head[place - 1] ?? 0)
  block.column[place] = opensLine ? 0 : Math.min(7, (block.column[place - 1] ?? 0) + 1)
  block.length += 1
  stand.newlines = 0
  stand.glued = true
}

function fillOpaque(block: TokenBlock, at: number, end: number): void {
  const place = margin + block.length
  block.clear(place)
  block.kind[place] = tokenKind.opaque
  block.word[place] = 0x6b43a9b5
  block.shape[place] = 7 + Math.min(3, (end - at) >> 4)
}

/** Looks the words up, and closes the block on both sides. */
function finish(block: TokenBlock, { lexicon, groups }: TokenizerParts): void {
  const end = margin + block.length
  for (let place = margin; place < end; place += 1) {
    const isWord = block.kind[place] === tokenKind.word
    const value = isWord ? lexicon.find((block.word[place] ?? 0) >>> 0) : 0
    const cluster = isWord ? clusterOf(value) : noCluster - 2
    block.bits[place] = isWord ? bitsOf(value) : 0
    block.cluster[place] = cluster
    block.group[place] = groups[cluster] ?? 62
    block.rank[place] = isWord ? rankOf(value) : 0
  }
  const last = end - 1
  if (block.length > 0) block.flags[last] = (block.flags[last] ?? 0) | tokenFlag.newlineAfter
  for (let beside = 1; beside <= margin; beside += 1) {
    block.clear(margin - beside)
    block.clear(last + beside)
  }
  fillKeys(block)
  block.casing = casingOf(block)
  block.topic = topicOf(block)
}
