import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { hashTable, parseColumns } from '../src/compliance/index.ts'
import { privateKey } from './compliance/support/rig.ts'
import { runCli } from './support/cli.ts'
import { examplesFolder, startExample, valueOf, variablesOf } from './support/example.ts'
import type { Caller, ExampleRig } from './support/example.ts'

// Programs of their own start slowly on a busy machine.
setDefaultTimeout(30_000)

const running: AsyncDisposable[] = []
afterEach(async () => {
  while (running.length > 0) await running.pop()?.[Symbol.asyncDispose]()
})

async function start(name: string, callers: Readonly<Record<string, Caller>> = {}) {
  const rig = await startExample(name, { callers })
  running.push(rig)
  return rig
}

/** What somebody gets who asks the assistant. */
interface Told {
  readonly status: number
  readonly text: string
  readonly provider: string | null
  readonly decision: string | null
}

async function ask(rig: ExampleRig, content: string, caller = ''): Promise<Told> {
  const response = await fetch(`${rig.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${rig.keyOf(caller)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'assistant', messages: [{ role: 'user', content }] }),
  })
  return {
    status: response.status,
    text: await response.text(),
    provider: response.headers.get('x-smartflow-provider'),
    decision: response.headers.get('x-smartflow-decision'),
  }
}

/** Lets a provider of OpenAI's API answer the next call with these words. */
function answerNext(rig: ExampleRig, provider: string, content: string): void {
  const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }]
  const answer = { id: 'c', object: 'chat.completion', created: 1, model: 'm', choices }
  rig.at(provider).answerNext(Response.json(answer))
}

describe.each(['bank.yaml', 'hospital.yaml', 'public-body.yaml'])('the policies of %s', (name) => {
  test('do what their cases say', async () => {
    const path = join(examplesFolder, name)
    const text = await Bun.file(path).text()
    const env = Object.fromEntries(variablesOf(text).map((each) => [each, valueOf(each)]))
    const cwd = join(examplesFolder, '..')
    const { code, stdout, stderr } = await runCli(['policy', 'test', '--config', path], {
      env,
      cwd,
    })
    expect(stderr).toBe('')
    expect(stdout).toContain('all passed')
    expect(code).toBe(0)
  })
})

describe('bank.yaml', () => {
  const callers = {
    mara: { groups: ['m-and-a'], roles: ['insider'] },
    max: { groups: ['m-and-a'] },
    rita: { department: 'research' },
    theo: { department: 'trading' },
  }
  const deal = 'Draft the timetable of Project Falcon.'

  test('has inside information answered in the house, also when the house is down', async () => {
    const rig = await start('bank.yaml', callers)
    expect(await ask(rig, 'Draft a timetable.', 'mara')).toMatchObject({ provider: 'azure' })
    expect(await ask(rig, deal, 'mara')).toMatchObject({ status: 200, provider: 'house' })
    rig.forget()
    rig.at('house').answerNext(new Response('{}', { status: 503 }))
    expect((await ask(rig, deal, 'mara')).status).toBe(503)
    expect(rig.called()).toEqual(['house'])
  })

  test('keeps research and trading apart, and the deal from both, in words that name none', async () => {
    const rig = await start('bank.yaml', callers)
    const orders = 'Sum up the client order book of today.'
    expect((await ask(rig, orders, 'theo')).status).toBe(200)
    expect(await ask(rig, orders, 'rita')).toMatchObject({ status: 403 })
    rig.forget()
    for (const caller of ['rita', 'theo']) {
      const { status, text } = await ask(rig, 'What is NRDH worth to a bidder?', caller)
      expect(status).toBe(403)
      expect(text).toContain('Ask the control room')
      expect(text).not.toMatch(/falcon/i)
    }
    expect(rig.called()).toEqual([])
  })

  test('asks for approval where a member of the team is on no insider list', async () => {
    const rig = await start('bank.yaml', callers)
    const { status, text } = await ask(rig, deal, 'max')
    expect(status).toBe(403)
    expect(text).toContain('held_for_approval')
    expect(rig.called()).toEqual([])
  })

  test('lets no card number and no verification code out', async () => {
    const rig = await start('bank.yaml', callers)
    await ask(rig, 'Was 4539 5787 6362 1486 charged twice?', 'theo')
    expect(rig.at('azure').last().text).toContain('Was <PAYMENT_CARD_1> charged twice?')
    rig.forget()
    expect((await ask(rig, 'The card has CVC 417, is that enough?', 'theo')).status).toBe(403)
    expect(rig.called()).toEqual([])
  })
})

describe('hospital.yaml', () => {
  test('restores names in the answer that no provider has seen', async () => {
    const rig = await start('hospital.yaml')
    answerNext(rig, 'openai', 'Dear <PERSON_NAME_1>, we moved it to Friday.')
    const letter = 'Please write to Eleanor Whitcombe: her appointment moved to Friday.'
    const { text, decision } = await ask(rig, letter)
    expect(decision).toBe('redact')
    expect(text).toContain('Dear Eleanor Whitcombe, we moved it')
    expect(rig.at('openai').last().text).toContain('<PERSON_NAME_1>')
    expect(rig.at('openai').last().text).not.toContain('Whitcombe')
  })

  test('sends what is about the health of somebody to the business associate', async () => {
    const rig = await start('hospital.yaml')
    const question = 'Does metformin go with lisinopril?'
    expect(await ask(rig, question)).toMatchObject({ status: 200, provider: 'openai' })
    const note = 'Mrs. Eleanor Whitcombe takes metformin. May she take lisinopril as well?'
    expect(await ask(rig, note)).toMatchObject({ status: 200, provider: 'bedrock' })
    expect(rig.at('bedrock').last().text).not.toContain('Whitcombe')
    rig.forget()
    rig.at('bedrock').answerNext(new Response('{}', { status: 503 }))
    expect((await ask(rig, note)).status).toBe(503)
    expect(rig.called()).toEqual(['bedrock'])
  })

  test('knows its patients by the table of hashes', async () => {
    const rig = await start('hospital.yaml')
    expect(await ask(rig, 'Look at 77120968 please.')).toMatchObject({ provider: 'bedrock' })
    expect(rig.at('bedrock').last().text).not.toContain('77120968')
    await ask(rig, 'Is Tessaro, born 1990-06-27, the same as before?')
    expect(rig.at('bedrock').last().text).not.toMatch(/Tessaro|1990-06-27/)
  })

  test('has a file of hashes of the table beside it', async () => {
    const table = {
      file: 'patients.csv',
      table: 'patients',
      columns: parseColumns('mrn,surname+birthdate'),
    }
    const csv = await Bun.file(join(examplesFolder, 'hospital/patients.csv')).text()
    const key = valueOf('PATIENTS_KEY')
    const made = hashTable({ ...table, csv, key, salt: new Uint8Array(16) })
    const kept = await Bun.file(join(examplesFolder, 'hospital/patients.edm')).bytes()
    expect(kept.byteLength).toBe(made.bytes.byteLength)
  })
})

describe('public-body.yaml', () => {
  const callers = { sven: { department: 'social-office' } }

  test('restores what is personal in the answer and sends none of it', async () => {
    const rig = await start('public-body.yaml', callers)
    answerNext(rig, 'openai', 'Written to <EMAIL_1>.')
    const { text } = await ask(rig, 'Write to anna.berg@example.org that it is granted.')
    expect(text).toContain('Written to anna.berg@example.org.')
    expect(rig.at('openai').last().text).not.toContain('anna.berg')
  })

  test('keeps health and the social office in the Union, whatever fails', async () => {
    const rig = await start('public-body.yaml', callers)
    for (const [content, caller] of [
      ['Wie wird der Grad der Behinderung neu festgestellt?', ''],
      ['Wie lange dauert es?', 'sven'],
    ] as const) {
      expect(await ask(rig, content, caller)).toMatchObject({ status: 200, provider: 'azure-eu' })
      rig.at('azure-eu').answerNext(new Response('{}', { status: 503 }))
      expect(await ask(rig, content, caller)).toMatchObject({ status: 200, provider: 'house' })
    }
    expect(rig.called()).not.toContain('openai')
  })

  test('lets no secret out', async () => {
    const rig = await start('public-body.yaml', callers)
    const { status, text } = await ask(rig, `Why does it fail?\n${privateKey}`)
    expect(status).toBe(403)
    expect(text).toContain('blocked_by_policy')
    expect(rig.called()).toEqual([])
  })
})
