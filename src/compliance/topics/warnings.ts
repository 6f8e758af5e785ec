import type { Documents, Origin } from './documents.ts'
import type { Judgement } from './quality.ts'
import type { Topic } from './topic.ts'

/** How many different texts there are, by where they come from. */
export type Counts = Readonly<Record<Origin, number>>

/** Fewest different texts of each side. */
export const fewestTexts = 20
/** From so many examples on results are reliable. */
export const advisableTexts = 50

/** Says what an administrator should know about the texts that a topic was trained from. */
export function warningsOf(
  read: Documents,
  counts: Counts,
  { summary, threshold }: Topic,
  judged: readonly Judgement[],
): string[] {
  const warnings: string[] = []
  const warn = (isTrue: boolean, text: string): void => {
    if (isTrue) warnings.push(text)
  }
  const { duplicates, nearDuplicates, contradictions, empty } = read
  const are = (count: number): string => (count === 1 ? '1 text is' : `${count} texts are`)
  warn(duplicates > 0, `${are(duplicates)} a repetition of another, and left out.`)
  warn(
    nearDuplicates > 0,
    `${are(nearDuplicates)} almost the same as another: such texts teach little.`,
  )
  warn(
    contradictions > 0,
    `${are(contradictions)} among the examples and among the others at once, and taken as an example.`,
  )
  warn(empty > 0, `${are(empty)} left out for having fewer than three words.`)
  warn(
    counts.example < advisableTexts,
    `${counts.example} examples are few: from ${advisableTexts} on results are reliable.`,
  )
  warn(
    counts.other < fewestTexts,
    'False alarms were counted on the built-in background. Give texts of your own that are not of the topic ' +
      `(--others, at least ${fewestTexts}): what is measured on them holds for you.`,
  )
  const others = judged.filter(({ isExample }) => !isExample).length
  warn(
    others * summary.falseAlarmRate < 1,
    `${others} other texts are too few to see false alarms of ${percent(summary.falseAlarmRate)}: ` +
      `give ${Math.ceil(3 / summary.falseAlarmRate)} to be sure of it.`,
  )
  const at = summary.quality.find(({ minScore }) => minScore === threshold)
  warn(
    at !== undefined && at.recall < 0.7,
    `Only ${percent(at?.recall ?? 0)} of the examples are found: give more, or clearer ones, or allow more false alarms.`,
  )
  return warnings
}

function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(2))} %`
}
