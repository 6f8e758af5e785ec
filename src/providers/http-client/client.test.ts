import { afterEach, describe, expect, test } from 'bun:test'
import net from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { rootCertificates } from 'node:tls'
import { createHttpClient } from './client.ts'
import type { HttpClient } from './client.ts'

const open: { close(): void }[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

/** A server of raw sockets: counts its connections and answers each request head as it is told. */
async function serve(answer: (socket: Socket, requestNumber: number) => void) {
  const sockets = new Set<Socket>()
  const seen = { connections: 0, requests: [] as string[] }
  const server = net.createServer((socket) => {
    sockets.add(socket)
    seen.connections++
    let received = ''
    socket.on('data', (data) => {
      received += data.toString('latin1')
      const end = received.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/content-length: (\d+)/.exec(received)?.[1] ?? 0)
      if (received.length < end + 4 + length) return
      seen.requests.push(received)
      received = ''
      answer(socket, seen.requests.length)
    })
    socket.on('error', () => {
      // The test breaks connections on purpose.
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  })
  const { port } = server.address() as AddressInfo
  return { ...seen, seen, sockets, url: `http://127.0.0.1:${port}/v1/x?y=1` }
}

function makeClient(options: Partial<Parameters<typeof createHttpClient>[0]> = {}): HttpClient {
  const client = createHttpClient({
    certificateAuthorities: '',
    idleTimeoutMs: 60_000,
    maxIdleConnections: 256,
    maxHeadBytes: 65_536,
    ...options,
  })
  open.push({ close: () => client[Symbol.dispose]() })
  return client
}

function post(client: HttpClient, url: string, body = '{}', signal = new AbortController().signal) {
  const headers = { 'content-type': 'application/json' }
  return client.send(url, {
    method: 'POST',
    headers,
    body,
    signal,
    redirect: 'manual',
    timeout: false,
  })
}

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

describe('the client of providers', () => {
  test('connections are used again, as many as ran at once', async () => {
    const server = await serve((socket) => setTimeout(() => socket.write(ok), 5))
    const client = makeClient()
    for (let round = 0; round < 3; round++) {
      const responses = await Promise.all(
        Array.from({ length: 100 }, () => post(client, server.url)),
      )
      for (const response of responses) {
        expect(Buffer.from(await response.bytes()).toString()).toBe('ok')
      }
    }
    expect(server.seen.requests.length).toBe(300)
    expect(server.seen.connections).toBe(100)
  })

  test('a request names its target, host and length, and a large one arrives whole', async () => {
    const server = await serve((socket) => socket.write(ok))
    const body = 'ü'.repeat(3_000_000)
    await (await post(makeClient(), server.url, body)).bytes()
    const [head = '', received = ''] = server.seen.requests[0]?.split('\r\n\r\n') ?? []
    expect(head.split('\r\n')).toEqual([
      'POST /v1/x?y=1 HTTP/1.1',
      `host: ${new URL(server.url).host}`,
      'content-type: application/json',
      'content-length: 6000000',
    ])
    expect(Buffer.from(received, 'latin1').toString() === body).toBe(true)
  })

  test('a header that would end its line is refused before anything is sent', async () => {
    const server = await serve((socket) => socket.write(ok))
    const init = {
      method: 'POST',
      signal: new AbortController().signal,
      redirect: 'manual',
    } as const
    for (const headers of [{ a: 'b\r\nx: y' }, { 'a\r\nb': 'c' }, { a: 'b\0' }, { a: 'b→' }]) {
      const sent = makeClient().send(server.url, { ...init, headers, timeout: false })
      expect((await sent.catch((error: unknown) => error)) instanceof Error).toBe(true)
    }
    expect(server.seen.requests).toEqual([])
  })

  test('a kept connection that the server closed meanwhile is replaced without an error', async () => {
    const server = await serve((socket, number) => {
      socket.write(ok)
      // Closed behind the answer: the client learns it only when it uses the connection again.
      if (number === 1) setTimeout(() => socket.destroy(), 5)
    })
    const client = makeClient()
    await (await post(client, server.url)).bytes()
    await Bun.sleep(30)
    expect((await post(client, server.url)).status).toBe(200)
    expect(server.seen.connections).toBe(2)
  })

  test('a request is not sent again once a byte of its response has come', async () => {
    const server = await serve((socket, number) => {
      if (number === 1) socket.write(ok)
      else socket.end('HTTP/1.1 200 OK\r\ncontent-')
    })
    const client = makeClient()
    await (await post(client, server.url)).bytes()
    const failure = await post(client, server.url).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Error)
    expect(server.seen.requests.length).toBe(2)
  })

  test('a request is not sent again when the server had time to work on it', async () => {
    const server = await serve((socket, number) => {
      if (number === 1) socket.write(ok)
      else setTimeout(() => socket.destroy(), 1_100)
    })
    const client = makeClient()
    await (await post(client, server.url)).bytes()
    const failure = await post(client, server.url).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Error)
    expect(server.seen.requests.length).toBe(2)
  })

  test('bytes nobody asked for never become an answer', async () => {
    const server = await serve((socket) => {
      socket.write(ok)
      setTimeout(() => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil'), 5)
    })
    const client = makeClient()
    await (await post(client, server.url)).bytes()
    await Bun.sleep(30)
    const next = await post(client, server.url)
    expect(Buffer.from(await next.bytes()).toString()).toBe('ok')
    expect(server.seen.connections).toBe(2)
  })

  test('an abort closes the connection, and one after the end harms nobody', async () => {
    const server = await serve((socket, number) => {
      if (number <= 2) socket.write(ok)
    })
    const client = makeClient()
    const late = new AbortController()
    await (await post(client, server.url, '{}', late.signal)).bytes()
    const [second] = await Promise.all([post(client, server.url), Promise.resolve(late.abort())])
    expect(second.status).toBe(200)
    await second.bytes()
    const now = new AbortController()
    const hanging = post(client, server.url, '{}', now.signal).catch((error: unknown) => error)
    await Bun.sleep(20)
    const closed = Promise.all(
      [...server.sockets].map((socket) => new Promise((r) => socket.on('close', r))),
    )
    now.abort(new Error('gone'))
    expect(await hanging).toBeInstanceOf(Error)
    await closed
  })

  test('a reader that stalls holds the server back', async () => {
    let written = 0
    const server = await serve((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const piece = Buffer.alloc(65_536)
      const fill = (): void => {
        while (written < 300_000_000) {
          written += piece.length
          if (!socket.write(piece)) return
        }
      }
      socket.on('drain', fill)
      fill()
    })
    const response = await post(makeClient(), server.url)
    await Bun.sleep(300)
    const stalledAt = written
    expect(stalledAt).toBeLessThan(32_000_000)
    const reader = response.body?.getReader()
    for (let reads = 0; reads < 400; reads++) await reader?.read()
    await Bun.sleep(50)
    expect(written).toBeGreaterThan(stalledAt)
    await reader?.cancel()
  })

  test('unused connections are closed with the client, and those beyond the bound at once', async () => {
    const server = await serve((socket) => setTimeout(() => socket.write(ok), 5))
    const client = makeClient({ maxIdleConnections: 2 })
    const responses = await Promise.all(Array.from({ length: 5 }, () => post(client, server.url)))
    await Promise.all(responses.map((response) => response.bytes()))
    await Bun.sleep(30)
    const isOpen = (): number => [...server.sockets].filter((socket) => !socket.destroyed).length
    expect(isOpen()).toBe(2)
    client[Symbol.dispose]()
    await Bun.sleep(30)
    expect(isOpen()).toBe(0)
  })

  test('a connection that does not open in time is given up, and only it', async () => {
    const server = await serve((socket) => {
      setTimeout(() => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'), 60)
    })
    const client = makeClient({ certificateAuthorities: [...rootCertificates] })
    const init = {
      method: 'GET',
      headers: {},
      signal: new AbortController().signal,
      redirect: 'manual',
      timeout: false,
      connectTimeoutMs: 40,
    } as const
    // A TLS handshake with a server that speaks no TLS never ends.
    const before = performance.now()
    const failure = await client
      .send(server.url.replace('http:', 'https:'), init)
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'TimeoutError' })
    expect(performance.now() - before).toBeWithin(35, 500)
    // Once it is open, the server may take as long as other deadlines let it.
    expect((await client.send(server.url, init)).status).toBe(200)
  })

  test('nobody there is an error, not a wait', async () => {
    const server = await serve(() => {})
    const { url } = server
    for (const each of open.splice(0)) each.close()
    await Bun.sleep(10)
    expect(await post(makeClient(), url).catch((error: unknown) => error)).toBeInstanceOf(Error)
  })
})
