import type { TriggerDetector } from '../contract.ts'
import { dateAt } from './written-dates.ts'

/** A complete date, in digits or with the name of the month, with its time of day. */
export const date: TriggerDetector = {
  label: 'date',
  category: 'time',
  context: ['date', 'dated', 'datum', 'fecha', 'data'],
  mayBeEmbedded: true,
  triggers: ['number'],
  at(text, index) {
    const found = dateAt(text, index)
    return found === undefined ? undefined : { start: found.start, end: found.end, score: 0.6 }
  },
}
