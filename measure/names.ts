import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createNameTagger, nameLabels, readNameModel } from '../src/compliance/tagger/index.ts'
import type { NameLabel, NameSighting, NameTagger } from '../src/compliance/tagger/index.ts'
import { costPerKilobyte, readRows } from './support/data.ts'
import type { Row } from './support/row.ts'
import { lastPrompts } from './support/last-prompts.ts'
import { nameCases } from './support/name-cases.ts'
import { everydayPrompts, plainPrompts } from './support/plain-prompts.ts'
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
  const rows = [
    ...findings(marked, tagger),
    ...lowerCase(marked, tagger),
    ...ownCases(tagger),
    ...falseAlarms(dataDir, tagger),
    ...windowed(marked, tagger),
  ]
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

/** The same texts without a capital, where that keeps their length. */
function lowerCase(marked: readonly MarkedText[], tagger: NameTagger): Row[] {
  const lower = marked
    .map((row) => ({ ...row, text: row.text.toLowerCase() }))
    .filter(({ text }, place) => text.length === marked[place]?.text.length)
  if (lower.length === 0) return []
  const { touched, gold } = tally(lower, 'person-name', tagger)
  return [
    { subject: 'person-name, lower case', metric: 'masked', value: touched / gold, unit: 'ratio' },
  ]
}

/** Our own cases, in two halves: the first was looked at while the tagger was made, the second was not. */
function ownCases(tagger: NameTagger): Row[] {
  const halves: readonly (readonly [string, number])[] = [
    ['own cases', 0],
    ['own cases, never looked at', 1],
  ]
  return halves.flatMap(([subject, parity]) => {
    const cases = Object.values(nameCases).flatMap((group) =>
      group.filter((_, place) => place % 2 === parity).map(readMarked),
    )
    return nameLabels.flatMap((label) => {
      const sum = tally(cases, label, tagger)
      const rows: Row[] = [
        { subject, metric: `${label}, masked`, value: sum.touched / sum.gold, unit: 'ratio' },
        { subject, metric: `${label}, precision`, value: sum.right / sum.found, unit: 'ratio' },
      ]
      return rows
    })
  })
}

const typeOf: Readonly<Record<string, string>> = {
  L: 'LOCATION',
  O: 'ORGANIZATION',
  A: 'ADDRESS',
}

/** Reads a text in which names are marked: «Anna», «L:Vienna». */
function readMarked(source: string): MarkedText {
  const spans: { type: string; start: number; end: number }[] = []
  let text = ''
  for (const piece of source.split(/(«[^»]*»)/)) {
    const [, kind, words] = /^«(?:([LOA]):)?([^»]*)»$/.exec(piece) ?? []
    const start = Array.from(text).length
    text += words ?? piece
    if (words !== undefined)
      spans.push({ type: typeOf[kind ?? ''] ?? 'PERSON', start, end: Array.from(text).length })
  }
  return { text, spans }
}

/** Persons that are found in the whole text, and not in the looks of a stream's window. */
function windowed(marked: readonly MarkedText[], tagger: NameTagger): Row[] {
  const [size, ahead, behind, together] = [256, 128, 256, 10]
  let [persons, missed, extra] = [0, 0, 0]
  for (let at = 0; at + together <= marked.length; at += together) {
    const text = marked
      .slice(at, at + together)
      .map((row) => row.text)
      .join(' ')
    const isPerson = ({ label }: NameSighting): boolean => label === 'person-name'
    const whole = tagger.tag(text).filter(isPerson)
    const seen: Range[] = []
    for (let decided = 0; decided < text.length; decided += size - ahead) {
      const start = Math.max(0, decided - behind)
      const end = decided + size >= text.length ? text.length : decided + size
      const until = end === text.length ? end : end - ahead
      for (const each of tagger.tag(text.slice(start, end)).filter(isPerson)) {
        const range = { start: each.start + start, end: each.end + start }
        if (range.start < until && range.end > decided) seen.push(range)
      }
      if (end === text.length) break
    }
    persons += whole.length
    missed += whole.filter((each) => !seen.some((range) => overlap(each, range))).length
    extra += seen.filter((range) => !whole.some((each) => overlap(each, range))).length
  }
  if (persons === 0) return []
  const subject = `window of ${size}, ${ahead} ahead, ${behind} behind`
  return [
    { subject, metric: 'persons missed', value: missed / persons, unit: 'ratio' },
    { subject, metric: 'persons only there', value: extra / persons, unit: 'ratio' },
  ]
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
  const more: readonly (readonly [string, readonly string[]])[] = [
    ['more, full of eponyms', unseenPrompts],
    ['longer ones: code, logs, manifests', plainPrompts],
    ['written after the last training', lastPrompts],
    ['of everyday', everydayPrompts],
  ]
  const others = more.flatMap(([kind, texts]) =>
    nameLabels.map((label): Row => {
      const row: Row = {
        subject: `${texts.length} ${kind}`,
        metric: `${label}, false`,
        value: alarms(texts, label),
        unit: 'count',
      }
      const isPromised =
        label === 'person-name' && (texts === unseenPrompts || texts === plainPrompts)
      return isPromised ? { ...row, most: 0 } : row
    }),
  )
  const rows = [...promised, ...others]
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
  const { corpusFiles } = await import('../models/ner/corpora.ts')
  const bytes = buildNameModel({ folder: corpora, corpora: corpusFiles }, () => undefined)
  const isSame = readFileSync(join(models, 'names.bin')).equals(bytes)
  const metric = 'built again: the same bytes'
  return [{ subject: 'model', metric, value: isSame ? 1 : 0, unit: 'ratio', least: 1 }]
}
