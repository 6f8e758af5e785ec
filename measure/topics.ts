import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { backgroundTexts, createTopicScorer, trainTopic } from '../src/compliance/topics/index.ts'
import type { Topic } from '../src/compliance/topics/index.ts'
import { writeResearch } from '../src/compliance/topics/testing/research.ts'
import { costPerKilobyte, readRows } from './support/data.ts'
import type { Row } from './support/row.ts'
import { technicalPrompts } from './support/technical-prompts.ts'

export const name = 'topics'

const hostLength = 100_000
const hiddenLeast = 300
const scorer = createTopicScorer()

/**
 * Measures topics that are trained as an administrator would: drafts of equity research (generated; measured on
 * sentences that were not learnt, against talk of the same trade), and agreements out of filings against articles.
 */
export async function run(dataDir: string): Promise<Row[]> {
  const prompts = [
    ...technicalPrompts,
    ...readRows<{ text: string }>(dataDir, 'injection/benign.jsonl').map(({ text }) => text),
  ]
  return [...measureResearch(prompts), ...measureAgreements(dataDir, prompts)]
}

function measureResearch(prompts: readonly string[]): Row[] {
  const learnt = writeResearch('learn', 120)
  const measured = writeResearch('measure', 400)
  const host = repeated(prompts)
  const rows = [[], learnt.others].flatMap((others): Row[] => {
    const subject = others.length === 0 ? 'research, background only' : 'research, with others'
    const start = performance.now()
    const topic = train(learnt.examples, others)
    const ms = performance.now() - start
    return [
      ratio(subject, 'recall', shareOn(topic, measured.examples)),
      ratio(subject, 'false alarms, same trade', shareOn(topic, measured.others)),
      ratio(subject, 'false alarms, prompts', shareOn(topic, prompts), { most: 0.01 }),
      ratio(subject, 'found when hidden in 100 kB', shareHidden(topic, measured.examples, host)),
      { subject, metric: 'training', value: ms, unit: 'ms' },
    ]
  })
  const topic = train(learnt.examples, learnt.others)
  const cost = (texts: readonly string[]): number =>
    costPerKilobyte(texts, (text) => scorer.score(text, [topic]))
  return [
    ...rows,
    { subject: '100 kB', metric: 'cost', value: cost([host]), unit: 'µs/kB', most: 40 },
    { subject: 'prompts', metric: 'cost', value: cost(prompts), unit: 'µs/kB', most: 40 },
  ]
}

/** Learns from 60 pieces of the first half of the filings, and measures on the second half. */
function measureAgreements(dataDir: string, prompts: readonly string[]): Row[] {
  const filings = readSentences(dataDir, 'SEC-filings_FIN5.txt')
  const articles = readSentences(dataDir, 'wikigold_wikigold.conll.txt')
  if (filings.length === 0 || articles.length === 0) return []
  const half = filings.length >> 1
  const topic = train(inPieces(filings.slice(0, half), 3).slice(0, 60), [])
  const rest = inPieces(filings.slice(half), 3)
  const host = articles.join(' ').slice(0, hostLength)
  const subject = 'agreements, background only'
  return [
    ratio(subject, 'recall', shareOn(topic, rest), { least: 0.75 }),
    ratio(subject, 'false alarms, articles', shareOn(topic, inPieces(articles, 3)), { most: 0.01 }),
    ratio(subject, 'false alarms, long articles', shareOn(topic, inPieces(articles, 60))),
    ratio(subject, 'false alarms, prompts', shareOn(topic, prompts), { most: 0.01 }),
    ratio(subject, 'found when hidden in 100 kB', shareHidden(topic, rest, host), { least: 0.85 }),
  ]
}

function train(examples: readonly string[], others: readonly string[]): Topic {
  const background = backgroundTexts()
  const settings = { label: 'topic', falseAlarmRate: 0.01, holdout: 0, seed: 1 }
  return trainTopic({ ...settings, examples, others, background }).topic
}

function isOn(topic: Topic, text: string): boolean {
  return (scorer.score(text, [topic])[0]?.score ?? 0) >= topic.threshold
}

function shareOn(topic: Topic, texts: readonly string[]): number {
  return texts.filter((text) => isOn(topic, text)).length / texts.length
}

/** Of texts that are found when they stand alone, the share that is found within a long other text. */
function shareHidden(topic: Topic, texts: readonly string[], host: string): number {
  const alone = texts.filter((text) => text.length >= hiddenLeast && isOn(topic, text)).slice(0, 80)
  const found = alone.filter((text, index) => {
    const at = (index * 7919) % host.length
    return isOn(topic, `${host.slice(0, at)} ${text} ${host.slice(at)}`)
  })
  return found.length / alone.length
}

function repeated(texts: readonly string[]): string {
  const all = texts.join(' ')
  return all.repeat(Math.ceil(hostLength / all.length)).slice(0, hostLength)
}

function inPieces(sentences: readonly string[], count: number): string[] {
  return Array.from({ length: Math.ceil(sentences.length / count) }, (_, at) =>
    sentences.slice(at * count, at * count + count).join(' '),
  )
}

/** Reads the sentences of a file of one token a line; none where it is not there. */
function readSentences(dataDir: string, file: string): string[] {
  const path = join(dataDir, 'ner', file)
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split(/\n\s*\n/)
    .map((block) => block.split('\n').map((line) => line.split(/\s/)[0] ?? ''))
    .map((tokens) => tokens.filter((token) => token !== '' && token !== '-DOCSTART-').join(' '))
    .filter((sentence) => sentence.length > 3)
}

function ratio(
  subject: string,
  metric: string,
  value: number,
  promise: Pick<Row, 'least' | 'most'> = {},
): Row {
  return { subject, metric, value, unit: 'ratio', ...promise }
}
