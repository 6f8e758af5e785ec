import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Holds } from '../../src/oversight/index.ts'
import { administrator } from '../support/admin.ts'
import type { AskAdmin } from '../support/admin.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'

const ana = administrator('ana')
const ben = administrator('ben')
let dataDir: string
let gateway: TestGateway
let asAna: AskAdmin
let asBen: AskAdmin

async function start(): Promise<void> {
  gateway = await startTestGateway({ dataDir, adminKeys: [ana.entry, ben.entry] })
  asAna = ana.at(gateway)
  asBen = ben.at(gateway)
}

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'smartflow-hold-api-'))
  await start()
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  rmSync(dataDir, { recursive: true, force: true })
})

/** What a stage of a call does. */
function ask(content: string, requester = 'agent-7') {
  const holds: Holds = gateway.running.gateway.holds
  return holds.ask({
    content,
    preview: `wants ${content}`,
    facts: {
      requestId: 'req_of_the_call',
      tenant: 'default',
      requester,
      kind: 'tool-call',
      tool: 'delete_user',
      tier: 'T3',
      ruleIds: ['t3-needs-approval'],
      labels: ['research'],
    },
  })
}

describe('the approval queue', () => {
  test('shows what waits, and what is wanted only to those who decide', async () => {
    const { holdId } = await ask('a')
    const list = await asAna('GET', '/api/holds?state=waiting')
    expect(list.data['holds']).toMatchObject([
      {
        id: holdId,
        state: 'waiting',
        requester: 'agent-7',
        tool: 'delete_user',
        tier: 'T3',
        rule_ids: ['t3-needs-approval'],
        labels: ['research'],
      },
    ])
    expect(JSON.stringify(list.json)).not.toContain('wants')
    expect((await asAna('GET', `/api/holds/${holdId}`)).data['preview']).toBe('wants a')
    const anyone = await fetch(`${gateway.adminUrl}/api/holds/${holdId}`)
    expect(anyone.status).toBe(200)
    expect(await anyone.text()).not.toContain('wants')
    expect((await asAna('GET', '/api/holds?state=asleep')).status).toBe(400)
    expect((await asAna('GET', '/api/holds?stat=waiting')).status).toBe(400)
    expect((await asAna('GET', `/api/holds/hold_${'0'.repeat(32)}`)).status).toBe(404)
  })

  test('lets an approved action pass once, over a restart', async () => {
    const { holdId } = await ask('a')
    const path = `/api/holds/${holdId}`
    expect((await asAna('POST', `${path}/approve`, {})).status).toBe(400)
    const approved = await asAna('POST', `${path}/approve`, { reason: 'agreed by phone' })
    expect(approved.data).toMatchObject({
      state: 'approved',
      uses_left: 1,
      verdicts: [{ by: 'ana', verdict: 'approve', reason: 'agreed by phone' }],
    })
    expect(await asBen('POST', `${path}/deny`, { reason: 'late' })).toMatchObject({
      status: 409,
      json: { error: { code: 'already_decided' } },
    })
    await gateway[Symbol.asyncDispose]()
    await start()
    expect((await ask('a')).state).toBe('approved')
    expect((await ask('a')).state).toBe('waiting')
  })

  test('takes no word from whoever asked, nor without a key', async () => {
    const { holdId } = await ask('b', 'ben')
    const path = `/api/holds/${holdId}/approve`
    expect(await asBen('POST', path, { reason: 'mine' })).toMatchObject({
      status: 403,
      json: { error: { code: 'own_action' } },
    })
    const nobody = await fetch(gateway.adminUrl + path, { method: 'POST' })
    expect(nobody.status).toBe(401)
    expect(
      (await asAna('POST', path.replace('approve', 'deny'), { reason: 'no' })).data,
    ).toMatchObject({ state: 'denied' })
    expect((await ask('b', 'ben')).state).toBe('denied')
  })

  test('tells how people decide', async () => {
    const { data } = await asAna('GET', '/api/oversight/analytics')
    expect(data).toMatchObject({ reviewers: [{ reviewer: 'ana', decisions: 2 }], alerts: [] })
  })

  test('leaves each step in the audit log, and never the content', async () => {
    const records = await gateway.records()
    const steps = records.flatMap((record) => {
      if (record.type === 'hold') return [`${record.event} ${record.requester}`]
      return record.type === 'administration' ? [`${record.action} ${record.actor}`] : []
    })
    expect(steps).toEqual([
      'opened agent-7',
      'hold.approve ana',
      'used agent-7',
      'opened agent-7',
      'opened ben',
      'hold.deny ana',
    ])
    expect(JSON.stringify(records)).not.toContain('wants')
  })
})
