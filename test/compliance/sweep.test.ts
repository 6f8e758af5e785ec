import { expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toFile } from 'openai'
import { startSdkRig } from '../support/sdk.ts'
import type { SdkRig } from '../support/sdk.ts'
import { ask, formatNames, post } from './support/callers.ts'
import {
  card,
  foreignCard,
  foreignMail,
  iban,
  mail,
  person,
  phone,
  policies,
  privateKey,
  traces,
} from './support/rig.ts'

const text = `I am ${person}. Card ${card}, account ${iban}, call ${phone}, mail ${mail}.`
const rules = `${policies}
      - { id: wires, action: hold, what: { detectors: ['custom:wire'], direction: request } }
compliance:
  patterns: [{ name: wire, pattern: 'WIRE-\\d+' }]
  categories: [{ label: money, detectors: [payment-card] }]
`

/** Says everything there is in all places a value may stand in. */
async function sayAll({ openai, anthropic, gateway, upstream }: SdkRig): Promise<void> {
  const { url, key } = gateway
  // The caller gets the address back, and may go on from there.
  upstream.answerNext(Response.json(anthropicAnswer('Dear <EMAIL_1>')))
  const first = await openai.responses.create({ model: 'claude', input: text, store: true })
  expect(first.output_text).toBe(`Dear ${mail}`)
  await openai.responses.create({ model: 'claude', input: text, previous_response_id: first.id })
  await openai.responses.create({ model: 'chat', input: text, metadata: { who: mail } })
  await openai.chat.completions.create({
    model: 'chat',
    user: mail,
    messages: [
      { role: 'system', content: text },
      { role: 'user', name: 'anna', content: [{ type: 'text', text }] },
    ],
    tools: [{ type: 'function', function: { name: 'send', description: text, parameters: {} } }],
  })
  const document = {
    type: 'document' as const,
    title: `Letter of ${person}, ${mail}, ${card}`,
    source: { type: 'text' as const, media_type: 'text/plain' as const, data: text },
  }
  await anthropic.messages.create({
    model: 'claude',
    max_tokens: 100,
    messages: [{ role: 'user', content: [document, { type: 'text', text: 'What is it?' }] }],
  })
  for (const stream of [false, true]) {
    for (const format of formatNames) {
      const model = format.startsWith('openai') ? 'chat' : 'claude'
      for (const prompt of [text, `WIRE-77 ${text}`, `${privateKey} ${text}`]) {
        const asked = { url, key, model, stream, headers: { 'x-smartflow-tags': 'a' } }
        await (await ask(format, prompt, asked)).bytes()
      }
    }
  }
  const body = { model: 'chat', messages: [{ role: 'user', content: text }] }
  const line = { custom_id: 'one', method: 'POST', url: '/v1/chat/completions', body }
  const file = await toFile(Buffer.from(`${JSON.stringify(line)}\n`), `Letter of ${person}.jsonl`)
  const { id } = await openai.files.create({ purpose: 'batch', file })
  await (await openai.files.content(id)).text()
  const choices = [
    {
      index: 0,
      message: { role: 'assistant', content: `${foreignCard} ${foreignMail} ${privateKey}` },
    },
  ]
  upstream.answerNext(Response.json({ id: 'x', object: 'chat.completion', choices }))
  await post('/v1/chat/completions', JSON.stringify(body), { url, key })
  const error = {
    message: `Bad ${foreignCard} of ${foreignMail}`,
    type: foreignMail,
    code: foreignMail,
  }
  upstream.answerNext(Response.json({ error }, { status: 400 }))
  await post('/v1/chat/completions', JSON.stringify(body), { url, key })
  // Not even where nobody expects a text.
  await post(`/v1/files/${encodeURIComponent(mail)}?who=${encodeURIComponent(mail)}`, '', {
    url,
    key,
  })
  await post('/v1/chat/completions', `{"model": "${mail}", "${card}`, { url, key })
}

function anthropicAnswer(said: string) {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'sim-claude',
    content: [{ type: 'text', text: said }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  }
}

test('no value that was found is kept in any file of the gateway, or told in its log', async () => {
  const names = ['chat', 'claude'] as const
  const rig = await startSdkRig(
    { [names[0]]: ['openai', 'sim-model'], [names[1]]: ['anthropic', 'sim-claude'] },
    { yaml: rules },
  )
  await sayAll(rig)
  const { dataDir, logged } = rig.gateway
  expect(await rig.gateway.records()).not.toBeEmpty()
  const log = logged()
  await rig[Symbol.asyncDispose]()
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  expect(files.length).toBeGreaterThan(2)
  const said = new Map(files.map((file) => [file, readFileSync(file)]))
  said.set('log', Buffer.from(log))
  for (const [file, bytes] of said) {
    const found = traces.filter((trace) => bytes.includes(trace))
    expect({ file, found }).toEqual({ file, found: [] })
  }
})
