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
import { startTestGateway } from '../support/gateway.ts'

const blocks = await blocksOf('docs/categories.md')
const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.trim().split('\n'))
let cwd: string
let trained: string

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'smartflow-documents-'))
  const { examples, others } = writeResearch('learn', 60)
  mkdirSync(join(cwd, 'research'))
  for (const [at, text] of examples.entries()) writeFileSync(join(cwd, `research/${at}.txt`), text)
  const lines = others.map((text) => JSON.stringify({ text }))
  writeFileSync(join(cwd, 'mail.jsonl'), lines.join('\n'))
  writeFileSync(join(cwd, 'draft.txt'), examples.slice(0, 3).join('\n'))
  trained = await run(commands[0] ?? '')
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
  const [, shown = '', scored = ''] = commands
  expect(trained).toContain('Wrote research.topic')
  expect(await run(shown)).toContain('other texts')
  expect(await run(scored)).toMatch(/draft\.txt +[01]\.\d{3} +yes/)
})

test('a gateway refuses what a policy says of such a label, and does not start without the file', async () => {
  const yamlWith = (file: string): string => `
providers: [{ name: simulated, type: simulated }]
models: [{ name: simulated, targets: [{ provider: simulated, model: simulated }] }]
compliance: { categories: [{ label: research, topic: { file: ${JSON.stringify(file)} } }] }
policies: [{ id: desk, rules: [{ id: research, what: { labels: [research] }, action: block }] }]
`
  await using gateway = await startTestGateway({ yaml: yamlWith(join(cwd, 'research.topic')) })
  const ask = async (content: string): Promise<number> => {
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'simulated', messages: [{ role: 'user', content }] }),
    })
    await answer.text()
    return answer.status
  }
  expect(await ask(readFileSync(join(cwd, 'draft.txt'), 'utf8'))).toBe(403)
  expect(await ask('What is the capital of France?')).toBe(200)
  const missing = startTestGateway({ yaml: yamlWith(join(cwd, 'other.topic')) })
  expect(missing).rejects.toThrow(/compliance\.categories\[0\]\.topic\.file: .* does not exist/)
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
