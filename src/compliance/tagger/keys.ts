import { margin, tokenFlag, tokenKind } from './block.ts'
import type { TokenBlock } from './block.ts'
import { hashStart, hashStep } from './lexicon.ts'

/** Signs between a key and its value at most: `"`, `:`, `"` and one more. */
const mostSigns = 4
/** Tokens of a value that are told its key. */
const mostTokens = 4

const signOf = (sign: string): number => hashStep(hashStep(hashStart, sign.charCodeAt(0)), 1)
const assigns: ReadonlySet<number> = new Set([':', '=', '>'].map(signOf))
const separates: ReadonlySet<number> = new Set([',', ';', '|', '.'].map(signOf))

/** Notes the key of each value: the last word before a colon, equals sign or tag with only signs between. */
export function fillKeys(block: TokenBlock): void {
  let [candidate, signs, told] = [0, 0, 0]
  let isAssigned = false
  for (let place = margin; place < margin + block.length; place += 1) {
    const word = block.word[place] ?? 0
    const opensLine = ((block.flags[place] ?? 0) & tokenFlag.newlineBefore) !== 0
    if (opensLine) [candidate, told, isAssigned] = [0, 0, false]
    block.key[place] = 0
    if (block.kind[place] === tokenKind.punctuation) {
      signs += 1
      told = 0
      if (signs > mostSigns || separates.has(word)) candidate = 0
      else if (assigns.has(word)) isAssigned = true
      continue
    }
    if (isAssigned && candidate !== 0) {
      block.key[place] = candidate
      told = 1
    } else if (told > 0 && told < mostTokens) {
      block.key[place] = block.key[place - 1] ?? 0
      told += 1
    } else told = 0
    candidate = word
    signs = 0
    isAssigned = false
  }
}
