import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { rootCertificates } from 'node:tls'
import { makeCertificate } from '../../test/support/certificate.ts'
import { GatewayError } from '../core/errors.ts'
import { openWebSocket } from './realtime-socket.ts'
import type { SocketOptions } from './realtime-socket.ts'

/** What the server does with a connection, by path. */
interface Far {
  readonly pause?: boolean
}

let server: Bun.Server<Far>
let url: string
let latest: Bun.ServerWebSocket<Far> | undefined
const received: (string | Uint8Array)[] = []

beforeAll(() => {
  server = Bun.serve<Far>({
    hostname: '127.0.0.1',
    port: 0,
    development: false,
    async fetch(request, self) {
      const { pathname } = new URL(request.url)
      if (pathname.startsWith('/refuse/'))
        return new Response('{}', { status: Number(pathname.slice(8)) })
      if (pathname === '/slow') await Bun.sleep(1_000)
      self.upgrade(request, { data: { pause: pathname === '/paused' } })
      return undefined
    },
    websocket: {
      maxPayloadLength: 2 ** 30,
      backpressureLimit: 0,
      open(socket) {
        latest = socket
        if (socket.data.pause === true) socket.pause()
      },
      message: (_, message) => void received.push(message),
    },
  })
  url = `ws://127.0.0.1:${server.port}`
})
afterAll(() => server.stop(true))

function open(path: string, more: Partial<SocketOptions> = {}) {
  return openWebSocket(url + path, {
    headers: {},
    certificateAuthorities: rootCertificates,
    signal: new AbortController().signal,
    connectTimeoutMs: 5_000,
    maxBufferedBytes: 65_536,
    pingIntervalMs: 10_000,
    strike: (text) => text,
    ...more,
  })
}

async function refusalOf(opening: Promise<unknown>): Promise<GatewayError> {
  try {
    await opening
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('The socket was opened.')
}

describe('opening', () => {
  test('tells the reasons of a refusal apart', async () => {
    const codes: [number, string, number][] = [
      [401, 'provider_refused_credentials', 502],
      [403, 'provider_refused_credentials', 502],
      [404, 'not_supported', 501],
      [429, 'provider_error', 429],
      [503, 'provider_error', 503],
      [200, 'provider_error', 502],
    ]
    for (const [answered, code, status] of codes) {
      expect(await refusalOf(open(`/refuse/${answered}`))).toMatchObject({ code, status })
    }
  })

  test('gives up when nobody is there, when it takes too long and when the client leaves', async () => {
    const nowhere = openWebSocket('ws://127.0.0.1:1/', {
      headers: {},
      certificateAuthorities: rootCertificates,
      signal: new AbortController().signal,
      connectTimeoutMs: 1_000,
      maxBufferedBytes: 1,
      pingIntervalMs: 1_000,
      strike: (text) => text,
    })
    expect((await refusalOf(nowhere)).code).toBe('provider_unreachable')
    expect((await refusalOf(open('/slow', { connectTimeoutMs: 50 }))).code).toBe('provider_timeout')
    const leaving = new AbortController()
    setTimeout(() => leaving.abort(), 30)
    const left = await refusalOf(open('/slow', { signal: leaving.signal }))
    expect(left.code).toBe('client_closed')
  })

  test('believes only the authorities it was given', async () => {
    const { cert, key } = makeCertificate()
    using secure = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      tls: { cert, key },
      fetch(request, self) {
        self.upgrade(request)
        return undefined
      },
      websocket: { message: () => undefined },
    })
    const to = (certificateAuthorities: SocketOptions['certificateAuthorities']) =>
      openWebSocket(`wss://127.0.0.1:${secure.port}/`, {
        headers: {},
        certificateAuthorities,
        signal: new AbortController().signal,
        connectTimeoutMs: 1_000,
        maxBufferedBytes: 1,
        pingIntervalMs: 1_000,
        strike: (text) => text,
      })
    expect((await refusalOf(to(rootCertificates))).code).toBe('provider_unreachable')
    const channel = await to(cert)
    channel.close(1000, '')
    expect((await channel.closed).code).toBe(1000)
  })

  test('goes through a proxy when one is configured', async () => {
    const asked: string[] = []
    const proxy: Server = createServer((socket) => {
      socket.once('data', (data) => {
        asked.push(data.toString().split('\r\n')[0] ?? '')
        socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      })
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const { port } = proxy.address() as AddressInfo
    const refusal = await refusalOf(open('/', { proxy: `http://127.0.0.1:${port}` }))
    expect(refusal.code).toBe('provider_unreachable')
    expect(asked).toEqual([`CONNECT 127.0.0.1:${server.port} HTTP/1.1`])
    proxy.close()
  })
})

describe('a socket', () => {
  test('carries text and bytes both ways and strikes what it is told to', async () => {
    const channel = await open('/', { strike: (text) => text.replaceAll('sk-1', '*') })
    expect(channel.send('\ufeffäö😀')).toBeUndefined()
    void channel.send(new Uint8Array([1, 2, 3]))
    while (received.length < 2) await Bun.sleep(1)
    latest?.send('key sk-1')
    latest?.send(new Uint8Array([4, 5]))
    latest?.close(4001, 'over sk-1')
    const frames = await Array.fromAsync(channel)
    expect(frames.map((frame) => (typeof frame === 'string' ? frame : [...frame]))).toEqual([
      'key *',
      [4, 5],
    ])
    expect(await channel.closed).toEqual({ code: 4001, reason: 'over *' })
    expect(received[0]).toBe('\ufeffäö😀')
    expect(received[1]).toEqual(Buffer.from([1, 2, 3]))
  })

  test('lets its sender wait while the provider does not read', async () => {
    const channel = await open('/paused')
    let waiting: Promise<void> | undefined
    let sent = 0
    // The system's own buffers take some megabytes first.
    for (; waiting === undefined && sent < 500; sent++) waiting = channel.send('x'.repeat(100_000))
    expect(waiting).toBeDefined()
    expect(Bun.peek.status(waiting ?? null)).toBe('pending')
    latest?.resume()
    await waiting
    channel.terminate()
  })

  test('reads no further ahead than it may', async () => {
    const channel = await open('/')
    for (let count = 0; count < 200; count++) latest?.send('y'.repeat(100_000))
    await Bun.sleep(100)
    const held = latest?.getBufferedAmount() ?? 0
    expect(held).toBeGreaterThan(5_000_000)
    latest?.close()
    let bytes = 0
    for await (const frame of channel) bytes += frame.length
    expect(bytes).toBe(20_000_000)
  })

  test('notices a provider that is gone without a word', async () => {
    const silent = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', (data) => {
        const key = /sec-websocket-key: (.+)\r\n/i.exec(data.toString())?.[1] ?? ''
        const accept = new Bun.CryptoHasher('sha1')
          .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
          .digest('base64')
        socket.write(
          `HTTP/1.1 101 x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
        )
      })
    })
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const channel = await openWebSocket(`ws://127.0.0.1:${port}/`, {
      headers: {},
      certificateAuthorities: rootCertificates,
      signal: new AbortController().signal,
      connectTimeoutMs: 1_000,
      maxBufferedBytes: 1_000,
      pingIntervalMs: 50,
      strike: (text) => text,
    })
    expect((await channel.closed).code).toBe(1006)
    silent.close()
  })
})
