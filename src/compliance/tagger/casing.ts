import { casing, margin, tokenKind } from './block.ts'
import type { Casing, TokenBlock } from './block.ts'
import { lexical } from './lexicon.ts'

/** How the words of a block are cased; one-letter words say nothing. */
export function casingOf(block: TokenBlock): Casing {
  let [words, capital, upper] = [0, 0, 0]
  for (let place = margin; place < margin + block.length; place += 1) {
    if (block.kind[place] !== tokenKind.word) continue
    const first = firstLooks(block.shape[place] ?? 0)
    if (first === 0) continue
    words += 1
    if (first === 2) upper += 1
    else if (first === 1) capital += 1
  }
  if (words === 0) return casing.mixed
  if (capital + upper === 0) return casing.lower
  if (upper * 5 >= words * 4) return casing.upper
  return words > 3 && (capital + upper) * 4 >= words * 3 ? casing.titled : casing.mixed
}

/** How technical a block looks: the share of technical words, and of signs, identifiers and addresses. */
export function topicOf(block: TokenBlock): number {
  let [words, technical, signs] = [0, 0, 0]
  for (let place = margin; place < margin + block.length; place += 1) {
    const kind = block.kind[place] ?? 0
    if (kind === tokenKind.word) {
      words += 1
      if (((block.bits[place] ?? 0) & lexical.technical) !== 0) technical += 1
    } else if (kind !== tokenKind.number) signs += kind === tokenKind.punctuation ? 1 : 2
  }
  const terms = technical === 0 ? 0 : technical * 20 < words ? 1 : technical * 7 < words ? 2 : 3
  const share = signs / (block.length + 1)
  return terms | ((share < 0.16 ? 0 : share < 0.3 ? 1 : share < 0.48 ? 2 : 3) << 2)
}

/** 0 for a word of one letter, 1 for a capital first, 2 for capitals only, 3 for a small first. */
function firstLooks(shape: number): 0 | 1 | 2 | 3 {
  if (shape < 16 || (shape - 16) % 8 < 2) return 0
  let looks = Math.floor((shape - 16) / 8)
  let last = looks % 5
  let onlyCapitals = true
  while (looks > 0) {
    last = looks % 5
    if (last !== 1 && last !== 4) onlyCapitals = false
    looks = Math.floor(looks / 5)
  }
  if (onlyCapitals) return 2
  return last === 1 ? 1 : 3
}
