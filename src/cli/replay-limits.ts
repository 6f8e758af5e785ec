import type { Direction } from '../core/facts.ts'
import type { DryRules } from '../dry-runs.ts'
import type { PastCounts } from './past-decisions.ts'
import { counted } from './replay-report.ts'

/** What occurred in the decisions that were replayed. */
export interface ReplayedFacts {
  readonly counts: PastCounts
  readonly seen: { readonly findings: ReadonlySet<string>; readonly labels: ReadonlySet<string> }
}

/** From this score on everything is recorded that was looked for at all. */
const recordedScore = 0.5
const directions: readonly Direction[] = ['request', 'answer']
const maxNames = 20

/** Says in sentences what the records do not tell that these rules would need. */
export function blindSpotsOf(
  { policies, findings, labels }: DryRules,
  { counts, seen }: ReplayedFacts,
): readonly string[] {
  const needed = findings.flatMap((finding) => {
    const scores = directions.flatMap(
      (direction) => policies.needs(finding.label, finding.category, direction)?.minScore ?? [],
    )
    return scores.length === 0 ? [] : [{ ...finding, minScore: Math.min(...scores) }]
  })
  const weak = needed.filter(({ minScore }) => minScore < recordedScore)
  const names = needed.filter(({ label, category }) => category === 'name' || label === 'address')
  const unseen = [
    ...needed.filter(({ label, isBuiltIn }) => !isBuiltIn && !seen.findings.has(label)),
    ...labels.filter((label) => !seen.labels.has(label)).map((label) => ({ label })),
  ]
  return [
    ...said(
      counts.withoutFacts > 0,
      `Left out, as they hold no facts: ${counted(counts.withoutFacts, 'decision')}. Nothing was inspected then, or an older version recorded them.`,
    ),
    ...said(
      weak.length > 0,
      `The rules ask for findings below a score of ${recordedScore}, which were recorded only where a rule asked for them then: ${list(weak)}.`,
    ),
    ...said(
      names.length > 0,
      `Names were looked for only where a rule asked for them then: ${list(names)}.`,
    ),
    ...said(
      unseen.length > 0,
      `Never seen in these records, because it did not occur or because nothing looked for it then: ${list(unseen)}.`,
    ),
    'Findings and labels are those of the detectors, dictionaries and categories of the time, as content is not kept.',
    ...said(
      counts.answers > 0,
      'Of answers, sizes and called tools are not recorded, and what stood behind the place where one was stopped.',
    ),
    'Barriers and approvals are not replayed.',
  ]
}

function said(isTrue: boolean, sentence: string): readonly string[] {
  return isTrue ? [sentence] : []
}

function list(entries: readonly { readonly label: string }[]): string {
  const names = [...new Set(entries.map(({ label }) => label))]
  const more = names.length - maxNames
  const shown = names.slice(0, maxNames).join(', ')
  return more > 0 ? `${shown} and ${more} more` : shown
}
