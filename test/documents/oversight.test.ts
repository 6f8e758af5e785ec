import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { administrator } from '../support/admin.ts'
import { blocksOf, runBlock } from '../support/documents.ts'
import type { Block, Ended } from '../support/documents.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'

// Programs of their own start slowly on a busy machine.
setDefaultTimeout(30_000)

const operations = administrator('operations')
const commands = (await blocksOf('docs/oversight.md')).filter(({ language }) => language === 'sh')
let folder: string
let gateway: TestGateway

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'smartflow-oversight-docs-'))
  const main = resolve(import.meta.dir, '../../src/main.ts')
  const script = `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`
  writeFileSync(join(folder, 'smartflow'), script, { mode: 0o700 })
  gateway = await startTestGateway({
    adminKeys: [operations.entry],
    yaml: `
providers: [{ name: simulated, type: simulated }]
models: [{ name: assistant, targets: [{ provider: simulated, model: simulated }] }]
`,
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

function run(block: Block | undefined): Promise<Ended> {
  if (block === undefined) throw new Error('The block is missing.')
  const text = block.text
    .replaceAll('http://127.0.0.1:7778', gateway.adminUrl.replace(/\/$/, ''))
    .replaceAll('curl -s ', 'curl -fsS -w "\\n" ')
    .replaceAll(/^(smartflow .*)$/gm, `PATH="${folder}:$PATH" $1 --url ${gateway.adminUrl}`)
  return runBlock({ ...block, text }, { ADMIN_KEY: operations.key })
}

describe('the commands of docs/oversight.md', () => {
  test('are those that are tested here', () => {
    expect(commands).toHaveLength(3)
  })

  test('stop a model, tell of it, and end the stop', async () => {
    const { code, stdout, stderr } = await run(commands[0])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const line =
      /^halt for model assistant, by operations at \S+: answers with the data of others\n/
    expect(stdout).toMatch(line)
    expect(stdout).toEndWith('No emergency stop is in force.\n')
  })

  test('do the same by the admin API', async () => {
    const { stdout, stderr } = await run(commands[1])
    expect(stderr).toBe('')
    const answers = stdout.split('\n').filter((line) => line !== '')
    const stops = [{ mode: 'read-only', scope: { tenant: 'acme' }, set_by: 'operations' }]
    expect(answers.map((line): unknown => JSON.parse(line))).toMatchObject([
      { data: { change: 'tighten', recorded: true, kept: true, stops } },
      { data: { stops } },
      { data: { change: 'release', stops: [] } },
    ])
  })

  test('show what waits and how people decide', async () => {
    const { stdout, stderr } = await run(commands[2])
    expect(stderr).toBe('')
    expect(stdout).toStartWith('Nothing is there.\n')
    expect(stdout).toContain('{"data":{"holds":[]}}')
    expect(stdout).toContain('{"data":{"reviewers":[],"alerts":[],"expired":0}}')
  })
})
