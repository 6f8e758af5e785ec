import { isDay } from '../calendar.ts'
import { fold } from '../fold.ts'
import { codeAt, isDigitCode, isLetterCode, opensHere } from '../surroundings.ts'

/** A date found in a text, and how sure it is that it is one. */
export interface WrittenDate {
  readonly start: number
  readonly end: number
  readonly isComplete: boolean
}

/** Months by the first letters of their names in English, German, French, Spanish, Italian, Portuguese, Dutch. */
const months: ReadonlyMap<string, number> = new Map(
  [
    'jan january januar janvier enero ene gennaio gen janeiro januari',
    'feb february februar fevrier fevr febrero febbraio fevereiro fev februari',
    'mar march marz mars marzo marco maart mrt',
    'apr april avril avr abril abr aprile',
    'may mai mayo maggio mag maio mei',
    'jun june juni juin junio giugno giu junho',
    'jul july juli juillet juil julio luglio lug julho',
    'aug august aout agosto ago augustus',
    'sep sept september septembre septiembre settembre set setembro',
    'oct october oktober octobre octubre ottobre ott outubro okt out',
    'nov november novembre noviembre novembro',
    'dec december dezember decembre diciembre dic dicembre dezembro dez',
  ].flatMap((names, index) => names.split(' ').map((name) => [name, index + 1] as const)),
)

const numeric =
  /(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d|[-/]\d)|(\d{1,2})([-/.])(\d{1,2})\6(\d{4}|\d{2})(?!\d|[-/.]\d)/y
const time = /[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?(?!\d)/y
const dayFirst =
  /(\d{1,2})(?:st|nd|rd|th|\.|º|er)?(?: ?(?:de|of|di) | ?[-/] ?| )([\p{L}]{3,10})\.?(?: ?(?:de|del|,|of) ?| ?[-/,'] ?| )(\d{4}|\d{2})(?!\d)/uy
const afterMonth = /(\d{1,2})(?:st|nd|rd|th)?(?:, ?| )(\d{4})(?!\d)/y

/** The date whose first digit stands at a place, if one does. */
export function dateAt(text: string, index: number): WrittenDate | undefined {
  let end = index + 1
  while (end - index < 5 && isDigitCode(codeAt(text, end))) end++
  const digits = end - index
  if (digits === 3 || digits > 4) return undefined
  const next = text.charAt(end)
  if (next === '-' || next === '/' || next === '.') {
    const found = numericDate(text, index)
    if (found !== undefined || digits === 4) return found
  }
  if (digits > 2) return undefined
  const mayName = /[^\d\s]/.test(text.slice(end, end + 2))
  return mayName || isAfterWord(text, index) ? dateWithMonthName(text, index) : undefined
}

function numericDate(text: string, start: number): WrittenDate | undefined {
  numeric.lastIndex = start
  const found = numeric.exec(text)
  if (found === null) return undefined
  const isYearFirst = found[1] !== undefined
  const year = Number(isYearFirst ? found[1] : found[8])
  const [a, b] = isYearFirst
    ? [Number(found[3]), Number(found[4])]
    : [Number(found[5]), Number(found[7])]
  const fullYear = isYearFirst || found[8]?.length === 4
  if (fullYear && (year < 1850 || year > 2150)) return undefined
  if (!isDay(a, b) && !isDay(b, a)) return undefined
  // 1.2.34 is a version or a clause more often than a date.
  if (!fullYear && found[6] === '.' && found[5]?.length === 1) return undefined
  time.lastIndex = numeric.lastIndex
  const end = time.test(text) ? time.lastIndex : numeric.lastIndex
  return { start, end, isComplete: true }
}

function dateWithMonthName(text: string, start: number): WrittenDate | undefined {
  dayFirst.lastIndex = start
  const found = dayFirst.exec(text)
  if (found !== null) {
    const month = months.get(fold(found[2] ?? ''))
    if (month !== undefined && isDay(Number(found[1]), month)) {
      return { start, end: dayFirst.lastIndex, isComplete: true }
    }
  }
  if (!isAfterWord(text, start)) return undefined
  afterMonth.lastIndex = start
  const rest = afterMonth.exec(text)
  if (rest === null) return undefined
  const monthStart = wordBefore(text, start)
  const name = text.slice(monthStart, start).replace(/[. ]+$/, '')
  const month = months.get(fold(name))
  if (month === undefined || !isDay(Number(rest[1]), month)) return undefined
  return { start: monthStart, end: afterMonth.lastIndex, isComplete: true }
}

function isAfterWord(text: string, start: number): boolean {
  return isLetterCode(codeAt(text, start - 2)) || codeAt(text, start - 2) === 46
}

/** Start of the word before a place, at most one space and a full stop between. */
function wordBefore(text: string, place: number): number {
  let at = place - 1
  if (text.charAt(at) === ' ') at--
  if (text.charAt(at) === '.') at--
  while (at >= 0 && place - at < 14 && (isLetterCode(codeAt(text, at)) || codeAt(text, at) > 0xbf))
    at--
  return opensHere(text, at + 1) ? at + 1 : place
}
