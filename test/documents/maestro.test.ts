import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { administrator } from '../support/admin.ts'
import { blocksOf, projectFolder, runBlock } from '../support/documents.ts'
import type { Block } from '../support/documents.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'

// Programs of their own start slowly on a busy machine.
setDefaultTimeout(30_000)

const desk = administrator('compliance-desk')
const blocks = await blocksOf('docs/maestro.md')
const commands = blocks.filter(({ language }) => language === 'sh')
/** The configuration of the page, but for the administrator's key, which stands in front of it. */
const yaml = blocks
  .filter(({ language }) => language === 'yaml')
  .map(({ text }) => text.slice(text.indexOf('providers:')))
  .join('')
const dataDir = mkdtempSync(join(tmpdir(), 'smartflow-maestro-'))
let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway({ adminKeys: [desk.entry], yaml, dataDir })
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'assistant',
      messages: [{ role: 'user', content: 'Write to lena.vogt@example.com.' }],
    }),
  })
  expect(response.status).toBe(200)
})
afterAll(() => gateway[Symbol.asyncDispose]())

/** A folder with the program and its configurations, as an operator has them. */
function operatorsFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'smartflow-operator-'))
  const config = `data: { dir: ${JSON.stringify(dataDir)} }\n${yaml}`
  writeFileSync(join(folder, 'smartflow.yaml'), config)
  const stricter = config.replace('id: mails, action: tokenise', 'id: mails, action: block')
  expect(stricter).not.toBe(config)
  writeFileSync(join(folder, 'new.yaml'), stricter)
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
    { ADMIN_KEY: desk.key, PATH: path },
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

describe('the commands of docs/maestro.md', () => {
  test('are those that are tested here', () => expect(commands).toHaveLength(4))

  test('try content', async () => {
    expect(answersIn(await run(commands[0]))).toMatchObject([
      {
        data: {
          verdict: 'redact',
          labels: ['deal:falcon'],
          targets: [{ is_admitted: false }, { is_admitted: true }],
          treated: { text: 'Tell <EMAIL_1> how Project Falcon goes.' },
        },
      },
      { data: { verdict: 'redact', rules: [{ rule: 'gdpr/minimisation' }] } },
    ])
  })

  test('scan texts', async () => {
    expect(answersIn(await run(commands[1]))).toMatchObject([
      { data: { compliant: false, redacted_content: 'Charge <PAYMENT_CARD_1>.' } },
      { data: { has_violations: true, recommended_action: 'AllowAndLog' } },
      { data: { custom_patterns: 1, learned_patterns: 0 } },
    ])
  })

  test('test the policies of the page', async () => {
    const [text = '', json = ''] = (await run(commands[2])).split(/(?=^\[)/m)
    expect(text).toContain('house-rules\n  ok    an address is replaced')
    expect(text).toContain('pack pci-dss\n  ok    a card number is redacted\n')
    expect(text).toMatch(/\d cases: all passed\.\n$/)
    expect(JSON.parse(json)).toMatchObject([{ results: [{ name: 'deals stay in the house' }] }])
  })

  test('replay what was decided', async () => {
    const text = await run(commands[3])
    expect(text).toStartWith('Judged 1 request and 1 answer from')
    expect(text).toMatch(/redact → block {2}\(house-rules\/mails tokenise → block\)/)
    expect(text).toContain('What a replay cannot know:')
  })
})
