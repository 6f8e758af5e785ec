import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBarrierStore } from '../compliance/index.ts'
import { systemClock } from '../core/clock.ts'
import { hashKey, newKey, openKeyStore } from '../identity/index.ts'
import { runBarrierCommand } from './barrier.ts'
import { UsageError } from './io.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'smartflow-cli-barrier-'))
  writeFileSync(
    join(cwd, 'smartflow.yaml'),
    `providers: [{ name: one, type: simulated }]
models: [{ name: small, targets: [{ provider: one, model: s }] }]
keys: [{ name: laptop, sha256: ${hashKey(newKey())}, user: sam, groups: [sales] }]
compliance:
  categories:
    - { label: 'deal:falcon', detectors: [email], implies: [published, client:a, client:b] }
barriers:
  walls:
    - name: equities
      sides:
        - { name: deal-team, groups: [deals], categories: ['deal:*'] }
        - { name: public, groups: [sales], categories: [published] }
  conflicts: [{ name: oil, categories: ['client:a', 'client:b'] }]
`,
  )
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

async function run(...args: string[]) {
  let out = ''
  let err = ''
  const code = await runBarrierCommand(args, {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    environment: {},
    cwd,
  })
  return { code, out, err }
}

const open = () => openBarrierStore({ dataDir: join(cwd, 'data'), clock: systemClock })

describe('barrier explain', () => {
  test('says why, by what the keys say of the user, and makes no file', async () => {
    expect(await run('explain', 'sam', 'deal:falcon', '--direction', 'receive')).toEqual({
      code: 0,
      err: '',
      out: `sam may not receive 'deal:falcon'. (key laptop; groups sales)
  - 'deal:falcon' belongs to the side 'deal-team' of the wall 'equities'; sam is on the side 'public'; nothing permits it.
  It would be possible by one of these:
    - a rule of 'equities': { from: deal-team, to: public, direction: receive, categories: ['deal:falcon'] }
    - a clearance for 'deal:falcon'
    - leave to cross the wall for a while, by an approver: POST /api/barriers/crossings
`,
    })
    expect(readdirSync(cwd)).toEqual(['smartflow.yaml'])
  })

  test('takes what it is told of the user instead, and answers both ways', async () => {
    const { out } = await run('explain', 'sam', 'deal:falcon', '--groups', 'deals, staff')
    expect(out).toContain("sam may send 'deal:falcon'. (no key; groups deals, staff)")
    expect(out).toContain("sam may receive 'deal:falcon'.")
  })

  test('knows the keys and the history of the data folder', async () => {
    await using store = open()
    await using keys = openKeyStore({ dataDir: join(cwd, 'data'), clock: systemClock })
    keys.create({ user: 'otto', name: 'phone', createdBy: 'test', department: 'trading' })
    store.history.keep({ id: 'otto', tenant: 'default' }, ['client:a'], 20_000)
    const { out } = await run('explain', 'otto', 'client:b', '--direction=send')
    expect(out).toContain(
      "otto may not send 'client:b'. (key phone; no groups; department trading)",
    )
    expect(out).toContain("otto had 'client:a' first on 2024-10-04, last on 2024-10-04")
  })

  test('prints JSON', async () => {
    const { out } = await run('explain', 'sam', 'published', '--direction', 'send', '--json')
    const answers: unknown = JSON.parse(out)
    expect(answers).toMatchObject([{ user: 'sam', isAllowed: true, keys: ['laptop'] }])
  })

  test('shows what is wrong with the configuration', async () => {
    writeFileSync(join(cwd, 'smartflow.yaml'), 'barriers: { wals: [] }')
    const { code, err } = await run('explain', 'sam', 'x')
    expect(code).toBe(1)
    expect(err).toContain("did you mean 'walls'?")
  })

  test.each([
    [['explain', 'sam'], 'Say who and what'],
    [['explain', 'sam', 'deal:*'], 'one category'],
    [['explain', 'sam', 'x', '--direction', 'both'], 'send or receive'],
    [['explian'], "Did you mean 'explain'?"],
    [['explain', 'sam', 'x', '--group', 'a'], 'Unknown option --group'],
  ])('refuses %j', async (args, words) => {
    const fault = await run(...args).catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(UsageError)
    expect(String(fault)).toContain(words)
  })
})

describe('barrier crossings', () => {
  test('lists those in force or to come, all with --all', async () => {
    expect((await run('crossings')).out).toBe('Nobody may cross a wall.\n')
    const now = systemClock.now()
    const hour = 3_600_000
    const common = {
      tenant: 'default',
      direction: 'receive',
      approver: 'cora',
      reason: 'valuation',
      grantedAt: now - 5 * hour,
    } as const
    {
      await using store = open()
      for (const [id, user, from, until] of [
        ['crossing_1', 'sam', now - hour, now + hour],
        ['crossing_2', 'otto', now + hour, now + 2 * hour],
        ['crossing_3', 'sam', now - 2 * hour, now - hour],
      ] as const) {
        store.crossings.grant({ ...common, id, user, from, until, categories: ['deal:falcon'] })
      }
    }
    const { out } = await run('crossings')
    expect(out).toContain('crossing_1 in-force: sam, receive, deal:falcon (equities)')
    expect(out).toContain('crossing_2 pending: otto')
    expect(out).toContain('approved by cora: valuation')
    expect(out).not.toContain('crossing_3')
    expect((await run('crossings', '--all', '--user', 'sam')).out).toContain('crossing_3 over')
    const listed: unknown = JSON.parse((await run('crossings', '--user', 'otto', '--json')).out)
    expect(listed).toMatchObject([{ id: 'crossing_2', status: 'pending', opens: ['equities'] }])
    const explained = await run('explain', 'sam', 'deal:falcon', '--direction', 'receive')
    expect(explained.out).toContain('the crossing crossing_1, approved by cora, permits it')
  })
})
