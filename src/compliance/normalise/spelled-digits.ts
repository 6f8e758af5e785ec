import { fold, foldCode, isFoldedLetter } from '../detectors/fold.ts'
import type { Replacement } from './mapped-text.ts'

/** Digits by their names in English, German, French, Spanish, Italian, Portuguese and Dutch, without accents. */
const names: readonly (readonly [string, string])[] = [
  ['0', 'zero oh null cero nul nought zilch'],
  ['1', 'one eins ein un une uno um uma een'],
  ['2', 'two zwei zwo deux dos due dois duas twee'],
  ['3', 'three drei trois tres tre drie'],
  ['4', 'four vier quatre cuatro quattro quatro'],
  ['5', 'five funf fuenf cinq cinco cinque vijf'],
  ['6', 'six sechs seis sei meia zes'],
  ['7', 'seven sieben sept siete sette sete zeven'],
  ['8', 'eight acht huit ocho otto oito'],
  ['9', 'nine neun neuf nueve nove negen niner'],
  ['-', 'dash hyphen minus bindestrich strich tiret guion trattino hifen streepje'],
  ['.', 'dot point punkt punto ponto punt'],
  ['+', 'plus'],
]

const repeats: ReadonlyMap<string, number> = new Map([
  ['double', 2],
  ['doppel', 2],
  ['doble', 2],
  ['triple', 3],
])

const meanings: ReadonlyMap<string, string> = new Map(
  names.flatMap(([meaning, words]) => words.split(' ').map((word) => [word, meaning] as const)),
)

/** So many digits in a row, so many of them spelled, are a number read out and not a count. */
const least = { digits: 6, words: 4 } as const

/** A filter by `digitWordIndex`: words whose place holds 0 are no names of digits. */
export const digitWordFilter: Readonly<Uint8Array> = buildFilter()

/** Place of a word in `digitWordFilter`, from its length and its first, second and last letter. */
export function digitWordIndex(text: string, start: number, end: number): number {
  const first = text.charCodeAt(start)
  const last = text.charCodeAt(end - 1)
  const second = end - start > 1 ? text.charCodeAt(start + 1) : 0
  const folded = first < 128 ? first | 32 : foldCode(first)
  const next = second < 128 ? second | 32 : foldCode(second)
  return (folded * 7 + next * 61 + (last | 32) * 211 + (end - start) * 1009) & 4095
}

interface Token {
  readonly start: number
  readonly end: number
  /** Digits or a sign; `undefined` for any other word. */
  readonly meaning: string | undefined
  readonly isSpelled: boolean
  readonly repeats: number
}

/** Numbers read out digit by digit, written in digits. */
export function undoSpelledDigits(text: string): Replacement[] {
  const replacements: Replacement[] = []
  let run: Token[] = []
  const close = (): void => {
    const replacement = written(run)
    if (replacement !== undefined) replacements.push(replacement)
    run = []
  }
  for (let at = 0; at < text.length;) {
    const token = tokenAt(text, at)
    if (token === undefined) {
      at++
      continue
    }
    at = token.end
    const last = run.at(-1)
    if (last !== undefined && !isPause(text, last.end, token.start)) close()
    if (token.meaning === undefined && token.repeats === 1) close()
    else run.push(token)
  }
  close()
  return replacements
}

/** What a row of names of digits stands for; pauses that are longer than the others become hyphens. */
function written(run: readonly Token[]): Replacement | undefined {
  const kept = trimmed(run)
  const [first, last] = [kept[0], kept.at(-1)]
  if (first === undefined || last === undefined) return undefined
  if (kept.filter(({ isSpelled }) => isSpelled).length < least.words) return undefined
  const pauses = kept.slice(1).map((token, index) => token.start - (kept[index]?.end ?? 0))
  const shortest = Math.min(...pauses)
  let result = ''
  let times = 1
  for (const [index, token] of kept.entries()) {
    if (index > 0 && (pauses[index - 1] ?? 0) > shortest) result += '-'
    if (token.meaning === undefined) times = token.repeats
    else {
      result += token.meaning.repeat(times)
      times = 1
    }
  }
  result = result.replaceAll(/-{2,}/g, '-')
  return result.replaceAll(/\D/g, '').length < least.digits
    ? undefined
    : { from: first.start, to: last.end, text: result }
}

/** Without signs at the ends, save a plus in front. */
function trimmed(run: readonly Token[]): Token[] {
  let from = 0
  let to = run.length
  const isSign = (token: Token | undefined): boolean =>
    token !== undefined && (token.meaning === '-' || token.meaning === '.' || token.meaning === '+')
  while (from < to && isSign(run[from]) && run[from]?.meaning !== '+') from++
  while (to > from && (isSign(run[to - 1]) || run[to - 1]?.meaning === undefined)) to--
  return run.slice(from, to)
}

function tokenAt(text: string, start: number): Token | undefined {
  const code = foldCode(text.charCodeAt(start))
  const isDigit = code >= 48 && code <= 57
  if (!isDigit && !isFoldedLetter(code)) return undefined
  let end = start + 1
  if (isDigit) {
    while (text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end++
    const meaning = end - start <= 4 ? text.slice(start, end) : undefined
    return { start, end, meaning, isSpelled: false, repeats: 1 }
  }
  while (end < text.length && isFoldedLetter(foldCode(text.charCodeAt(end)))) end++
  if (end - start > 12) return { start, end, meaning: undefined, isSpelled: false, repeats: 1 }
  const word = fold(text.slice(start, end))
  const meaning = meanings.get(word)
  return {
    start,
    end,
    meaning,
    isSpelled: meaning !== undefined && /\d/.test(meaning),
    repeats: repeats.get(word) ?? 1,
  }
}

function isPause(text: string, from: number, to: number): boolean {
  if (to - from > 4) return false
  for (let i = from; i < to; i++) if (!' ,.-;:/\n\t_'.includes(text.charAt(i))) return false
  return true
}

function buildFilter(): Uint8Array {
  const filter = new Uint8Array(4096)
  for (const word of meanings.keys()) filter[digitWordIndex(word, 0, word.length)] = 1
  return filter
}
