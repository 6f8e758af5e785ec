import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { newKey } from '../../src/identity/index.ts'
import { formatNames, ask, told, understood } from './support/callers.ts'
import {
  blockMessage,
  card,
  foreignCard,
  mail,
  policies,
  privateKey,
  providersOf,
  startComplianceRig,
} from './support/rig.ts'
import type { ComplianceRig } from './support/rig.ts'
import { recordsOf } from '../support/sdk.ts'

const adminKey = newKey()
let rig: ComplianceRig

beforeAll(async () => {
  rig = await startComplianceRig({
    adminKey,
    policies: `${policies}
      - { id: long, action: block, what: { direction: answer, minBytes: 3000 }, message: "Too long." }
`,
  })
})

afterAll(() => rig[Symbol.asyncDispose]())

const words = 'Nothing to see here, only words about nothing at all. '
const call = JSON.stringify({ to: '<EMAIL_1>', card: foreignCard })
const toolCall = { type: 'tool-call', id: 'call_1', name: 'send_mail', arguments: call } as const

/** Reads a stream; returns when each piece came, with the piece. */
async function piecesOf(response: Response): Promise<{ at: number; bytes: Uint8Array }[]> {
  const pieces: { at: number; bytes: Uint8Array }[] = []
  for await (const bytes of response.body ?? []) pieces.push({ at: performance.now(), bytes })
  return pieces
}

describe.each(formatNames)('a slow stream in %s', (format) => {
  const [provider] = providersOf[format]
  const asked = () => ({ ...rig.at, model: provider })

  test('loses nothing in a pause, and brings plain words during it', async () => {
    const text = `${words.repeat(4)}The card ${foreignCard} of <EMAIL_1>. ${words.repeat(4)}`
    rig.provider.script({
      says: () =>
        format === 'openai-completions'
          ? [{ type: 'text', text }]
          : [{ type: 'text', text }, toolCall],
      deltas: [12],
      pause: { after: 18, ms: 300 },
    })
    const prompt = `Mail of ${mail}`
    const whole = await told(format, prompt, { ...asked(), stream: false })
    const pieces = await piecesOf(await ask(format, prompt, { ...asked(), stream: true }))
    const bytes = Buffer.concat(pieces.map((each) => each.bytes))
    expect(understood(format, bytes, true)).toEqual(whole)
    expect(whole.text).toContain(`The card <PAYMENT_CARD_1> of ${mail}.`)
    const last = pieces.at(-1)?.at ?? 0
    // It came while the provider was silent, at least a tenth of a second before the rest.
    const early = Buffer.concat(
      pieces.flatMap(({ at, bytes }) => (at < last - 100 ? [bytes] : [])),
    ).toString('latin1')
    expect(early.length).toBeGreaterThan(50)
    expect(early).not.toContain('5555')
  })
})

describe('a stream', () => {
  const asked = () => ({ ...rig.at, model: 'openai', stream: true })
  const format = 'openai-chat'

  test('that grows longer than a rule allows is ended there, as the whole answer is refused', async () => {
    rig.provider.script({ says: () => [{ type: 'text', text: words.repeat(200) }], deltas: [50] })
    const whole = await ask(format, 'Hello', { ...asked(), stream: false })
    expect(whole.status).toBe(403)
    const text = await (await ask(format, 'Hello', asked())).text()
    expect(text).toContain('Too long.')
    expect(text.length).toBeLessThan(20_000)
  })

  test('that the provider breaks off ends with its error, and says nothing that was not decided', async () => {
    rig.provider.script({
      says: () => [{ type: 'text', text: `${words.repeat(8)}The card ${card} and more.` }],
      deltas: [10],
      // Behind the whole number.
      diesAfter: 48,
    })
    const response = await ask(format, 'Hello', asked())
    const text = await response.text()
    expect(text).toContain('<PAYMENT_CARD_1>')
    expect(text).toContain('provider_stream_cut')
    expect(text).not.toContain('4539')
    const { outcome } = await recordsOf(rig.gateway)
    expect(outcome.answer).toMatchObject({ verdict: 'redact' })
  })

  test('that the client leaves is left at the provider at once', async () => {
    const { leftAt } = rig.provider
    rig.provider.script({
      says: () => [{ type: 'text', text: words.repeat(45) }],
      deltas: [10],
      pause: { after: 100, ms: 5000 },
    })
    const count = leftAt.length
    const client = new AbortController()
    const response = await ask(format, 'Hello', { ...asked(), signal: client.signal })
    const reader = response.body?.getReader()
    expect((await reader?.read())?.done).toBe(false)
    const at = performance.now()
    client.abort()
    while (leftAt.length === count && performance.now() - at < 2000) await Bun.sleep(2)
    expect((leftAt.at(-1) ?? Infinity) - at).toBeLessThan(200)
    const { outcome } = await recordsOf(
      rig.gateway,
      response.headers.get('x-request-id') ?? undefined,
    )
    expect(outcome).toMatchObject({ answer: { verdict: 'allow' } })
  })

  test('is counted as blocked where it was stopped', async () => {
    rig.provider.script({
      says: () => [{ type: 'text', text: `${words.repeat(8)}${privateKey}` }],
      deltas: [10],
    })
    const response = await ask(format, 'Hello', asked())
    expect(await response.text()).toContain(blockMessage)
    const headers = { authorization: `Bearer ${adminKey}` }
    const metrics = await (await fetch(`${rig.gateway.adminUrl}/metrics`, { headers })).text()
    expect(metrics).toContain('smartflow_inflight_requests 0')
    expect(metrics).toMatch(
      /smartflow_requests_total\{operation="chat",status="200",provider="openai"\} [1-9]/,
    )
  })
})
