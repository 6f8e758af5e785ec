import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asArray, asObject } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { blocksOf, projectFolder, runBlock } from '../support/documents.ts'
import type { Block } from '../support/documents.ts'
import { readYaml } from '../support/example.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'

// Programs of their own start slowly on a busy machine.
setDefaultTimeout(30_000)

const adminKey = 'key-of-the-compliance-desk'
const blocks = await blocksOf('docs/barriers.md')
const commands = blocks.filter(({ language }) => language === 'sh')
const sections = blocks
  .filter(({ language }) => language === 'yaml')
  .map(({ text }) => readYaml(text))

/** All configurations of the page in one: what they say of the gateway's address is left out. */
const compliance = {
  patterns: sections.flatMap((part) => asArray(asObject(part['compliance'])?.['patterns'])),
  categories: sections.flatMap((part) => asArray(asObject(part['compliance'])?.['categories'])),
}
const barriers = Object.assign({}, ...sections.map((part) => part['barriers'])) as JsonObject

const people = {
  ben: { groups: ['m-and-a'] },
  sam: { department: 'sales' },
  cora: { groups: ['compliance'] },
  otto: {},
  lena: {},
} as const
type Name = keyof typeof people
const keyOf = Object.fromEntries(Object.keys(people).map((name) => [name, newKey()]))
const keys = Object.entries(people).map(([name, facts]) =>
  JSON.stringify({
    name,
    sha256: hashKey(keyOf[name] ?? ''),
    user: `${name}@example.com`,
    ...facts,
  }),
)
const yaml = `
providers: [{ name: simulated, type: simulated }]
models: [{ name: assistant, targets: [{ provider: simulated, model: simulated }] }]
compliance: ${JSON.stringify(compliance)}
barriers: ${JSON.stringify(barriers)}
`
const admin = `{ name: compliance-desk, sha256: ${new Bun.CryptoHasher('sha256').update(adminKey).digest('hex')} }`
const dataDir = mkdtempSync(join(tmpdir(), 'smartflow-barriers-'))
let gateway: TestGateway

const start = (): Promise<TestGateway> =>
  startTestGateway({ adminKeys: [admin], keys, yaml, dataDir })

beforeAll(async () => {
  gateway = await start()
})
afterAll(() => gateway[Symbol.asyncDispose]())

/** Asks the model as somebody, and tells how that ended and in which words. */
async function ask(name: Name, content: string): Promise<readonly [number, string]> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keyOf[name]}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'assistant', messages: [{ role: 'user', content }] }),
  })
  return [response.status, await response.text()]
}

async function statusOf(name: Name, content: string): Promise<number> {
  return (await ask(name, content))[0]
}

/** A folder with the program and a configuration, as an operator has them. */
function operatorsFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'smartflow-operator-'))
  const config = `server: { admin: { keys: [${admin}] } }\ndata: { dir: ${JSON.stringify(dataDir)} }\nkeys:\n${keys.map((key) => `  - ${key}\n`).join('')}${yaml}`
  writeFileSync(join(folder, 'smartflow.yaml'), config)
  const program = `#!/bin/sh\ncd ${folder} && exec ${process.execPath} ${join(projectFolder, 'src/main.ts')} "$@"\n`
  writeFileSync(join(folder, 'smartflow'), program)
  chmodSync(join(folder, 'smartflow'), 0o755)
  return folder
}

async function run(block: Block | undefined): Promise<string> {
  if (block === undefined) throw new Error('There is no such block.')
  const address = gateway.adminUrl.slice('http:'.length)
  const text = block.text
    .replaceAll('//127.0.0.1:7778', address)
    .replaceAll('curl -s ', 'curl -fsS -w "\\n" ')
  const path = `${operatorsFolder()}:${process.env['PATH'] ?? ''}`
  const { code, stdout, stderr } = await runBlock(
    { ...block, text },
    { ADMIN_KEY: adminKey, PATH: path },
  )
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return stdout
}

function answersIn(text: string): readonly unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))
}

const falcon = 'Please sum up where Project Falcon stands.'

describe('the walls of docs/barriers.md', () => {
  test('let through what belongs to a side, and nothing else', async () => {
    expect(await statusOf('ben', falcon)).toBe(200)
    expect(await statusOf('cora', falcon)).toBe(200)
    expect(await statusOf('lena', falcon)).toBe(200)
    expect(await statusOf('otto', 'Please sum up the weather.')).toBe(200)
    expect(await statusOf('otto', falcon)).toBe(403)
    const [status, text] = await ask('sam', falcon)
    expect(status).toBe(403)
    expect(text).toContain('you are on')
    expect(text).toContain('markets')
  })

  test('find what is written in disguise', async () => {
    expect(await statusOf('sam', 'What about Proj\u200bect Falcоn?')).toBe(403)
  })
})

describe('the conflicts of docs/barriers.md', () => {
  test('keep a competitor from whoever had the other, also after a restart', async () => {
    expect(await statusOf('otto', 'Compare Aurora Oil with Borealis Energy.')).toBe(403)
    expect(await statusOf('otto', 'How is Aurora Oil doing?')).toBe(200)
    expect(await statusOf('otto', 'How is Borealis Energy doing?')).toBe(403)
    await gateway[Symbol.asyncDispose]()
    gateway = await start()
    const [status, text] = await ask('otto', 'How is Borealis Energy doing?')
    expect(status).toBe(403)
    expect(text).toContain('conflict of interest')
    expect(await statusOf('cora', 'Compare Aurora Oil with Borealis Energy.')).toBe(200)
  })

  test('let one of two calls through that come at once', async () => {
    const both = await Promise.all([
      statusOf('lena', 'How is Aurora Oil doing?'),
      statusOf('lena', 'How is Borealis Energy doing?'),
    ])
    expect(both.toSorted((a, b) => a - b)).toEqual([200, 403])
  })
})

describe('the commands of docs/barriers.md', () => {
  test('are those that are tested here', () => expect(commands).toHaveLength(3))

  test('let somebody cross, tell why, and show what was seen', async () => {
    const [crossing, explain, api] = commands
    expect(await run(explain)).toContain("sam@example.com may not receive 'deal:falcon'")
    expect(answersIn(await run(crossing))).toMatchObject([
      { data: { user: 'sam@example.com', status: 'in-force', opens: ['equities'] } },
      { data: { crossings: [{ approver: 'compliance-desk' }] } },
    ])
    const told = await run(explain)
    expect(told).toContain(
      "sam@example.com may receive 'deal:falcon'. (key sam; no groups; department sales)",
    )
    expect(told).toContain('approved by compliance-desk')
    expect(told).toContain("otto@example.com may send 'deal:falcon'. (no key; groups m-and-a)")
    expect(told).toMatch(/crossing_\w+ in-force: sam@example.com/)
    expect(answersIn(await run(api))).toMatchObject([
      { data: { answers: [{ direction: 'send', is_allowed: false }, { is_allowed: true }] } },
      { data: { seen: [] } },
      { data: { walls: [{ name: 'equities' }], conflicts: [{ name: 'oil-majors' }] } },
    ])
    // Leave to receive is none to send.
    expect(await statusOf('sam', falcon)).toBe(403)
  })
})

test('records tell of barriers without content', async () => {
  const records = await gateway.records()
  const text = JSON.stringify(records)
  expect(text).toContain('barrier/equities')
  expect(text).toContain('barrier/oil-majors')
  expect(text).toContain('barrier.crossing.grant')
  expect(text).not.toMatch(/Project Falcon|Aurora Oil|sum up/i)
})
