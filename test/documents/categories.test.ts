import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { runCli } from '../../src/cli/run.ts'
import { checkCategories } from '../../src/compliance/categories/index.ts'
import { complianceConfigSchema } from '../../src/compliance/config.ts'
import { builtInLabels } from '../../src/compliance/inspect/index.ts'
import { writeResearch } from '../../src/compliance/topics/testing/research.ts'
import { asObject } from '../../src/core/json.ts'
import { blocksOf } from '../support/documents.ts'

const blocks = await blocksOf('docs/categories.md')
const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.trim().split('\n'))
let cwd: string

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'smartflow-documents-'))
  const { examples, others } = writeResearch('learn', 60)
  mkdirSync(join(cwd, 'research'))
  for (const [at, text] of examples.entries()) writeFileSync(join(cwd, `research/${at}.txt`), text)
  const lines = others.map((text) => JSON.stringify({ text }))
  writeFileSync(join(cwd, 'mail.jsonl'), lines.join('\n'))
  writeFileSync(join(cwd, 'draft.txt'), examples.slice(0, 3).join('\n'))
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

async function run(command: string): Promise<string> {
  let out = ''
  const [program, ...args] = command.split(' ')
  expect(program).toBe('smartflow')
  const io = {
    stdout: (text: string) => void (out += text),
    stderr: () => undefined,
    environment: {},
    cwd,
  }
  expect(await runCli(args, io)).toBe(0)
  return out
}

test('the commands of docs/categories.md train a topic, show it and score a text', async () => {
  expect(commands).toHaveLength(3)
  const [trained = '', shown = '', scored = ''] = commands
  expect(await run(trained)).toContain('Wrote research.topic')
  expect(await run(shown)).toContain('other texts')
  expect(await run(scored)).toMatch(/draft\.txt +[01]\.\d{3} +yes/)
})

describe('the categories of docs/categories.md', () => {
  const configurations = blocks.filter(({ language }) => language === 'yaml')

  test('are there', () => {
    expect(configurations.length).toBeGreaterThan(0)
  })

  test.each(configurations.map(({ place, text }) => [place, text] as const))(
    'at %s can all come out',
    (_, text) => {
      const section: unknown = asObject(parse(text))?.['compliance']
      const { categories, dictionaries } = complianceConfigSchema.parse(section)
      const terms = dictionaries.map(({ name, category }) => ({
        label: `dictionary:${name}`,
        category,
      }))
      const problems = checkCategories(categories, {
        labels: [...builtInLabels(), ...terms],
        readFile: () => readFileSync(join(cwd, 'research.topic')),
      })
      expect(problems).toEqual([])
    },
  )
})
