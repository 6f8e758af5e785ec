import { readFile, rename } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import {
  backgroundTexts,
  createTopicScorer,
  decodeTopic,
  encodeTopic,
  labelPattern,
  maxTopicBytes,
  trainTopic,
} from '../compliance/index.ts'
import type { Topic } from '../compliance/index.ts'
import { readTexts } from './example-texts.ts'
import type { TextOptions } from './example-texts.ts'
import { parseArguments, UsageError } from './io.ts'
import type { CliIo } from './io.ts'
import { renderSummary, renderTable } from './topic-report.ts'
import { chooseSubcommand } from './subcommands.ts'

const usage = `Train topics that categories of content are derived from, and try them out.

  smartflow categories train --label LABEL --examples FILES --out FILE [options]
    --examples FILES...    texts of the topic: files, folders or patterns such as 'notes/*.txt'
    --others FILES...      texts that are not of the topic, as they are usual with you
    --field NAME           member or column of the text in .jsonl, .json, .csv and .tsv (default: text)
    --false-alarms RATE    share of other texts that may be taken for the topic (default: 0.01)
    --holdout SHARE        set aside a part of the texts and measure with them (default: 0, cross-validation)
    --seed NUMBER          another seed deals the texts differently (default: 1)
    --no-background        leave out the built-in neutral texts
  smartflow categories score --topic FILE [FILES...] [--text TEXT] [--field NAME] [--json]
                           print how much texts are on a topic
  smartflow categories show FILE [--json]
                           print what a topic was trained from, and how good it is
`

/** Most bytes of examples, and of others: training takes a second and 50 MB of memory for each MiB. */
const maxTrainingBytes = 8_388_608
const maxScoredBytes = 268_435_456
const helpHint = 'See smartflow categories --help.'

type Subcommand = (args: readonly string[], io: CliIo) => Promise<number>

const subcommands: Readonly<Record<string, Subcommand>> = { train, score, show }

/** `smartflow categories train|score|show`: makes and tries the topics that a configuration names. */
export async function runCategoriesCommand(args: readonly string[], io: CliIo): Promise<number> {
  const chosen = chooseSubcommand(args, { command: 'categories', usage, subcommands }, io)
  if ('exitCode' in chosen) return chosen.exitCode
  const { run, rest } = chosen
  return run(rest, io)
}

const trainOptions = ['label', 'out', 'field', 'false-alarms', 'holdout', 'seed']

async function train(args: readonly string[], io: CliIo): Promise<number> {
  const { lists, rest } = takeLists(args, ['examples', 'others'])
  const { positional, options } = parseArguments(rest, trainOptions, ['no-background'])
  refuseWords(positional)
  const label = options.get('label')
  const out = options.get('out')
  const examples = lists.get('examples')
  if (label === undefined || !labelPattern.test(label)) {
    throw new UsageError(
      'Say the label, in small letters: --label research or --label deal:falcon.',
    )
  }
  if (out === undefined) throw new UsageError('Say where to write: --out research.topic.')
  if (examples === undefined) {
    throw new UsageError('Give texts of the topic: --examples notes/ or --examples research.jsonl.')
  }
  const read = textOptions(options, io, maxTrainingBytes)
  const textsOf = async (files: readonly string[]) =>
    (await readTexts(files, read)).map(({ text }) => text)
  const { topic, warnings } = trainTopic({
    label,
    examples: await textsOf(examples),
    others: await textsOf(lists.get('others') ?? []),
    background: options.has('no-background') ? [] : backgroundTexts(),
    falseAlarmRate: numberOf(options, 'false-alarms', { least: 0.0001, most: 0.5, usual: 0.01 }),
    holdout: numberOf(options, 'holdout', { least: 0, most: 0.5, usual: 0 }),
    seed: Math.trunc(numberOf(options, 'seed', { least: 0, most: 4_294_967_295, usual: 1 })),
  })
  const path = resolve(io.cwd, out)
  // A gateway that watches the file never sees half of it.
  await Bun.write(`${path}.part`, encodeTopic(topic))
  await rename(`${path}.part`, path)
  for (const warning of warnings) io.stderr(`Note: ${warning}\n`)
  io.stdout(
    `${renderSummary(topic)}\nWrote ${relative(io.cwd, path)}. In the configuration:\n\n` +
      `  - label: ${label}\n    topic: { file: ${out} }\n`,
  )
  return 0
}

async function score(args: readonly string[], io: CliIo): Promise<number> {
  const { positional, options } = parseArguments(args, ['topic', 'text', 'field'], ['json'])
  const file = options.get('topic')
  const typed = options.get('text')
  if (file === undefined) throw new UsageError('Say which topic: --topic research.topic.')
  if (positional.length === 0 && typed === undefined) {
    throw new UsageError('Give files to score, or a text: --text "…".')
  }
  const topic = await readTopic(file, io)
  const texts = [
    ...(typed === undefined ? [] : [{ name: '--text', text: typed }]),
    ...(await readTexts(positional, textOptions(options, io, maxScoredBytes))),
  ]
  const scorer = createTopicScorer()
  const rows = texts.map(({ name, text }) => {
    const [best] = scorer.score(text, [topic])
    const value = Math.round((best?.score ?? 0) * 1000) / 1000
    const isOnTopic = (best?.score ?? 0) >= topic.threshold
    return { name, score: value, isOnTopic, line: lineOf(text, best?.start ?? 0) }
  })
  if (options.has('json')) {
    io.stdout(rows.map((row) => `${JSON.stringify({ label: topic.label, ...row })}\n`).join(''))
    return 0
  }
  io.stdout(
    renderTable(
      ['TEXT', 'SCORE', topic.label.toUpperCase(), 'AT LINE'],
      rows.map(({ name, score, isOnTopic, line }) => [
        name,
        score.toFixed(3),
        isOnTopic ? 'yes' : 'no',
        String(line),
      ]),
    ),
  )
  return 0
}

async function show(args: readonly string[], io: CliIo): Promise<number> {
  const { positional, options } = parseArguments(args, [], ['json'])
  const [file, ...others] = positional
  if (file === undefined) throw new UsageError('Say which topic: smartflow categories show FILE.')
  refuseWords(others)
  const topic = await readTopic(file, io)
  const { label, threshold, summary } = topic
  const shown = options.has('json')
    ? `${JSON.stringify({ label, threshold, ...summary }, undefined, 2)}\n`
    : renderSummary(topic)
  io.stdout(shown)
  return 0
}

function textOptions(
  options: ReadonlyMap<string, string>,
  { cwd }: CliIo,
  maxBytes: number,
): TextOptions {
  return { cwd, field: options.get('field') ?? 'text', maxBytes }
}

async function readTopic(file: string, io: CliIo): Promise<Topic> {
  const bytes = await readFile(resolve(io.cwd, file)).catch(() => {
    throw new UsageError(`The topic ${file} cannot be read.`)
  })
  try {
    if (bytes.length > maxTopicBytes) throw new RangeError('is larger than any topic')
    return decodeTopic(bytes)
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${file} ${error.message}.`)
    throw error
  }
}

/** Takes options with several values, such as `--examples a.txt b.txt`, out of arguments. */
function takeLists(
  args: readonly string[],
  names: readonly string[],
): { readonly lists: ReadonlyMap<string, readonly string[]>; readonly rest: readonly string[] } {
  const lists = new Map<string, string[]>()
  const rest: string[] = []
  let list: string[] | undefined
  for (const word of args) {
    const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? []
    if (name === '' && list !== undefined) list.push(word)
    else if (names.includes(name)) {
      list = lists.get(name) ?? []
      lists.set(name, list)
      if (value !== undefined) list.push(value)
    } else {
      list = undefined
      rest.push(word)
    }
  }
  for (const [name, values] of lists) {
    if (values.length === 0) throw new UsageError(`The option --${name} needs at least one file.`)
  }
  return { lists, rest }
}

interface Bounds {
  readonly least: number
  readonly most: number
  readonly usual: number
}

function numberOf(
  options: ReadonlyMap<string, string>,
  name: string,
  { least, most, usual }: Bounds,
): number {
  const text = options.get(name)
  if (text === undefined) return usual
  const number = text.trim() === '' ? NaN : Number(text)
  if (number >= least && number <= most) return number
  throw new UsageError(`The option --${name} is a number from ${least} to ${most}, not '${text}'.`)
}

function refuseWords(words: readonly string[]): void {
  if (words.length > 0) throw new UsageError(`Unexpected word '${words[0]}'. ${helpHint}`)
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
