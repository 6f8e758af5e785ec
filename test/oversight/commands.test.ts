import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { administrator } from '../support/admin.ts'
import { askChat, readyUrl, runCli, simulatedYaml, startCli } from '../support/cli.ts'
import type { CliProcess } from '../support/cli.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'

// Programs of their own start slowly on a busy machine.
setDefaultTimeout(30_000)

const ana = administrator('ana')
const env = { SMARTFLOW_ADMIN_KEY: ana.key }
let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway({ adminKeys: [ana.entry] })
})
afterAll(() => gateway[Symbol.asyncDispose]())

function run(...args: string[]) {
  return runCli([...args, '--url', gateway.adminUrl], { env })
}

describe('smartflow stop', () => {
  test('orders a stop, tells of it, and ends it', async () => {
    const stopped = await run('stop', 'halt', '--model', 'simulated', '--reason', 'odd answers')
    expect(stopped).toMatchObject({ code: 0, stderr: '' })
    expect(stopped.stdout).toMatch(/^halt for model simulated, by ana at .*: odd answers\n$/)
    expect((await askChat(gateway.url, gateway.key, 'simulated')).status).toBe(503)
    expect((await run('stop', 'status')).stdout).toBe(stopped.stdout)
    const released = await run('stop', 'normal', '--model', 'simulated', '--reason', 'over')
    expect(released.stdout).toBe('No emergency stop is in force.\n')
    expect((await askChat(gateway.url, gateway.key, 'simulated')).status).toBe(200)
  })

  test('is refused without a key, without a reason, or in a mode that is none', async () => {
    const args = ['stop', 'halt', '--reason', 'x', '--url', gateway.adminUrl]
    const keyless = await runCli(args)
    expect(keyless).toMatchObject({ code: 1, stdout: '' })
    expect(keyless.stderr).toContain('SMARTFLOW_ADMIN_KEY')
    expect((await run('stop', 'halt')).stderr).toContain('--reason')
    expect((await run('stop', 'halts', '--reason', 'x')).stderr).toContain("Did you mean 'halt'?")
    const nobody = await runCli(['stop', 'status', '--url', 'http://127.0.0.1:9'])
    expect(nobody).toMatchObject({ code: 1, stderr: 'No gateway answers at http://127.0.0.1:9.\n' })
  })

  test('warns of a name that nothing has', async () => {
    const { stderr } = await run('stop', 'halt', '--model', 'simulatd', '--reason', 'x')
    expect(stderr).toContain("no configured model is called 'simulatd'")
    await run('stop', 'normal', '--model', 'simulatd', '--reason', 'x')
  })
})

test('smartflow holds lists what waits, and takes decisions', async () => {
  const facts = {
    requestId: 'req_1',
    tenant: 'default',
    requester: 'agent-7',
    kind: 'tool-call',
    tool: 'delete_user',
    tier: 'T3',
    ruleIds: ['t3-needs-approval'],
    labels: [],
  } as const
  const ask = () => gateway.running.gateway.holds.ask({ content: 'x', preview: 'user 7', facts })
  const { holdId = '' } = await ask()
  const { stdout } = await run('holds', 'list')
  expect(stdout).toStartWith(
    `${holdId}  waiting  tool-call delete_user T3 for agent-7 (t3-needs-approval), until 2`,
  )
  expect((await run('holds', 'show', holdId)).stdout).toContain('"preview": "user 7"')
  expect((await run('holds', 'approve', holdId)).stderr).toContain('--reason')
  const approved = await run('holds', 'approve', holdId, '--reason', 'agreed')
  expect(approved.stdout).toContain('approved')
  expect((await run('holds', 'deny', holdId, '--reason', 'no')).stderr).toContain(
    'approved already',
  )
  expect((await ask()).state).toBe('approved')
  expect((await run('holds', 'list')).stdout).toBe('Nothing is there.\n')
})

test('a stop outlives a gateway that is killed in the same moment', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'smartflow-killed-'))
  const key = newKey()
  const path = join(folder, 'smartflow.yaml')
  writeFileSync(
    path,
    [
      'server:',
      '  listen: 127.0.0.1:0',
      `  admin: { listen: 127.0.0.1:0, keys: [${ana.entry}] }`,
      `data: { dir: ${JSON.stringify(join(folder, 'data'))} }`,
      `keys: [{ name: test, sha256: ${hashKey(key)}, user: test@example.com }]`,
      simulatedYaml,
    ].join('\n'),
  )
  const start = (): CliProcess => startCli(['serve', '--config', path])
  try {
    {
      await using first = start()
      await readyUrl(first)
      const [, adminUrl = ''] = await first.waitFor(/"admin":"([^"]+)"/)
      const order = ana.at({ adminUrl: adminUrl.replace(/\/$/, '') })
      const { data } = await order('POST', '/api/emergency-stop', { mode: 'halt', reason: 'x' })
      expect(data).toMatchObject({ mode: 'halt', kept: true, recorded: true })
      first.kill('SIGKILL')
      await first.exited
    }
    await using second = start()
    const response = await askChat(await readyUrl(second), key, 'simulated')
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('emergency_stop')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
