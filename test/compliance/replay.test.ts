import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '../../src/cli/io.ts'
import { runPolicyCommand } from '../../src/cli/policy.ts'
import { asArray, asObject, asString, isObject } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'

const card = '4539 5787 6362 1486'
const mail = 'anna.schmidt@example.org'
const traderKey = newKey()
const cwd = mkdtempSync(join(tmpdir(), 'smartflow-replay-'))

/** Says the same again. */
const echo = Bun.serve({
  port: 0,
  async fetch(request) {
    const messages = asArray(asObject(await request.json())?.['messages'])
    const content = asString(asObject(messages.at(-1))?.['content']) ?? ''
    const message = { role: 'assistant', content: `Noted: ${content}` }
    return Response.json({ id: 'x', object: 'chat.completion', choices: [{ index: 0, message }] })
  },
})

/** A configuration with these rules. */
function yamlOf(rules: string): string {
  return `
providers:
  - { name: cloud, type: openai, baseUrl: "http://127.0.0.1:${echo.port}/v1", apiKey: k, perimeter: public }
models: [{ name: m, targets: [{ provider: cloud, model: real, perimeter: public }] }]
compliance:
  patterns: [{ name: falcon, pattern: 'project falcon', flags: i }, { name: hawk, pattern: 'project hawk' }]
  categories: [{ label: 'deal:falcon', detectors: ['custom:falcon'] }]
policies:
  - id: house
    rules:
${rules}`
}

const oldRules = `
      - { id: cards, action: redact, what: { detectors: [payment-card] } }
      - { id: mails, action: log, what: { detectors: [email], direction: request } }
      - { id: deals, action: block, what: { labels: ['deal:*'] }, who: { not: { roles: [trader] } } }
`
let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway({
    keys: [
      `{ name: trader, sha256: ${hashKey(traderKey)}, user: tina@example.com, groups: [deals], roles: [trader] }`,
    ],
    yaml: yamlOf(oldRules),
  })
  await ask('Hello.')
  await ask(`Charge ${card}.`)
  await ask(`Tell ${mail}.`)
  await ask('Where is Project Falcon?')
  await ask('Where is Project Falcon?', traderKey)
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await echo.stop(true)
})

async function ask(content: string, key = gateway.key): Promise<number> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] }),
  })
  await response.text()
  return response.status
}

async function replay(rules: string, ...args: string[]) {
  writeFileSync(join(cwd, 'new.yaml'), yamlOf(rules))
  let out = ''
  const code = await runPolicyCommand(
    ['replay', '--config', 'new.yaml', '--data', gateway.dataDir, ...args],
    { stdout: (text) => void (out += text), stderr: () => undefined, environment: {}, cwd },
  )
  return { code, out }
}

async function replayJson(rules: string, ...args: string[]): Promise<JsonObject> {
  const json: unknown = JSON.parse((await replay(rules, '--json', ...args)).out)
  return isObject(json) ? json : {}
}

function filesOf(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((file) => `${file} ${statSync(join(dir, file)).mtimeMs}`)
    .toSorted()
}

describe('policy replay', () => {
  test('of the same policies changes nothing, in the answers either', async () => {
    const before = filesOf(gateway.dataDir)
    const { code, out } = await replay(oldRules)
    expect(code).toBe(0)
    expect(out).toMatch(/^Judged 5 requests and 4 answers from \d{4}-/)
    expect(out).toContain('Nothing would change in 9 decisions.')
    expect(filesOf(gateway.dataDir)).toEqual(before)
  })

  test('tells which decisions become others, by which rules', async () => {
    const stricter = oldRules
      .replace('action: log', 'action: block')
      .replace('who: { not: { roles: [trader] } }', 'who: { roles: [trader] }')
    const report = await replayJson(stricter)
    expect(report).toMatchObject({
      requests: 5,
      answers: 4,
      withoutFacts: 0,
      records: 9,
      verdicts: { 'allow → block': 3, 'block → allow': 1 },
    })
    const changes = asArray(report['changes']).map((each) => asObject(each) ?? {})
    expect(changes.map(({ before, after }) => [before, after])).toEqual([
      ['allow', 'block'],
      ['block', 'allow'],
      ['allow', 'block'],
      ['allow', 'block'],
    ])
    expect(changes[0]?.['rules']).toEqual([{ ruleId: 'house/mails', was: 'log', is: 'block' }])
    expect(changes[3]?.['id']).toMatch(/^req_\w+ \(answer\)$/)
    const { out } = await replay(stricter)
    expect(out).toContain('4 of 9 decisions would change: 4 in the verdict.')
    expect(out).toMatch(/allow → block +3\n/)
    expect(out).toMatch(/house\/deals +2 +1 +3 +\d +0 +req_/)
    expect(out).toMatch(
      /\d\d:\d\d:\d\d {2}req_\w+ {2}allow → block {2}\(house\/mails log → block\)/,
    )
  })

  test('says what cannot be known', async () => {
    const { out } = await replay(`
      - { id: weak, action: mask, what: { detectors: [phone], minScore: 0.3 } }
      - { id: names, action: mask, what: { detectors: [person-name] } }
      - { id: hawks, action: block, what: { detectors: ['custom:hawk'] } }
`)
    expect(out).toContain('recorded only where a rule asked for them then: phone.')
    expect(out).toContain(
      'Names were looked for only where a rule asked for them then: person-name',
    )
    expect(out).toContain('nothing looked for it then: custom:hawk.')
    expect(out).toContain('Barriers and approvals are not replayed.')
  })

  test('takes the newest, or those since a time', async () => {
    expect(await replayJson(oldRules, '--limit', '2')).toMatchObject({ requests: 2, answers: 1 })
    const later = await replay(oldRules, '--since', '2999-01-01')
    expect(later.out).toStartWith('There are no decisions to replay.')
    const all = await replayJson(oldRules, '--since', '2020-01-01T00:00:00Z')
    expect(all).toMatchObject({ requests: 5 })
  })

  test.each([
    [['--since', 'yesterday'], 'a day or a time'],
    [['--limit', '0'], 'from 1 to'],
    [['--data', 'nowhere'], 'There is no audit log'],
    [['extra'], "Unexpected word 'extra'"],
  ])('refuses %j', async (args, words) => {
    const fault = await replay(oldRules, ...args).catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(UsageError)
    expect(String(fault)).toContain(words)
  })
})

test('decisions of a gateway that inspected nothing are counted and left out', async () => {
  const before = gateway
  gateway = await startTestGateway()
  try {
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: '{"model":"simulated","messages":[{"role":"user","content":"Hi"}]}',
    })
    await response.text()
    expect((await replay(oldRules)).out).toContain('Left out, as they hold no facts: 1 decision.')
  } finally {
    await gateway[Symbol.asyncDispose]()
    gateway = before
  }
})
