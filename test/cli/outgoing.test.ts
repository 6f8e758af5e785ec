import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { makeCertificate } from '../support/certificate.ts'
import type { TestCertificate } from '../support/certificate.ts'
import { askChat, makeConfig, readyUrl, startCli } from '../support/cli.ts'
import { createSimulatedProvider } from '../../src/providers/simulated/index.ts'

// Programs of their own start slowly on a busy machine.
setDefaultTimeout(30_000)

let certificate: TestCertificate
let plain: Bun.Server<undefined>
let secure: Bun.Server<undefined>
/** Whatever reaches it was sent where the configuration names nobody. */
let proxy: Bun.Server<undefined>
let proxied = 0

beforeAll(() => {
  certificate = makeCertificate()
  const provider = createSimulatedProvider()
  const listen = { hostname: '127.0.0.1', port: 0 }
  const answer = (request: Request): Promise<Response> => provider.fetch(request)
  plain = Bun.serve({ ...listen, fetch: answer })
  secure = Bun.serve({
    ...listen,
    fetch: answer,
    tls: { cert: certificate.cert, key: certificate.key },
  })
  proxy = Bun.serve({
    ...listen,
    fetch() {
      proxied += 1
      return new Response('proxied')
    },
  })
})

afterAll(async () => {
  for (const server of [plain, secure, proxy]) await server.stop(true)
})

/** Starts a gateway and asks each model once; returns the statuses by model. */
async function statuses(models: Readonly<Record<string, string>>, env: Record<string, string>) {
  const names = Object.keys(models)
  const lines = [
    'providers:',
    ...names.map(
      (name) => `  - { name: ${name}, type: openai, apiKey: any, ${models[name] ?? ''} }`,
    ),
    'models:',
    ...names.map((name) => `  - { name: ${name}, targets: [{ provider: ${name}, model: sim }] }`),
  ]
  const { path, key } = makeConfig(lines.join('\n'))
  await using gateway = startCli(['serve', '--config', path], { env })
  const url = await readyUrl(gateway)
  const found: Record<string, number> = {}
  for (const name of names) found[name] = (await askChat(url, key, name)).status
  return found
}

describe('calls to providers', () => {
  test('take no proxy from the environment, only the one that is configured', async () => {
    const environment = Object.fromEntries(
      ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'].map(
        (name) => [name, proxy.url.href],
      ),
    )
    const found = await statuses(
      {
        direct: `baseUrl: "${plain.url.href}v1"`,
        secure: `baseUrl: "${secure.url.href}v1", caFile: ${certificate.certFile}`,
      },
      environment,
    )
    expect(found).toEqual({ direct: 200, secure: 200 })
    expect(proxied).toBe(0)
    // What the proxy says is no answer of a provider, so the call fails, but it went there.
    await statuses({ named: `baseUrl: "${plain.url.href}v1", proxy: "${proxy.url.href}"` }, {})
    expect(proxied).toBe(1)
  })

  test('trust no certificate because the environment says so', async () => {
    const models = {
      unknown: `baseUrl: "${secure.url.href}v1"`,
      known: `baseUrl: "${secure.url.href}v1", caFile: ${certificate.certFile}`,
    }
    expect(await statuses(models, {})).toEqual({ unknown: 502, known: 200 })
    const misled = {
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_EXTRA_CA_CERTS: certificate.certFile,
      SSL_CERT_FILE: certificate.certFile,
    }
    expect(await statuses(models, misled)).toEqual({ unknown: 502, known: 200 })
  })

  test('follow no redirect', async () => {
    const found = await statuses({ moved: `baseUrl: "${redirecting.url.href}v1"` }, {})
    expect(found).toEqual({ moved: 502 })
    expect(proxied).toBe(1)
  })
})

/** Sends everyone to the proxy's address. */
const redirecting = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: () => Response.redirect(proxy.url.href, 307),
})
afterAll(() => redirecting.stop(true))
