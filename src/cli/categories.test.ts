import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCategoriesCommand } from './categories.ts'
import { UsageError } from './io.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'smartflow-cli-categories-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

async function run(...args: string[]) {
  let out = ''
  let err = ''
  const code = await runCategoriesCommand(args, {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    environment: {},
    cwd,
  })
  return { code, out, err }
}

async function faultOf(...args: string[]): Promise<string> {
  try {
    await run(...args)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return error instanceof Error ? error.message : ''
  }
  throw new Error('The command was accepted.')
}

const who = ['Our team', 'The chief engineer', 'A contractor', 'The night shift', 'The supplier']
const did = ['inspected', 'replaced', 'calibrated', 'sealed', 'photographed']
const part = ['the reactor valve', 'a turbine blade', 'the coolant pump', 'the control rod drive']

/** Texts about a power station, no two of which are the same. */
const notes = Array.from({ length: 60 }, (_, at) => {
  const words = [who[at % 5], did[(at >> 1) % 5], part[(at >> 2) % 4], 'in hall', `${at % 9}`]
  return `${words.join(' ')}. The pressure in the primary loop stayed normal, step ${'i'.repeat(at % 7)}${at}.`
})

function writeNotes(): void {
  mkdirSync(join(cwd, 'notes/more'), { recursive: true })
  for (const [at, text] of notes.slice(0, 30).entries()) {
    writeFileSync(join(cwd, `notes/${at < 15 ? '' : 'more/'}${at}.txt`), text)
  }
  const lines = notes.slice(30, 45).map((text) => JSON.stringify({ id: 7, body: text }))
  writeFileSync(join(cwd, 'notes.jsonl'), lines.join('\n'))
  const rows = notes.slice(45).map((text) => `x,"${text}"`)
  writeFileSync(join(cwd, 'notes.csv'), `id,BODY\r\n${rows.join('\r\n')}\r\n`)
}

const trainArgs = ['train', '--label', 'reactor', '--field', 'body', '--out', 'reactor.topic']

describe('categories train', () => {
  test('reads folders, patterns and tables, and writes a topic that can be shown and tried', async () => {
    writeNotes()
    const examples = ['--examples', 'notes', 'notes.jsonl', '*.csv']
    const { code, out, err } = await run(...trainArgs, ...examples)
    expect(code).toBe(0)
    expect(out).toContain('Topic reactor: 60 examples, 0 other texts')
    expect(out).toMatch(/0\.\d\d \* +\d+\.\d % +\d+\.\d %/)
    expect(out).toContain('topic: { file: reactor.topic }')
    expect(err).toContain('Note: False alarms were counted on the built-in background.')
    expect(readdirSync(cwd).filter((name) => name.includes('topic'))).toEqual(['reactor.topic'])

    const shown = await run('show', 'reactor.topic')
    expect(out).toStartWith(shown.out)
    expect(JSON.parse((await run('show', 'reactor.topic', '--json')).out)).toMatchObject({
      label: 'reactor',
      examples: 60,
      measuredBy: 'cross-validation',
    })

    writeFileSync(join(cwd, 'other.txt'), 'What can I cook with potatoes and three eggs?')
    writeFileSync(join(cwd, 'long.txt'), `${'Hello.\n'.repeat(30)}${notes.slice(0, 8).join(' ')}`)
    const scored = await run('score', '--topic', 'reactor.topic', 'other.txt', 'long.txt', '--json')
    expect(
      scored.out
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toMatchObject([
      { name: 'other.txt', isOnTopic: false },
      { name: 'long.txt', isOnTopic: true },
    ])
    const table = await run('score', '--topic', 'reactor.topic', 'long.txt')
    expect(table.out).toMatch(/^TEXT +SCORE +REACTOR +AT LINE\nlong.txt +[01]\.\d{3} +yes +\d+\n$/)
    expect((await run('score', '--topic=reactor.topic', '--text', 'Hello!')).out).toContain('no')
  })

  test('gives the same bytes twice, and measures on what it set aside', async () => {
    writeNotes()
    const args = [...trainArgs, '--holdout', '0.2', '--examples=notes.jsonl', 'notes', 'notes.csv']
    const { out } = await run(...args)
    expect(out).toContain('set aside')
    const first = readFileSync(join(cwd, 'reactor.topic'))
    await run(...args)
    expect(readFileSync(join(cwd, 'reactor.topic'))).toEqual(first)
  })

  test('refuses too few examples', async () => {
    writeFileSync(join(cwd, 'one.txt'), 'Only one text there is.')
    const args = ['train', '--label', 'a', '--out', 'b', '--examples', 'one.txt']
    const fault = await run(...args).catch((error: unknown) => String(error))
    expect(fault).toContain('1 different examples are too few, at least 20 are needed (19 more)')
    expect(readdirSync(cwd)).toEqual(['one.txt'])
  })

  test.each([
    [['train'], '--label research'],
    [['train', '--label', 'Deal Falcon'], '--label deal:falcon'],
    [['train', '--label', 'a'], '--out'],
    [['train', '--label', 'a', '--out', 'b'], '--examples'],
    [['train', '--label', 'a', '--out', 'b', '--examples', '--others', 'c'], '--examples needs'],
    [['train', '--label', 'a', '--out', 'b', '--examples', 'c.txt'], 'There is no file c.txt'],
    [['train', '--label', 'a', '--out', 'b', '--examples', '.'], 'There are no files in'],
    [['train', '--lable', 'a'], 'Unknown option --lable'],
    [['score', '--topic', 'a', 'b'], 'The topic a cannot be read'],
    [['score', 'b'], '--topic'],
    [['score', '--topic', 'a'], 'Give files to score'],
    [['show'], 'smartflow categories show FILE'],
    [['trainn'], "Did you mean 'train'?"],
  ])('%j is refused in words', async (args, words) => {
    expect(await faultOf(...args)).toContain(words)
  })

  test.each([
    ['a.jsonl', '{"text":"one"}\n{"body":"two"}', 'a.jsonl:2: expected a text or an object'],
    ['a.json', '{"text":"one"}', 'a.json is not a JSON list'],
    ['a.csv', 'id,body\n1,two\n', 'no column "text", only id, body: name one with --field'],
    ['a.pdf', '%PDF-1.7\0\xff', 'a.pdf is not text in UTF-8'],
  ])('a file %s that holds no texts is refused with its place', async (name, content, words) => {
    writeFileSync(join(cwd, name), content, 'latin1')
    const args = ['train', '--label', 'a', '--out', 'b', '--examples', name]
    expect(await faultOf(...args)).toContain(words)
  })

  test('more text than can be trained from is refused', async () => {
    writeFileSync(join(cwd, 'a.txt'), 'a '.repeat(4_200_000))
    const args = ['train', '--label', 'a', '--out', 'b', '--examples', 'a.txt']
    expect(await faultOf(...args)).toContain('more than 8 MiB')
  })

  test('numbers out of range are refused', async () => {
    writeNotes()
    const args = [...trainArgs, '--examples', 'notes', '--holdout', '0.9']
    expect(await faultOf(...args)).toContain('--holdout is a number from 0 to 0.5')
  })
})

test('a file that is no topic is refused', async () => {
  writeFileSync(join(cwd, 'a.topic'), 'something else')
  expect(await faultOf('show', 'a.topic')).toBe(
    'a.topic is no topic that `smartflow categories train` wrote.',
  )
})

test('without a subcommand it explains itself', async () => {
  expect(await run()).toMatchObject({ code: 2, out: expect.stringContaining('categories train') })
  expect((await run('train', '--help')).code).toBe(0)
})
