import type { ReplayChange, ReplayReport } from '../compliance/index.ts'
import type { PastCounts } from './past-decisions.ts'
import { renderTable } from './topic-report.ts'

/** What came of a replay. */
export interface ReplayOutcome {
  readonly report: ReplayReport
  readonly counts: PastCounts
  /** Changed decisions by the first thing that differs; `rules`: only what rules say. */
  readonly differing: {
    readonly verdict: number
    readonly treatments: number
    readonly admits: number
    readonly rules: number
  }
  /** When the decisions were made whose changes are told. */
  readonly times: ReadonlyMap<string, number>
  readonly firstAt: number | undefined
  readonly lastAt: number | undefined
}

/** Most changes that people are shown; the JSON has more. */
const maxShown = 50

/** Renders a replay for people. */
export function renderReplay(
  { report, counts, differing, times, firstAt, lastAt }: ReplayOutcome,
  by: { readonly file: string; readonly version: string; readonly limits: readonly string[] },
): string {
  const limits = ['What a replay cannot know:', ...by.limits.map((limit) => `  - ${limit}`)]
  if (firstAt === undefined || lastAt === undefined) {
    return `There are no decisions to replay.\n${limits.join('\n')}\n`
  }
  const head =
    `Judged ${counted(counts.requests, 'request')} and ${counted(counts.answers, 'answer')} from ${timeText(firstAt)} to ` +
    `${timeText(lastAt)} by the policies of ${by.file}, version ${by.version}.`
  const sections = [head, sumText(report, differing)]
  const turns = Object.entries(report.verdicts).toSorted(([, a], [, b]) => b - a)
  if (turns.length > 0) {
    sections.push(
      renderTable(
        ['VERDICT', 'DECISIONS'],
        turns.map(([turn, count]) => [turn, `${count}`]),
      ).trimEnd(),
    )
  }
  if (report.byRule.length > 0) sections.push(ruleTable(report))
  const shown = report.changes.slice(0, maxShown)
  if (shown.length > 0) {
    const more = report.changed - shown.length
    sections.push(
      [
        ...shown.map((change) => changeText(change, times.get(change.id) ?? firstAt)),
        ...(more > 0 ? [`and ${more} more; --json tells up to 1,000`] : []),
      ].join('\n'),
    )
  }
  return `${[...sections, limits.join('\n')].join('\n\n')}\n`
}

function sumText(
  { records, changed }: ReplayReport,
  differing: ReplayOutcome['differing'],
): string {
  if (changed === 0) return `Nothing would change in ${counted(records, 'decision')}.`
  const { verdict, treatments, admits, rules } = differing
  const parts = [
    [verdict, 'in the verdict'],
    [treatments, 'in what is replaced'],
    [admits, 'in where they may go'],
    [rules, 'only in which rules speak'],
  ] as const
  const words = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  return `${changed} of ${counted(records, 'decision')} would change: ${words.join(', ')}.`
}

function ruleTable({ byRule }: ReplayReport): string {
  return renderTable(
    ['RULE', 'SPEAKS NOW', 'SILENT NOW', 'VERDICTS', 'REPLACED', 'TARGETS', 'SUCH AS'],
    byRule.map(({ ruleId, speaksNow, silentNow, verdicts, treatments, admits, examples }) => [
      ruleId,
      `${speaksNow}`,
      `${silentNow}`,
      `${verdicts}`,
      `${treatments}`,
      `${admits}`,
      examples[0] ?? '',
    ]),
  ).trimEnd()
}

function changeText({ id, before, after, rules }: ReplayChange, at: number): string {
  const turn = before === after ? after : `${before} → ${after}`
  const why = rules.map(({ ruleId, was, is }) => `${ruleId} ${was ?? 'silent'} → ${is ?? 'silent'}`)
  return `${timeText(at)}  ${id}  ${turn}  (${why.join(', ')})`
}

/** A number of things in words, such as `1 request`. */
export function counted(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`
}

function timeText(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}
