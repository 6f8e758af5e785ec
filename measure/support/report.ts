import { keepsPromise } from './row.ts'
import type { Row } from './row.ts'

/** What was measured, by the name of the measurement. */
export type Results = ReadonlyMap<string, readonly Row[]>

const head = `# What inspection finds and costs

This page is written by \`bun scripts/quality-reference.ts\` from \`measure/results/*.json\`, which \`npm run measure\` writes; a test
compares. The cases are development data that is no part of the project, and cases of its own in \`measure/support/\`. Other data gives
other numbers: try yours with \`smartflow policy test\` and \`POST /api/maestro/evaluate\` ([MAESTRO](maestro.md)) before you trust
these. Times are of one core of a small shared machine. The model cards of [names](../models/names.md) and
[injection](../models/injection.md) tell what the models learnt from, and how they do on cases that nobody had read before.

- **recall**: part of what is there that was found. **precision**: part of what was found that is there.
- **masked**: part of the spans that a rule would hide, at least in part. **fully covered**: to the last character.
- **false alarms**: part of the harmless texts in which something was found.
`

/** Measurements of inspection, in order of the page; those of other rooms are not on it. */
const titles: Readonly<Record<string, string>> = {
  pii: 'Identifiers',
  secrets: 'Secrets',
  names: 'Names, places, organisations, addresses',
  injection: 'Injection and jailbreak',
  topics: 'Trained topics',
  dictionaries: 'Dictionaries and exact data',
  policy: 'Policies',
  barriers: 'Information barriers',
  tools: 'Risk tiers of tools, emergency stops',
  realtime: 'Realtime sessions',
}

/** The lines of the short table of the README: measurement, subject, metric, and the words for it. */
const headlines = [
  ['pii', 'strong', 'recall', 'Identifiers with check digits or words around them: recall'],
  ['pii', 'strong and negative', 'precision', 'The same and look-alikes: precision'],
  ['pii', 'disguised values', 'caught', 'Disguised values: caught'],
  ['secrets', 'secrets', 'recall', 'Secrets: recall'],
  ['secrets', 'look-alikes', 'false alarms', 'Look-alikes of secrets: false alarms'],
  ['names', 'person-name', 'masked', 'Names of people: masked'],
  [
    'names',
    /^\d+ technical prompts/,
    'person-name, false',
    'Technical prompts without names: names seen',
  ],
  ['injection', 'attacks', 'recall', 'Attacks on the model: recall'],
  ['injection', 'look-alikes', 'false alarms', 'Their look-alikes: false alarms'],
  ['pii', 'view, detectors and secrets on prose', 'cost', 'All patterns, on prose'],
  ['dictionaries', '100,000 terms', 'cost on prose', 'A dictionary of 100,000 terms'],
  ['names', 'tagger', 'cost', 'Names, where a rule asks for them'],
  ['policy', 'every pack, 4 kinds of findings', 'cost', 'Policies, every pack'],
  ['pii', /^worst of/, 'time', 'The worst of all adversarial texts, 50 kB'],
] as const satisfies readonly (readonly [string, string | RegExp, string, string])[]

/** Writes the page of what inspection finds and costs; the same results always make the same text. */
export function renderQuality(results: Results): string {
  const measured = Object.entries(titles).flatMap(([name, title]) => {
    const rows = results.get(name)
    return rows === undefined ? [] : [{ title, rows }]
  })
  const sections = measured.map(({ title, rows }) =>
    [`## ${title}`, ...tablesOf(rows)].join('\n\n'),
  )
  return `${[head.trim(), weakOf(measured), ...sections].join('\n\n')}\n`
}

/** Writes the short table of the README. Throws where a number of it was not measured. */
export function renderHeadlines(results: Results): string {
  const rows = headlines.map(([name, subject, metric, words]) => {
    const isMeant = (row: Row): boolean =>
      row.metric === metric &&
      (typeof subject === 'string' ? row.subject === subject : subject.test(row.subject))
    const row = results.get(name)?.find(isMeant)
    if (row === undefined) {
      throw new Error(`${name}: '${String(subject)}', '${metric}' was not measured.`)
    }
    return [words, valueOf(row), promiseOf(row)]
  })
  return tableOf(['measured by `npm run measure`', 'value', 'promised'], rows)
}

/** Shares of what is there, as opposed to shares of what should not be. */
const isGood = /(?:recall|precision|masked|covered|caught|found\b.*)$/
const isBad = /false alarms/

function isWeak({ metric, value, unit, most }: Row): boolean {
  if (unit !== 'ratio') return false
  if (isBad.test(metric)) return value > 0.02
  return isGood.test(metric) && most === undefined && value < 0.9
}

interface Section {
  readonly title: string
  readonly rows: readonly Row[]
}

function weakOf(sections: readonly Section[]): string {
  const weak = sections.flatMap(({ title, rows }) =>
    rows.filter(isWeak).map((row) => [title, row.subject, row.metric, valueOf(row)]),
  )
  const broken = sections.flatMap(({ title, rows }) =>
    rows
      .filter((row) => keepsPromise(row) === false)
      .map((row) => [title, row.subject, row.metric, `${valueOf(row)}, not ${promiseOf(row)}`]),
  )
  return [
    '## Where it is weak',
    'Every share below 90 %, and false alarms above 2 %:',
    tableOf(['', 'subject', 'metric', 'value'], weak),
    broken.length === 0
      ? 'Every promise of these measurements is kept.'
      : `Promises that are not kept:\n\n${tableOf(['', 'subject', 'metric', 'value'], broken)}`,
  ].join('\n\n')
}

/** One table for all subjects that have the same metrics; what is perfect and was not promised is a list. */
function tablesOf(all: readonly Row[]): readonly string[] {
  const bySubject = Map.groupBy(
    // The worst of them stands for them all.
    all.filter(({ subject }) => !subject.startsWith('50 kB of ')),
    ({ subject }) => subject,
  )
  const isPerfect = (rows: readonly Row[]): boolean =>
    rows.length > 1 &&
    rows.every(
      ({ value, metric, least }) => value === 1 && isGood.test(metric) && least === undefined,
    )
  const perfect = [...bySubject].filter(([, rows]) => isPerfect(rows)).map(([subject]) => subject)
  const rest = [...bySubject].filter(([, rows]) => !isPerfect(rows))
  const tables = Map.groupBy(rest, ([, rows]) => rows.map(({ metric }) => metric).join('|'))
  return [
    ...Array.from(tables.values(), (subjects) => {
      const metrics = subjects[0]?.[1].map(({ metric }) => metric) ?? []
      const rows = subjects.map(([subject, cells]) => [subject, ...cells.map(cellOf)])
      return tableOf(['', ...metrics], rows)
    }),
    ...(perfect.length === 0
      ? []
      : [`Everything found and nothing else (${perfect.length} kinds): ${perfect.join(', ')}.`]),
  ]
}

function cellOf(row: Row): string {
  const promise = promiseOf(row)
  return promise === '' ? valueOf(row) : `${valueOf(row)} (${promise})`
}

function promiseOf({ least, most, ...row }: Row): string {
  if (least !== undefined) return `≥ ${valueOf({ ...row, value: least })}`
  return most === undefined ? '' : `≤ ${valueOf({ ...row, value: most })}`
}

function valueOf({ value, unit }: Pick<Row, 'value' | 'unit'>): string {
  if (unit === 'count') return String(value)
  if (unit === 'ratio') return `${Number((value * 100).toFixed(1))} %`
  return `${value >= 100 ? Math.round(value) : Number(value.toPrecision(2))} ${unit}`
}

/** A table of Markdown with its columns in line, as the formatter leaves it. */
function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((text, column) =>
    Math.max(3, text.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(heads), rule, ...rows.map(line)].join('\n')
}
