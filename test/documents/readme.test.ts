import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { asObject } from '../../src/core/json.ts'
import { blocksOf, projectFolder, runBlock } from '../support/documents.ts'
import { readYaml, startConfiguration } from '../support/example.ts'
import type { ExampleRig } from '../support/example.ts'

// Programs of their own start slowly on a busy machine.
setDefaultTimeout(30_000)

const blocks = await blocksOf('README.md')
const text = await Bun.file(join(projectFolder, 'README.md')).text()
/** The first block of a kind that has this in it. */
function blockWith(language: string, part: string) {
  const found = blocks.find((block) => block.language === language && block.text.includes(part))
  if (found === undefined) throw new Error(`README.md has no ${language} with '${part}'.`)
  return found
}

const policies = readYaml(blockWith('yaml', 'house-rules').text)
let rig: ExampleRig

beforeAll(async () => {
  const providers = [{ name: 'openai', type: 'openai', apiKey: '${env:OPENAI_API_KEY}' }]
  const models = [{ name: 'assistant', targets: [{ provider: 'openai', model: 'gpt-5.4' }] }]
  rig = await startConfiguration(JSON.stringify({ ...policies, providers, models }))
})
afterAll(() => rig[Symbol.asyncDispose]())

describe('the README', () => {
  test('tells truly what reaches the provider, what comes back, and how a block looks', async () => {
    const answer = {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Dear <PERSON_NAME_1>' },
          finish_reason: 'stop',
        },
      ],
    }
    rig.at('openai').answerNext(Response.json(answer))
    const { code, stdout, stderr } = await runBlock(blockWith('sh', 'ask()'), {
      GATEWAY: rig.url,
      KEY: rig.key,
    })
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toContain('Dear Eleanor Whitcombe')
    const shown = readYaml(blockWith('json', 'blocked_by_policy').text)
    const error = asObject(shown['error']) ?? {}
    const blocked: unknown = JSON.parse(stdout.slice(stdout.lastIndexOf('{"error"')))
    expect(blocked).toEqual({
      error: { ...error, request_id: expect.stringMatching(/^req_/) },
    })
    expect(rig.at('openai').calls).toHaveLength(1)
    const [, seen = ''] = /the provider sees `([^`]+)`/.exec(text) ?? []
    expect(JSON.stringify(rig.at('openai').last().json)).toContain(seen)
    expect(seen).toContain('<PAYMENT_CARD_1>')
  })

  test('counts detectors as docs/detectors.md does', async () => {
    const page = await Bun.file(join(projectFolder, 'docs/detectors.md')).text()
    const [, kinds] = /^## Identifiers: (\d+) kinds$/m.exec(page) ?? []
    const [, rules] = /^## Secrets: (\d+) rules/m.exec(page) ?? []
    expect(text).toContain(`${kinds} kinds of identifiers and ${rules} rules for secrets`)
  })

  test('tells of attacks what the model card tells', async () => {
    const card = await Bun.file(join(projectFolder, 'models/injection.md')).text()
    const [, recall = '', alarms = ''] =
      /other half recall is (0\.\d+) at (0\.\d+)/.exec(card) ?? []
    const shown = (ratio: string): string => `${Number((Number(ratio) * 100).toFixed(1))} %`
    expect(text).toContain(`${shown(recall)} are found, with alarms on ${shown(alarms)}`)
  })

  test('leads to every document', () => {
    const missing = readdirSync(join(projectFolder, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .filter((name) => !text.includes(`(docs/${name})`))
    expect(missing).toEqual([])
  })
})
