import type { TriggerDetector } from '../contract.ts'
import { confidence } from '../contract.ts'
import { dateAt } from './written-dates.ts'
import { birthWords } from './birth-words.ts'

/** A date next to words that speak of a birth. */
export const dateOfBirth: TriggerDetector = {
  label: 'date-of-birth',
  category: 'identity',
  context: birthWords,
  needsContext: true,
  mayBeEmbedded: true,
  triggers: ['number'],
  at(text, index) {
    const found = dateAt(text, index)
    return found === undefined
      ? undefined
      : { start: found.start, end: found.end, score: confidence.likely }
  },
}
