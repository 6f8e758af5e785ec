import { englishSubjects } from './english.ts'
import { otherLanguages } from './languages.ts'

const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const months = ['January', 'March', 'April', 'June', 'September', 'October', 'November']
const numbers = ['two', 'three', 'four', 'six', 'ten', 'twelve', '20', '35', '90', '140']
const longest = 12

/**
 * Writes the built-in background: neutral texts of one to twelve sentences on everyday subjects, for topics
 * whose administrator gives too few other texts. The same texts at every call.
 */
export function backgroundTexts(): readonly string[] {
  let state = 1
  const pick = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * limit)
  }
  const write = (sentence: string): string =>
    sentence
      .replace('{day}', () => days[pick(days.length)] ?? '')
      .replace('{month}', () => months[pick(months.length)] ?? '')
      .replaceAll('{number}', () => numbers[pick(numbers.length)] ?? '')
  return [...englishSubjects, ...otherLanguages].flatMap((sentences) => [
    ...sentences.map(write),
    ...sentences.map((_, at) => {
      const rest = [...sentences.slice(at), ...sentences.slice(0, at)]
      return rest
        .slice(0, 2 + pick(longest - 1))
        .map(write)
        .join(' ')
    }),
  ])
}
