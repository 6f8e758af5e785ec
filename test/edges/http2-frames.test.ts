import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startFaultyGateway } from '../support/faulty-gateway.ts'
import type { TestGateway } from '../support/gateway.ts'
import {
  connectFrames,
  endHeaders,
  endStream,
  frame,
  frameTypes,
  headerBlock,
  numberFrame,
  requestFields,
} from '../support/http2-frames.ts'
import type { FrameClient, ReceivedFrame } from '../support/http2-frames.ts'
import { answering, hang, plainAnswer, whole } from '../support/raw-answers.ts'
import { startRawProvider } from '../support/raw-provider.ts'
import type { RawProvider } from '../support/raw-provider.ts'

const { data, headers, resetStream, settings, ping, goAway, windowUpdate, continuation } =
  frameTypes
const body = '{"model":"m","messages":[]}'

let raw: RawProvider
let gateway: TestGateway

beforeAll(async () => {
  raw = await startRawProvider(answering(whole(200, plainAnswer('openai'))))
  gateway = await startFaultyGateway({ dialect: 'openai', url: raw.url })
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await raw[Symbol.asyncDispose]()
})

type Fields = readonly (readonly [string, string])[]

function chatFields(more: Fields = []): (readonly [string, string])[] {
  const credential = ['authorization', `Bearer ${gateway.key}`] as const
  const type = ['content-type', 'application/json'] as const
  return requestFields('POST', '/v1/chat/completions', [credential, type, ...more])
}

function chatFrames(stream: number, fields: Fields = chatFields()): Buffer[] {
  return [
    frame(headers, endHeaders, stream, headerBlock(fields)),
    frame(data, endStream, stream, Buffer.from(body)),
  ]
}

/** The text that came for a stream. */
function textOf(client: FrameClient, stream: number): string {
  const pieces = client.received().filter((each) => each.type === data && each.stream === stream)
  return Buffer.concat(pieces.map(({ payload }) => payload)).toString()
}

const isEnd = ({ type, stream }: ReceivedFrame): boolean =>
  stream === 1 && (type === data || type === resetStream)

async function expectAlive(): Promise<void> {
  raw.script(answering(whole(200, plainAnswer('openai'))))
  using client = await connectFrames(gateway.url)
  client.send(...chatFrames(1))
  await client.until(isEnd)
  expect(textOf(client, 1)).toContain('Hello from afar')
}

describe('requests over HTTP/2 that two readers could understand differently', () => {
  for (const [name, fields] of [
    [
      'two lengths',
      () =>
        chatFields([
          ['content-length', '27'],
          ['content-length', '27'],
        ]),
    ],
    ['another length than that of the body', () => chatFields([['content-length', '26']])],
    ['a host that differs from the authority', () => chatFields([['host', 'other.test']])],
    ['a transfer coding', () => chatFields([['transfer-encoding', 'chunked']])],
    ['a header about the connection', () => chatFields([['connection', 'close']])],
    ['a name in capitals', () => chatFields([['X-A', 'b']])],
    ['a line break in a value', () => chatFields([['x-a', 'b\r\nx-b: c']])],
    ['a pseudo-header behind the others', () => chatFields([[':path', '/v1/models']])],
    ['two paths', () => [[':path', '/v1/models'] as const, ...chatFields()]],
    ['no method', () => chatFields().filter(([field]) => field !== ':method')],
    ['no absolute path', () => [...requestFields('POST', 'v1/models'), ...chatFields().slice(4)]],
  ] as const satisfies readonly (readonly [string, () => Fields])[]) {
    test(`reach no provider: ${name}`, async () => {
      const before = raw.requests.length
      using client = await connectFrames(gateway.url)
      client.send(...chatFrames(1, fields()))
      const end = await client.until(isEnd)
      expect(end?.type ?? goAway).not.toBe(data)
      expect(raw.requests.length).toBe(before)
    })
  }

  test('are refused with words where the runtime leaves it to us: two types', async () => {
    const before = raw.requests.length
    using client = await connectFrames(gateway.url)
    client.send(...chatFrames(1, chatFields([['content-type', 'text/plain']])))
    await client.until(isEnd)
    expect(textOf(client, 1)).toContain('more than once')
    expect(raw.requests.length).toBe(before)
  })

  test('cannot move their path by what stands for the host', async () => {
    for (const authority of ['x/v1/chat/completions?', 'x#', 'a b', 'x/']) {
      using client = await connectFrames(gateway.url)
      const fields = requestFields('POST', '/x/v1/chat/completions', chatFields().slice(4))
      const moved = fields.map(([name, value]) =>
        name === ':authority' ? ([name, authority] as const) : ([name, value] as const),
      )
      client.send(...chatFrames(1, moved))
      const end = await client.until(isEnd)
      if (end?.type === data) expect(textOf(client, 1)).toContain('not_found')
    }
  })
})

describe('a client of HTTP/2 that attacks', () => {
  const resetSoon = (stream: number): Buffer[] => [
    ...chatFrames(stream),
    numberFrame(resetStream, stream, 8),
  ]

  test('by opening and resetting streams without end loses its connection', async () => {
    raw.script(hang)
    using client = await connectFrames(gateway.url)
    let opened = 0
    while (!client.isClosed() && opened < 20_000) {
      for (let many = 0; many < 50; many++) client.send(...resetSoon(2 * opened++ + 1))
      await Bun.sleep(1)
    }
    expect(client.isClosed()).toBe(true)
    expect(opened).toBeLessThan(5_000)
    for (const deadline = performance.now() + 2000; performance.now() < deadline;) {
      if (gateway.running.gateway.status().inFlight === 0) break
      await Bun.sleep(5)
    }
    expect(gateway.running.gateway.status().inFlight).toBe(0)
    await expectAlive()
  })

  test('by opening too many streams at once is refused the rest', async () => {
    raw.script(hang)
    using client = await connectFrames(gateway.url)
    for (let index = 0; index < 300; index++) client.send(...chatFrames(2 * index + 1))
    const refused = await client.until(({ type, stream }) => type === resetStream && stream > 512)
    expect(refused?.payload.readUInt32BE(0)).toBe(7)
    expect(gateway.running.gateway.status().inFlight).toBeLessThanOrEqual(256)
  })

  test('by headers without end loses its connection', async () => {
    for (const piece of [headerBlock([['x-a', 'a'.repeat(1000)]]), Buffer.alloc(0)]) {
      using client = await connectFrames(gateway.url)
      client.send(frame(headers, 0, 1, headerBlock(chatFields())))
      for (let sent = 0; !client.isClosed() && sent < 100; sent++) {
        client.send(...Array.from({ length: 100 }, () => frame(continuation, 0, 1, piece)))
        await Bun.sleep(1)
      }
      expect(client.isClosed()).toBe(true)
    }
  })

  test('by headers that grow when they are unpacked loses its connection', async () => {
    using client = await connectFrames(gateway.url)
    const [stored] = [headerBlock([['x-a', 'a'.repeat(3900)]])]
    // Put into the table once (0x40 instead of 0x00), then named eight thousand times (0x80 | 62).
    stored.writeUInt8(0x40, 0)
    const block = Buffer.concat([headerBlock(chatFields()), stored, Buffer.alloc(8000, 0x80 | 62)])
    client.send(frame(headers, endHeaders | endStream, 1, block))
    await client.closed
    await expectAlive()
  })

  test('by questions whose answers it does not take grows no memory', async () => {
    using client = await connectFrames(gateway.url)
    client.pause()
    Bun.gc(true)
    const before = process.memoryUsage.rss()
    const many = Array.from({ length: 1000 }, () => frame(ping, 0, 0, Buffer.alloc(8)))
    for (let sent = 0; !client.isClosed() && sent < 300; sent++) {
      client.send(...many)
      if (sent % 20 === 0) await Bun.sleep(1)
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(48 * 2 ** 20)
    await expectAlive()
  })

  test('by settings and windows that make no sense gets no further', async () => {
    for (const bytes of [
      numberFrame(windowUpdate, 0, 0),
      frame(settings, 0, 0, Buffer.of(0, 5, 0, 0, 0, 1)),
      frame(settings, 0, 0, Buffer.of(1)),
      frame(data, 0, 1, Buffer.from('x')),
      frame(ping, 0, 0, Buffer.alloc(7)),
    ]) {
      using client = await connectFrames(gateway.url)
      client.send(bytes)
      await client.closed
    }
    await expectAlive()
  })
})
