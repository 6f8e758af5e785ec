import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createNameTagger, nameLabels, readNameModel } from '../src/compliance/tagger/index.ts'
import type { NameLabel, NameSighting, NameTagger } from '../src/compliance/tagger/index.ts'
import { costPerKilobyte, readRows } from './support/data.ts'
import type { Row } from './support/row.ts'
import { technicalPrompts } from './support/technical-prompts.ts'
import { unseenPrompts } from './support/unseen-prompts.ts'

interface MarkedText {
  readonly text: string
  /** Offsets in code points. */
  readonly spans: readonly { readonly type: string; readonly start: number; readonly end: number }[]
}

const labelOf: Readonly<Record<string, NameLabel>> = {
  PERSON: 'person-name',
  LOCATION: 'place',
  ORGANIZATION: 'organisation',
  ADDRESS: 'address',
}

export const name = 'names'

/** Measures what the tagger of names finds, what it takes for a name that is none, and what it costs. */
export async function run(dataDir: string): Promise<Row[]> {
  const start = performance.now()
  const model = readNameModel()
  const loadMs = performance.now() - start
  const tagger = createNameTagger(model)
  const marked = readRows<MarkedText>(dataDir, 'pii/spans.jsonl')
  const rows = [...findings(marked, tagger), ...falseAlarms(dataDir, tagger)]
  const texts = [...marked.map(({ text }) => text), ...technicalPrompts]
  const cost = costPerKilobyte(texts, (text) => tagger.tag(text))
  const long = costPerKilobyte([texts.join(' ')], (text) => tagger.tag(text))
  rows.push(
    { subject: 'tagger', metric: 'cost', value: cost, unit: 'µs/kB', most: 800 },
    { subject: 'tagger', metric: 'cost, one long text', value: long, unit: 'µs/kB', most: 800 },
    { subject: 'tagger', metric: 'load', value: loadMs, unit: 'ms', most: 30 },
    { subject: 'tagger', metric: 'memory', value: model.bytes / 1e6, unit: 'MB' },
  )
  return [...rows, ...(await rebuilt(join(dataDir, 'ner')))]
}

interface Tally {
  gold: number
  found: number
  right: number
  touched: number
  covered: number
  reached: number
}

function findings(marked: readonly MarkedText[], tagger: NameTagger): Row[] {
  if (marked.length === 0) return []
  return nameLabels.flatMap((label) => rowsOf(label, tally(marked, label, tagger)))
}

function tally(marked: readonly MarkedText[], label: NameLabel, tagger: NameTagger): Tally {
  const sum: Tally = { gold: 0, found: 0, right: 0, touched: 0, covered: 0, reached: 0 }
  for (const { text, spans } of marked) {
    const sightings = tagger.tag(text)
    const units = unitOffsets(text)
    const gold = spans
      .filter(({ type }) => labelOf[type] === label)
      .map(({ start, end }) => ({ start: units[start] ?? 0, end: units[end] ?? 0 }))
    const own = sightings.filter((sighting) => sighting.label === label)
    sum.gold += gold.length
    sum.found += own.length
    sum.right += own.filter((sighting) => gold.some((span) => overlap(span, sighting))).length
    for (const span of gold) {
      if (own.some((sighting) => overlap(span, sighting))) sum.reached += 1
      if (sightings.some((sighting) => overlap(span, sighting))) sum.touched += 1
      if (isCovered(text, span, sightings)) sum.covered += 1
    }
  }
  return sum
}

function rowsOf(label: NameLabel, sum: Tally): Row[] {
  const isPerson = label === 'person-name'
  const masked: Row = {
    subject: label,
    metric: 'masked',
    value: sum.touched / sum.gold,
    unit: 'ratio',
  }
  return [
    { subject: label, metric: 'precision', value: sum.right / sum.found, unit: 'ratio' },
    { subject: label, metric: 'recall', value: sum.reached / sum.gold, unit: 'ratio' },
    isPerson ? { ...masked, least: 0.93 } : masked,
    { subject: label, metric: 'fully covered', value: sum.covered / sum.gold, unit: 'ratio' },
  ]
}

interface Range {
  readonly start: number
  readonly end: number
}

function overlap(left: Range, right: Range): boolean {
  return left.start < right.end && right.start < left.end
}

/** Whether every letter and digit of a span is within a sighting. */
function isCovered(text: string, span: Range, sightings: readonly NameSighting[]): boolean {
  for (let at = span.start; at < span.end; at += 1) {
    if (!/[\p{L}\p{N}]/u.test(text[at] ?? '')) continue
    if (!sightings.some(({ start, end }) => start <= at && at < end)) return false
  }
  return true
}

/** Offset in UTF-16 code units of each code point, and of the end. */
function unitOffsets(text: string): number[] {
  const offsets = [0]
  let at = 0
  for (const character of text) offsets.push((at += character.length))
  return offsets
}

interface Prompt {
  readonly text?: string
  readonly a?: string
}

function falseAlarms(dataDir: string, tagger: NameTagger): Row[] {
  const alarms = (texts: readonly string[], label: NameLabel): number =>
    texts.flatMap((text) => tagger.tag(text)).filter((sighting) => sighting.label === label).length
  const promised: Row[] = nameLabels.map((label) => {
    const subject = `${technicalPrompts.length} technical prompts without names`
    const value = alarms(technicalPrompts, label)
    const row: Row = { subject, metric: `${label}, false`, value, unit: 'count' }
    return label === 'person-name' ? { ...row, most: 0 } : row
  })
  const unseen = nameLabels.map((label): Row => {
    const subject = `${unseenPrompts.length} more, full of eponyms`
    return {
      subject,
      metric: `${label}, false`,
      value: alarms(unseenPrompts, label),
      unit: 'count',
    }
  })
  const rows = [...promised, ...unseen]
  // These hold names as well, of famous people: numbers to compare with, not errors.
  for (const file of ['injection/benign.jsonl', 'cache/question-pairs.jsonl']) {
    const texts = readRows<Prompt>(dataDir, file).map(({ text, a }) => text ?? a ?? '')
    if (texts.length === 0) continue
    const value = alarms(texts, 'person-name') / texts.length
    rows.push({ subject: file, metric: 'persons a text', value, unit: 'ratio' })
  }
  return rows
}

/** Builds the model again and compares; only where the corpora and the packages of models/ are. */
async function rebuilt(corpora: string): Promise<Row[]> {
  const models = join(import.meta.dir, '../models')
  if (!existsSync(corpora) || !existsSync(join(models, 'node_modules'))) return []
  const { buildNameModel } = await import('../models/ner/build.ts')
  const bytes = buildNameModel(corpora, () => undefined)
  const isSame = readFileSync(join(models, 'names.bin')).equals(bytes)
  const metric = 'built again: the same bytes'
  return [{ subject: 'model', metric, value: isSame ? 1 : 0, unit: 'ratio', least: 1 }]
}
