import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { asObject, asString, isObject, parseJson } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import { serveSimulatedProvider } from './index.ts'
import type { SimulatedServer } from './index.ts'

/** A client without manners of its own: sends and collects events. */
interface Client extends Disposable {
  readonly events: JsonObject[]
  readonly types: () => (string | undefined)[]
  send(event: JsonObject | string): void
  /** Waits for the next event of a type that was not waited for yet. */
  until(type: string): Promise<JsonObject>
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
}

let server: SimulatedServer
beforeAll(async () => {
  server = await serveSimulatedProvider({ apiKey: 'sk-sim' })
})
afterAll(() => server[Symbol.asyncDispose]())

async function open(
  model: string,
  {
    path = '/v1/realtime?model=',
    headers = {},
  }: { path?: string; headers?: Record<string, string> } = {},
): Promise<Client> {
  const socket = new WebSocket(
    server.url.replace('http', 'ws') + path + encodeURIComponent(model),
    {
      headers: { authorization: 'Bearer sk-sim', ...headers },
    },
  )
  const events: JsonObject[] = []
  let seen = 0
  let wake = (): void => undefined
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.addEventListener('close', ({ code, reason }) => {
      resolve({ code, reason })
      wake()
    })
  })
  socket.addEventListener('message', ({ data }) => {
    const event = parseJson(String(data))
    if (isObject(event)) events.push(event)
    wake()
  })
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('error', (event) => reject(new Error(event.message)))
  })
  return {
    events,
    types: () => events.map((event) => asString(event['type'])),
    send: (event) => socket.send(typeof event === 'string' ? event : JSON.stringify(event)),
    async until(type) {
      for (;;) {
        const found = events.slice(seen).findIndex((event) => event['type'] === type)
        if (found >= 0) {
          seen += found + 1
          return events[seen - 1] ?? {}
        }
        if (socket.readyState !== WebSocket.OPEN) throw new Error(`closed before ${type}`)
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
    closed,
    [Symbol.dispose]: () => socket.terminate(),
  }
}

const say = (text: string): JsonObject => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
})
const asText: JsonObject = { type: 'response.create', response: { output_modalities: ['text'] } }

describe('a session', () => {
  test('answers in text, the events in their order and the usage at the end', async () => {
    using client = await open('simulated')
    client.send(say('Hello'))
    client.send(asText)
    const { response } = await client.until('response.done')
    const types = client.types().filter((type, index, all) => type !== all[index - 1])
    expect(types).toEqual([
      'session.created',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
    ])
    const deltas = client.events.filter(({ type }) => type === 'response.output_text.delta')
    const text = deltas.map(({ delta }) => asString(delta)).join('')
    expect(text).toStartWith('This is a simulated answer')
    expect(asObject(response)?.['output']).toMatchObject([
      { content: [{ type: 'output_text', text }] },
    ])
    const usage = asObject(asObject(response)?.['usage'])
    expect(usage).toMatchObject({ output_tokens: Math.ceil(text.length / 4) })
    expect(new Set(client.events.map(({ event_id }) => event_id)).size).toBe(client.events.length)
  })

  test('answers in audio with its transcript, in the words of the beta when asked to', async () => {
    using client = await open('simulated', { headers: { 'openai-beta': 'realtime=v1' } })
    client.send(say('Hello'))
    client.send({ type: 'response.create' })
    const { response } = await client.until('response.done')
    const types = client.types()
    expect(types).toContain('conversation.item.created')
    expect(types).toContain('response.audio.delta')
    expect(types).toContain('response.audio_transcript.delta')
    expect(types).not.toContain('conversation.item.added')
    const details = asObject(asObject(asObject(response)?.['usage'])?.['output_token_details'])
    expect(Number(details?.['audio_tokens'])).toBe(Number(details?.['text_tokens']) * 2)
  })

  test('calls a tool and answers from its result', async () => {
    using client = await open('simulated')
    const weather = { type: 'function', name: 'weather', parameters: { type: 'object' } }
    client.send({ type: 'session.update', session: { type: 'realtime', tools: [weather] } })
    await client.until('session.updated')
    client.send(say('Use the weather tool.'))
    client.send({ type: 'response.create' })
    const call = await client.until('response.function_call_arguments.done')
    await client.until('response.done')
    const output = {
      type: 'function_call_output',
      call_id: call['call_id'],
      output: '{"sun":true}',
    }
    client.send({ type: 'conversation.item.create', item: output })
    client.send(asText)
    await client.until('response.output_text.done')
  })

  test('hears audio, transcribes it when told to and refuses to commit none', async () => {
    using client = await open('simulated')
    const audio = { input: { transcription: { model: 'whisper-1' } } }
    client.send({ type: 'session.update', session: { type: 'realtime', audio } })
    client.send({ type: 'input_audio_buffer.commit' })
    expect(await client.until('error')).toMatchObject({ error: { type: 'invalid_request_error' } })
    const sound = Buffer.alloc(48_000).toString('base64')
    client.send({ type: 'input_audio_buffer.append', audio: sound })
    client.send({ type: 'input_audio_buffer.commit' })
    await client.until('conversation.item.input_audio_transcription.completed')
    client.send(asText)
    const { response } = await client.until('response.done')
    const details = asObject(asObject(asObject(response)?.['usage'])?.['input_token_details'])
    expect(details?.['audio_tokens']).toBe(10)
  })

  test('can be told to stop', async () => {
    using client = await open('simulated;tps=20;tokens=1000')
    client.send(say('Hello'))
    client.send(asText)
    await client.until('response.output_text.delta')
    client.send({ type: 'response.create', event_id: 'mine' })
    expect(await client.until('error')).toMatchObject({ error: { event_id: 'mine' } })
    client.send({ type: 'response.cancel' })
    expect(await client.until('response.done')).toMatchObject({ response: { status: 'cancelled' } })
    client.send({ type: 'response.cancel' })
    await client.until('error')
  })

  test('says what is wrong with an event and goes on', async () => {
    using client = await open('simulated')
    const wrong: [JsonObject | string, string | null][] = [
      ['not json', null],
      ['[]', null],
      [{}, 'type'],
      [{ type: 'toString' }, 'type'],
      [{ type: 'session.update' }, 'session'],
      [{ type: 'session.update', session: {} }, 'session.type'],
      [{ type: 'session.update', session: { type: 'realtime', model: 'x' } }, 'session.model'],
      [{ type: 'input_audio_buffer.append', audio: '???' }, 'audio'],
      [{ type: 'conversation.item.create' }, 'item'],
      [{ type: 'conversation.item.create', item: { type: 'poem' } }, 'item.type'],
      [{ type: 'conversation.item.create', item: { type: 'message' } }, 'item.role'],
      [{ type: 'conversation.item.delete', item_id: 'none' }, 'item_id'],
    ]
    for (const [event, param] of wrong) {
      client.send(event)
      expect(asObject((await client.until('error'))['error'])?.['param']).toBe(param)
    }
    client.send(say('Still there?'))
    await client.until('conversation.item.done')
  })
})

describe('the handshake', () => {
  test('is refused for a wrong key, path or model', async () => {
    const refused = async (options: Parameters<typeof open>[1], model = 'm'): Promise<string> => {
      try {
        using _ = await open(model, options)
        return 'open'
      } catch (error) {
        return String(error)
      }
    }
    expect(await refused({ headers: { authorization: 'Bearer sk-wrong' } })).toContain('code: 401')
    expect(await refused({ path: '/v1/other?model=' })).toContain('code: 404')
    expect(await refused({}, '')).toContain('code: 400')
    expect(await refused({}, 'm;error=429')).toContain('code: 429')
    expect(await refused({ path: '/openai/realtime?deployment=' })).toContain('code: 404')
    const azure = '/openai/realtime?api-version=2025-04-01-preview&deployment='
    expect(await refused({ path: azure, headers: { 'api-key': 'sk-sim' } })).toBe('open')
    expect(await refused({ path: '/openai/v1/realtime?model=' })).toBe('open')
  })
})

describe('faults', () => {
  test('end a session where they are told to', async () => {
    using cut = await open('simulated;cut=3')
    cut.send({ type: 'response.create' })
    expect((await cut.closed).code).toBe(1006)
    expect(cut.types()).toHaveLength(4)

    using erring = await open('simulated;errorEvent=2')
    erring.send({ type: 'response.create' })
    expect(await erring.until('error')).toMatchObject({ error: { type: 'server_error' } })
  })

  test('of the protocol are answered with its close codes', async () => {
    const handshake =
      'GET /v1/realtime?model=m HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
      'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
      'authorization: Bearer sk-sim\r\n\r\n'
    const socket = connect(server.port, '127.0.0.1')
    socket.write(handshake)
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => {
      if (chunks.length === 0) socket.write(Buffer.from([0x81, 2, 0x68, 0x69]))
      chunks.push(chunk)
    })
    await new Promise((resolve) => socket.on('close', resolve))
    const all = Buffer.concat(chunks)
    expect(all.toString('latin1')).toContain('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
    const close = all.indexOf(Buffer.from([0x88]))
    expect(all.readUInt16BE(close + 2)).toBe(1002)
  })

  test('do not keep a slow client from being slow', async () => {
    using client = await open(`simulated;huge=${2 ** 20}`)
    client.send(asText)
    const { response } = await client.until('response.done')
    const [item] = [asObject(response)?.['output']].flat()
    const [part] = [asObject(item)?.['content']].flat()
    expect(asString(asObject(part)?.['text'])).toHaveLength(2 ** 20)
  })
})
