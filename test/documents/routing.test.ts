import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { blocksOf, runBlock } from '../support/documents.ts'
import type { Block, Ended } from '../support/documents.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'

// Programs of their own start slowly on a busy machine.
setDefaultTimeout(30_000)

const adminKey = 'key-of-the-operations-team'
const commands = (await blocksOf('docs/routing.md')).filter(({ language }) => language === 'sh')
let gateway: TestGateway

beforeAll(async () => {
  const sha256 = createHash('sha256').update(adminKey).digest('hex')
  gateway = await startTestGateway({
    adminKeys: [`{ name: operations, sha256: ${sha256} }`],
    yaml: `
providers: [{ name: openai, type: simulated }, { name: anthropic, type: simulated }]
models:
  - { name: assistant, targets: [{ provider: openai, model: simulated }] }
  - { name: claude, targets: [{ provider: anthropic, model: simulated }] }
`,
  })
})
afterAll(() => gateway[Symbol.asyncDispose]())

function run(block: Block, key: string): Promise<Ended> {
  const address = gateway.adminUrl.slice('http:'.length)
  const text = block.text
    .replaceAll('//127.0.0.1:7778', address)
    .replaceAll('curl -s ', 'curl -fsS -w "\\n" ')
  return runBlock({ ...block, text }, { ADMIN_KEY: key })
}

/** What each command of a block was answered with. */
async function answersOf(block: Block): Promise<readonly unknown[]> {
  const { code, stdout, stderr } = await run(block, adminKey)
  expect(stderr).toBe('')
  expect(code).toBe(0)
  const lines = stdout.split('\n').filter((line) => line !== '')
  return lines.map((line): unknown => JSON.parse(line))
}

describe('the commands of docs/routing.md', () => {
  test('are those that are tested here', () => {
    expect(commands).toHaveLength(3)
  })

  test('tell how it is, force a provider, set a chain, and take both back', async () => {
    const [status, override, chains] = commands
    if (status === undefined || override === undefined || chains === undefined) throw new Error()
    expect(await answersOf(status)).toMatchObject([
      { data: { override: null, targets: [{}, {}] } },
      { data: { snapshots: [{ provider: 'openai' }, { provider: 'anthropic' }] } },
    ])
    const inForce = { provider: 'anthropic', set_by: 'operations' }
    expect(await answersOf(override)).toMatchObject([{ data: inForce }, { data: inForce }, {}])
    const chain = { name: 'assistant-outage', model: 'assistant' }
    expect(await answersOf(chains)).toMatchObject([
      { data: chain },
      { data: { chains: [chain] } },
      {},
    ])
    expect(await answersOf(status)).toMatchObject([
      { data: { override: null, fallback_chains: [] } },
      {},
    ])
  })

  test('change nothing without the key of an administrator', async () => {
    for (const block of commands.slice(1)) {
      const { code, stderr } = await run(block, 'a-key-that-is-not-known')
      expect(code).not.toBe(0)
      expect(stderr).toContain('401')
    }
  })
})
