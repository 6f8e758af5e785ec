import {
  createScanner,
  findAll,
  identifierDetectors,
  sightingsIn,
} from '../src/compliance/detectors/index.ts'
import type { TextPart } from '../src/compliance/detectors/index.ts'
import { viewOf } from '../src/compliance/normalise/index.ts'
import { createSecretScanner, tokenRules } from '../src/compliance/secrets/index.ts'
import { createWindow, filterWhole } from '../src/compliance/window/index.ts'
import { precisionOf, recallOf, Tallies } from './support/count.ts'
import { costPerKilobyte, readRows } from './support/data.ts'
import { labelsOfEntities } from './support/pii-labels.ts'
import type { Row } from './support/row.ts'
import { nearMisses } from '../src/compliance/detectors/testing/near-misses.ts'
import { technicalPrompts } from './support/technical-prompts.ts'

interface RecognizerCase {
  readonly id: string
  readonly text: string
  readonly entity: string
  readonly expected_count: number
  readonly expected_spans: readonly (readonly [number, number])[] | null
  readonly strength: string
}

interface SpanCase {
  readonly text: string
  readonly spans: readonly { readonly type: string; readonly start: number; readonly end: number }[]
}

interface EvasionCase {
  readonly entity: string
  readonly transform: string
  readonly text: string
  readonly tier: string
}

/** Score from which a finding counts, the threshold that policies begin with. */
const threshold = 0.5

/** Labels of what is in nearly every text and no identifier of a person. */
const everyday = new Set(['date', 'url', 'age'])

export const name = 'pii'

const scanner = createScanner(identifierDetectors)
const secrets = createSecretScanner(tokenRules)

interface Span {
  readonly start: number
  readonly end: number
}

function spansOf(text: string, entity: string): Span[] {
  const labels = labelsOfEntities[entity] ?? []
  const found = sightingsIn(viewOf(text), scanner)
    .filter(({ label, score }) => score >= threshold && labels.includes(label))
    .toSorted((a, b) => a.start - b.start || b.end - a.end)
  return found.filter(
    (span, index) => !found.slice(0, index).some((other) => other.end > span.start),
  )
}

const overlaps = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end

/** Offsets of the data count code points. */
function unitsOf(text: string, offset: number): number {
  return Array.from(text).slice(0, offset).join('').length
}

function recognizerRows(cases: readonly RecognizerCase[], report: (line: string) => void): Row[] {
  const tallies = new Tallies()
  for (const { text, entity, strength, expected_count: count, expected_spans: spans } of cases) {
    if (!strength.startsWith('strong') && strength !== 'negative') continue
    const tally = tallies.of(entity)
    const found = spansOf(text, entity)
    const places = spans?.map(([start, end]) => ({
      start: unitsOf(text, start),
      end: unitsOf(text, end),
    }))
    const hits = Math.min(
      count,
      places === undefined
        ? found.length
        : places.filter((place) => found.some((span) => overlaps(span, place))).length,
    )
    tally.found += hits
    tally.missed += count - hits
    tally.wrong += Math.max(0, found.length - hits)
    if (hits < count) report(`missed ${entity} ${JSON.stringify(text)}`)
    if (found.length > hits)
      report(`false ${entity} ${JSON.stringify(text)} ${JSON.stringify(found)}`)
  }
  if (cases.length === 0) return []
  const total = tallies.total()
  return [
    { subject: 'strong', metric: 'recall', value: recallOf(total), unit: 'ratio', least: 0.99 },
    {
      subject: 'strong and negative',
      metric: 'precision',
      value: precisionOf(total),
      unit: 'ratio',
      least: 0.97,
    },
    ...[...tallies.byName].flatMap(([entity, tally]): Row[] => [
      { subject: entity, metric: 'recall', value: recallOf(tally), unit: 'ratio' },
      { subject: entity, metric: 'precision', value: precisionOf(tally), unit: 'ratio' },
    ]),
  ]
}

function spanRows(cases: readonly SpanCase[], report: (line: string) => void): Row[] {
  const tallies = new Tallies()
  const types = new Set(cases.flatMap(({ spans }) => spans.map(({ type }) => type)))
  for (const { text, spans } of cases) {
    for (const type of types) {
      if (labelsOfEntities[type] === undefined) continue
      const expected = spans
        .filter((span) => span.type === type)
        .map(({ start, end }) => ({ start: unitsOf(text, start), end: unitsOf(text, end) }))
      const found = spansOf(text, type)
      const tally = tallies.of(type)
      for (const span of expected) {
        if (found.some((other) => overlaps(other, span))) tally.found++
        else {
          tally.missed++
          report(
            `missed ${type} ${JSON.stringify(text.slice(span.start, span.end))} in ${JSON.stringify(text.slice(0, 160))}`,
          )
        }
      }
      const wrong = found.filter((span) => !expected.some((other) => overlaps(other, span)))
      tally.wrong += wrong.length
      for (const span of wrong)
        report(
          `false ${type} ${JSON.stringify(text.slice(span.start, span.end))} in ${JSON.stringify(text.slice(0, 160))}`,
        )
    }
  }
  return [...tallies.byName].flatMap(([type, tally]): Row[] => [
    { subject: `sentences: ${type}`, metric: 'recall', value: recallOf(tally), unit: 'ratio' },
    {
      subject: `sentences: ${type}`,
      metric: 'precision',
      value: precisionOf(tally),
      unit: 'ratio',
    },
  ])
}

function evasionRows(cases: readonly EvasionCase[], report: (line: string) => void): Row[] {
  const tallies = new Tallies()
  for (const { entity, text, tier, transform } of cases) {
    const view = viewOf(text)
    const isCaught =
      entity === 'SECRET'
        ? [view.normal, ...view.decoded.map((run) => run.text)].some((reading) =>
            secrets.scan(reading).some(({ score }) => score >= threshold),
          )
        : spansOf(text, entity).length > 0
    const tally = tallies.of(tier.split(' ')[0] ?? tier)
    if (isCaught) tally.found++
    else {
      tally.missed++
      report(`missed ${entity} ${transform} ${JSON.stringify(text)}`)
    }
  }
  if (cases.length === 0) return []
  return [
    {
      subject: 'disguised values',
      metric: 'caught',
      value: recallOf(tallies.total()),
      unit: 'ratio',
      least: 0.9,
    },
    ...[...tallies.byName].map(([tier, tally]): Row => ({
      subject: `disguised: ${tier}`,
      metric: 'caught',
      value: recallOf(tally),
      unit: 'ratio',
    })),
  ]
}

function alarmRows(
  subject: string,
  texts: readonly string[],
  report: (line: string) => void,
): Row[] {
  if (texts.length === 0) return []
  let alarms = 0
  for (const text of texts) {
    const found = findAll(viewOf(text), scanner).filter(
      ({ label, score }) => score >= threshold && !everyday.has(label),
    )
    if (found.length > 0) alarms++
    for (const { label, start, end, score } of found) {
      report(
        `${subject}: ${label} ${score} ${JSON.stringify(text.slice(Math.max(0, start - 40), start))} >${text.slice(start, end)}<`,
      )
    }
  }
  return [
    { subject, metric: 'texts with an identifier', value: alarms / texts.length, unit: 'ratio' },
  ]
}

/** Joins texts to prompts of about 4 kB. */
function promptsOf(texts: readonly string[]): string[] {
  const prompts: string[] = []
  let prompt = ''
  for (const text of texts) {
    prompt += `${text}\n`
    if (prompt.length < 4096) continue
    prompts.push(prompt)
    prompt = ''
  }
  return prompts
}

/** Everything that patterns find in a text or a part of it, identifiers and secrets, encoded ones too. */
function findings(text: string, part?: TextPart): readonly Span[] {
  const view = viewOf(text)
  const found: { start: number; end: number; score: number }[] = sightingsIn(view, scanner, part)
  const known = view.normal === text ? part : undefined
  for (const { start, end, score } of secrets.scan(view.normal, known)) {
    found.push({ ...view.toOriginal(start, end), score })
  }
  for (const { start, end, text: reading } of view.decoded) {
    for (const { score } of secrets.scan(reading)) found.push({ start, end, score })
  }
  return found.filter(({ score }) => score >= threshold)
}

/** What the whole pass costs for a text that leaves through the hold-back window. */
function throughWindow(text: string): unknown {
  const window = createWindow({
    inspect: (piece, part) => ({
      findings: findings(piece, part).map(({ start, end }) => ({ start, end, write: () => '#' })),
    }),
  })
  return filterWhole(text, window)
}

function costRows(prose: readonly string[], sentences: readonly string[]): Row[] {
  const rows: Row[] = []
  const cost = (subject: string, value: number, most?: number): void => {
    rows.push({
      subject,
      metric: 'cost',
      value,
      unit: 'µs/kB',
      ...(most !== undefined && { most }),
    })
  }
  if (prose.length > 0) {
    const prompts = promptsOf(prose)
    const plain = prompts.filter((prompt) => viewOf(prompt).normal === prompt)
    cost('view of prose', costPerKilobyte(plain, viewOf))
    cost('view, detectors and secrets on prose', costPerKilobyte(prompts, findings), 40)
    cost('view, detectors and secrets on single questions', costPerKilobyte(prose, findings))
    cost('view, detectors and secrets on identifiers only', costPerKilobyte(sentences, findings))
    cost('prose through the window', costPerKilobyte(prompts, throughWindow), 60)
    cost(
      'identifiers only through the window',
      costPerKilobyte(promptsOf(sentences), throughWindow),
    )
  }
  return [...rows, ...nearMissRows()]
}

function nearMissRows(): Row[] {
  const rows: Row[] = []
  const texts = nearMisses(50_000)
  const millisecondsOf = (text: string, work: (text: string) => unknown): number =>
    (costPerKilobyte([text], work) * text.length) / 1024 / 1000
  for (const [kind, text] of texts) {
    const time = millisecondsOf(text, findings)
    rows.push({ subject: `50 kB of ${kind}`, metric: 'time', value: time, unit: 'ms', most: 20 })
  }
  const slowest = Math.max(...rows.map(({ value }) => value))
  const throughput = texts.map(([, text]) => millisecondsOf(text, throughWindow))
  const subject = `worst of ${texts.length} kinds of near misses, 50 kB`
  return [
    ...rows,
    { subject, metric: 'time', value: slowest, unit: 'ms', most: 20 },
    { subject, metric: 'time through the window', value: Math.max(...throughput), unit: 'ms' },
  ]
}

/** Measures the detectors of identifiers behind the normalised view: quality on cases, false alarms, cost. */
export async function run(dataDir: string): Promise<Row[]> {
  const isVerbose = process.argv.includes('--verbose')
  const report = (line: string): void => {
    if (isVerbose) process.stderr.write(`${line}\n`)
  }
  const texts = (file: string): string[] =>
    readRows<{ text: string }>(dataDir, file).map(({ text }) => text)
  const questions = readRows<{ a: string; b: string }>(dataDir, 'cache/question-pairs.jsonl')
  const benign = texts('injection/benign.jsonl')
  const sentences = readRows<SpanCase>(dataDir, 'pii/spans.jsonl')
  return [
    ...recognizerRows(readRows<RecognizerCase>(dataDir, 'pii/recognizers.jsonl'), report),
    ...spanRows(sentences, report),
    ...evasionRows(readRows<EvasionCase>(dataDir, 'pii/evasions.jsonl.gz'), report),
    ...alarmRows('harmless prompts', benign, report),
    ...alarmRows(
      'questions',
      questions.flatMap(({ a, b }) => [a, b]),
      report,
    ),
    ...alarmRows('technical prompts', technicalPrompts, report),
    ...costRows(
      questions.map(({ a }) => a),
      sentences.map(({ text }) => text),
    ),
  ]
}
