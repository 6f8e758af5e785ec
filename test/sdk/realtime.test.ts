import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import OpenAI, { AzureOpenAI } from 'openai'
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import type { RealtimeClientEvent, RealtimeServerEvent } from 'openai/resources/realtime/realtime'
import { serveSimulatedProvider } from '../../src/providers/simulated/index.ts'
import type { SimulatedServer } from '../../src/providers/simulated/index.ts'
import { makeCertificate } from '../support/certificate.ts'
import type { TestCertificate } from '../support/certificate.ts'
import { startTestGateway } from '../support/gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import { recordsOf } from '../support/routes.ts'

let server: SimulatedServer
let gateway: TestGateway
let certificate: TestCertificate

beforeAll(async () => {
  certificate = makeCertificate()
  server = await serveSimulatedProvider({ apiKey: 'sk-far' })
  gateway = await startTestGateway({
    server: [`tls: { certFile: ${certificate.certFile}, keyFile: ${certificate.keyFile} }`],
    yaml: `
providers:
  - { name: far, type: openai, baseUrl: ${server.url}/v1, apiKey: sk-far }
  - { name: azure, type: azure-openai, baseUrl: ${server.url}, apiKey: sk-far }
  - { name: inside, type: simulated }
models:
  - { name: voice, targets: [{ provider: far, model: gpt-realtime }] }
  - { name: azure-voice, targets: [{ provider: azure, model: gpt-realtime }] }
  - { name: inside, targets: [{ provider: inside, model: simulated }] }
  - { name: dying, targets: [{ provider: far, model: "gpt-realtime;cut=6" }] }
`,
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

type Event<Type> = RealtimeServerEvent & { type: Type }

/** A session of the SDK whose events can be waited for. */
interface Session {
  readonly realtime: OpenAIRealtimeWS | OpenAIRealtimeWebSocket
  readonly events: RealtimeServerEvent[]
  readonly errors: string[]
  until<Type extends RealtimeServerEvent['type']>(type: Type): Promise<Event<Type>>
  readonly closed: Promise<void>
}

function watch(realtime: OpenAIRealtimeWS | OpenAIRealtimeWebSocket): Session {
  const events: RealtimeServerEvent[] = []
  const errors: string[] = []
  let seen = 0
  let wake = (): void => undefined
  let isClosed = false
  realtime.on('event', (event) => {
    events.push(event)
    wake()
  })
  realtime.on('error', (error) => {
    errors.push(error.message)
    wake()
  })
  const closed = new Promise<void>((resolve) => {
    realtime.socket.addEventListener('close', () => {
      isClosed = true
      resolve()
      wake()
    })
  })
  return {
    realtime,
    events,
    errors,
    closed,
    async until(type) {
      const isWanted = (event: RealtimeServerEvent): event is Event<typeof type> =>
        event.type === type
      for (;;) {
        const rest = events.slice(seen)
        const found = rest.find(isWanted)
        if (found !== undefined) {
          seen += rest.indexOf(found) + 1
          return found
        }
        if (isClosed) throw new Error(`The session ended before ${type}: ${errors.join()}`)
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

function clientFor(apiKey = gateway.key): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 })
}

/** Opens a session the way server programs do. */
function open(
  model: string,
  options: { key?: string; headers?: Record<string, string> } = {},
): Session {
  const { headers = {} } = options
  const ws = { ca: certificate.cert, headers }
  return watch(new OpenAIRealtimeWS({ model, options: ws }, clientFor(options.key)))
}

const say = (text: string): RealtimeClientEvent => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
})
const inText: RealtimeClientEvent = {
  type: 'response.create',
  response: { output_modalities: ['text'] },
}

describe.each(['voice', 'inside', 'azure-voice'])('the official client, model %s', (model) => {
  test('holds a conversation in text', async () => {
    const session = open(model)
    expect((await session.until('session.created')).session).toMatchObject({ type: 'realtime' })
    session.realtime.send(say('Hello'))
    session.realtime.send(inText)
    const { text } = await session.until('response.output_text.done')
    const deltas = session.events.filter((event) => event.type === 'response.output_text.delta')
    expect(deltas.map(({ delta }) => delta).join('')).toBe(text)
    const { response } = await session.until('response.done')
    expect(response.status).toBe('completed')
    expect(response.usage?.output_tokens).toBe(Math.ceil(text.length / 4))
    session.realtime.close()
    await session.closed
    expect(session.errors).toEqual([])
  })

  test('calls functions', async () => {
    const session = open(model)
    await session.until('session.created')
    session.realtime.send({
      type: 'session.update',
      session: {
        type: 'realtime',
        tools: [
          {
            type: 'function',
            name: 'weather',
            parameters: {
              type: 'object',
              properties: { city: { type: 'string' } },
              required: ['city'],
            },
          },
        ],
      },
    })
    await session.until('session.updated')
    session.realtime.send(say('Use the weather tool.'))
    session.realtime.send({ type: 'response.create' })
    const call = await session.until('response.function_call_arguments.done')
    expect(JSON.parse(call.arguments)).toHaveProperty('city')
    await session.until('response.done')
    const { call_id } = call
    session.realtime.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id, output: '{"sky":"clear"}' },
    })
    session.realtime.send(inText)
    await session.until('response.output_text.done')
    session.realtime.close()
    await session.closed
    expect(session.errors).toEqual([])
  })

  test('speaks and hears', async () => {
    const session = open(model)
    await session.until('session.created')
    const sound = Buffer.alloc(24_000)
    for (let at = 0; at < sound.length; at += 4_800) {
      const audio = sound.subarray(at, at + 4_800).toString('base64')
      session.realtime.send({ type: 'input_audio_buffer.append', audio })
    }
    session.realtime.send({ type: 'input_audio_buffer.commit' })
    await session.until('input_audio_buffer.committed')
    session.realtime.send({ type: 'response.create' })
    const { delta } = await session.until('response.output_audio.delta')
    expect(Buffer.from(delta, 'base64')).toHaveLength(960)
    const { response } = await session.until('response.done')
    expect(response.usage?.input_token_details?.audio_tokens).toBe(5)
    session.realtime.close()
    await session.closed
  })
})

describe('the official client', () => {
  test('in a browser shows its key in a subprotocol', async () => {
    const client = clientFor()
    // The class takes no authorities: the socket of the runtime is given them underneath.
    const original = globalThis.WebSocket
    const withAuthority = class extends original {
      constructor(url: string | URL, protocols?: unknown) {
        const given = typeof protocols === 'object' && protocols !== null ? protocols : {}
        const asked = Array.isArray(protocols) ? { protocols } : given
        super(url, { ...asked, tls: { ca: certificate.cert } })
      }
    }
    globalThis.WebSocket = withAuthority
    try {
      const session = watch(new OpenAIRealtimeWebSocket({ model: 'voice' }, client))
      await session.until('session.created')
      expect(session.realtime.socket.protocol).toBe('realtime')
      session.realtime.send(say('Hello'))
      session.realtime.send(inText)
      await session.until('response.done')
      session.realtime.close()
      await session.closed
    } finally {
      globalThis.WebSocket = original
    }
  })

  test('of Azure finds its session as well', async () => {
    const client = new AzureOpenAI({
      endpoint: gateway.url,
      apiKey: gateway.key,
      apiVersion: '2025-04-01-preview',
      deployment: 'voice',
    })
    const options = { ca: certificate.cert }
    const session = watch(await OpenAIRealtimeWS.azure(client, { options }))
    await session.until('session.created')
    session.realtime.close()
    await session.closed
  })

  test('is told what is wrong with its events', async () => {
    const session = open('voice')
    await session.until('session.created')
    session.realtime.send({ type: 'conversation.item.delete', item_id: 'none' })
    await session.until('error')
    expect(session.errors[0]).toContain('Item with item_id not found')
    session.realtime.send({
      type: 'session.update',
      session: { type: 'realtime', model: 'gpt-realtime-mini' },
    })
    await session.until('error')
    expect(session.errors[1]).toContain('code=model_not_permitted')
    session.realtime.close()
    await session.closed
  })

  test('is told when the provider dies', async () => {
    const session = open('dying', { headers: { 'x-request-id': 'req_dying' } })
    await session.until('session.created')
    session.realtime.send(inText)
    await session.until('error')
    expect(session.errors[0]).toContain('code=provider_stream_cut')
    await session.closed
  })

  test('is refused with a wrong key or a model that is not there', async () => {
    const strange = open('voice', { key: 'sk-sf-' + '0'.repeat(48) })
    await strange.closed
    expect(strange.errors.join()).toContain('401')
    const missing = open('no-voice')
    await missing.closed
    expect(missing.errors.join()).toContain('404')
  })

  test('gets no ephemeral keys of the provider', async () => {
    const secrets = new OpenAI({
      apiKey: gateway.key,
      baseURL: `${gateway.url}/v1`,
      maxRetries: 0,
      fetchOptions: { tls: { ca: certificate.cert } },
    }).realtime.clientSecrets.create({ session: { type: 'realtime', model: 'voice' } })
    const error: unknown = await secrets.catch((refused: unknown) => refused)
    expect(error).toMatchObject({ status: 403, code: 'endpoint_refused' })
  })

  test('leaves records that the audit log can be read with', async () => {
    const session = open('inside', { headers: { 'x-request-id': 'req_audit' } })
    await session.until('session.created')
    session.realtime.send(inText)
    const { response } = await session.until('response.done')
    session.realtime.close()
    await session.closed
    const records = recordsOf(await gateway.records(), 'req_audit')
    expect(records.map(({ type }) => type)).toEqual(['decision', 'outcome'])
    expect(records[1]).toMatchObject({
      endedBy: 'complete',
      usage: {
        inputTokens: response.usage?.input_tokens ?? -1,
        outputTokens: response.usage?.output_tokens ?? -1,
      },
    })
  })
})
