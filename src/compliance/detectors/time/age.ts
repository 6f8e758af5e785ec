import type { TriggerDetector } from '../contract.ts'
import { codeAt, isDigitCode } from '../surroundings.ts'

const after =
  /(\d{1,3})(?:[- ]years?[- ]olds?|[- ]?y\/?o\b| yrs? old| ans\b(?= |,|\.|$)|[- ]?jährige?[rsn]?\b| Jahre alt| años de edad| anni di età)/iy
const before = /(?:\bage[ds]?:? (?:of )?|\balter:? |\bâge:? |\bedad:? )$/i
const oldest = 120

/** The age of a person, by the words around it. */
export const age: TriggerDetector = {
  label: 'age',
  category: 'identity',
  context: ['patient', 'man', 'woman', 'male', 'female', 'she is', 'he is'],
  triggers: ['number'],
  at(text, index) {
    let end = index + 1
    while (end - index < 4 && isDigitCode(codeAt(text, end))) end++
    if (end - index > 3 || Number(text.slice(index, end)) > oldest) return undefined
    after.lastIndex = index
    const next = codeAt(text, end)
    const isApart = next === 32 || next === 45
    if (mayFollow(codeAt(text, isApart ? end + 1 : end)) && after.test(text)) {
      return { start: index, end: after.lastIndex, score: 0.4 }
    }
    if (isDigitCode(codeAt(text, index - 2)) || index < 4) return undefined
    if (!'edsfr:'.includes(text.charAt(index - 2))) return undefined
    if (!before.test(text.slice(Math.max(0, index - 12), index))) return undefined
    if (/^[.,:/-]?\d|^%/.test(text.slice(end, end + 2))) return undefined
    return { start: index, end, score: 0.4 }
  },
}

/** First letters of the words that make a number an age. */
function mayFollow(code: number): boolean {
  const lower = code | 32
  return lower === 121 || lower === 97 || lower === 106
}
