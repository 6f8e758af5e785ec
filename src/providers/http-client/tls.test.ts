import { describe, expect, test } from 'bun:test'
import { makeCertificate } from '../../../test/support/certificate.ts'
import { createHttpClient } from './client.ts'

const certificate = makeCertificate()

function serve() {
  return Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    tls: { cert: certificate.cert, key: certificate.key },
    fetch: async (request) => new Response(`got ${await request.text()}`),
  })
}

async function ask(url: string, certificateAuthorities: string | readonly string[]) {
  using client = createHttpClient({
    certificateAuthorities,
    idleTimeoutMs: 60_000,
    maxIdleConnections: 8,
    maxHeadBytes: 65_536,
  })
  const response = await client.send(url, {
    method: 'POST',
    headers: {},
    body: 'hello',
    signal: AbortSignal.timeout(5_000),
    redirect: 'manual',
    timeout: false,
  })
  return Buffer.from(await response.bytes()).toString()
}

async function failure(asked: Promise<string>): Promise<string> {
  const error: unknown = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return error instanceof Error ? error.message : 'no error'
}

describe('TLS to providers', () => {
  test('a certificate of a configured authority is accepted', async () => {
    using server = serve()
    expect(await ask(`https://localhost:${server.port}/`, certificate.cert)).toBe('got hello')
  })

  test('a certificate of any other authority is refused before a byte of the request is sent', async () => {
    using server = serve()
    const other = makeCertificate()
    expect(await failure(ask(`https://localhost:${server.port}/`, other.cert))).toContain(
      'certificate of the provider is not valid',
    )
  })

  test('a certificate for another name is refused', async () => {
    using server = serve()
    const byAddress = ask(`https://127.0.0.2:${server.port}/`, certificate.cert)
    expect(await failure(byAddress)).not.toBe('no error')
    using elsewhere = Bun.serve({
      port: 0,
      hostname: '127.0.0.2',
      tls: { cert: certificate.cert, key: certificate.key },
      fetch: () => new Response('wrong'),
    })
    expect(await failure(ask(`https://127.0.0.2:${elsewhere.port}/`, certificate.cert))).toContain(
      'certificate of the provider is not valid',
    )
  })
})
