import type { Sharing } from '../../core/decision.ts'
import type { Observation } from '../../core/facts.ts'

const order: readonly Sharing[] = ['none', 'user', 'group', 'department', 'tenant']

/** Categories of findings that belong to somebody. */
export const personalCategories: ReadonlySet<string> = new Set([
  'contact',
  'financial',
  'health',
  'identity',
  'name',
  'secret',
  'vehicle',
])

/** Surest score in hundredths from which on something personal counts as found. */
export const personalHundredths = 50

/** Returns the one that shares less. */
export function leastSharing(a: Sharing, b: Sharing): Sharing {
  return order.indexOf(a) <= order.indexOf(b) ? a : b
}

/** Tells whether something personal was found, so that an answer is not for others. */
export function isPersonal({ category, scores }: Observation): boolean {
  return (
    personalCategories.has(category) &&
    scores.some(([hundredths, count]) => count > 0 && hundredths >= personalHundredths)
  )
}
