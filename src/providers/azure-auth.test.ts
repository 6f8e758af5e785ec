import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAzureIdentity } from '../../test/support/azure-identity.ts'
import { makeCertificate } from '../../test/support/certificate.ts'
import { systemClock } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import { azureAuthSchema } from './azure-auth-config.ts'
import { createAzureTokens } from './azure-auth.ts'
import { providersConfigSchema } from './config.ts'
import { openProvider, traitsOf } from './index.ts'
import type { ProviderRuntime } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'smartflow-azure-'))
const certificate = makeCertificate('rsa')
const identity = startAzureIdentity({
  tenantId: 'tenant-1',
  clientId: 'client-1',
  clientSecret: 'a secret of the application',
  certificate: certificate.cert,
  federatedToken: 'token-of-the-cluster',
  identityHeader: 'header-of-the-app',
})
const application = { tenantId: 'tenant-1', clientId: 'client-1', authority: identity.url }

afterAll(() => identity[Symbol.asyncDispose]())

function fileWith(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

function tokenOf(
  fields: Record<string, unknown>,
  clock: Clock = systemClock,
): string | Promise<string> {
  const runtime = { clock, fetch, fetchDirectly: fetch }
  return createAzureTokens(azureAuthSchema.parse(fields), runtime).token(AbortSignal.timeout(5000))
}

describe('a token of Entra', () => {
  test.each<[string, () => Record<string, unknown>]>([
    [
      'for a secret',
      () => ({
        type: 'client-credentials',
        ...application,
        clientSecret: 'a secret of the application',
      }),
    ],
    [
      'for a certificate',
      () => ({
        type: 'client-credentials',
        ...application,
        certificateFile: fileWith('app.pem', certificate.cert + certificate.key),
      }),
    ],
    [
      'for the token of a cluster',
      () => ({
        type: 'workload-identity',
        ...application,
        tokenFile: fileWith('token', 'token-of-the-cluster\n'),
      }),
    ],
    ['of a virtual machine', () => ({ type: 'managed-identity', server: identity.url })],
    [
      'of an app service',
      () => ({
        type: 'managed-identity',
        endpoint: `${identity.url}/msi/token`,
        header: 'header-of-the-app',
        clientId: 'assigned',
      }),
    ],
  ])('is handed out %s', async (_, fields) => {
    const token = await tokenOf(fields())
    expect(identity.refusals).toEqual([])
    expect(token).toBe(identity.tokens.at(-1) ?? '')
  })

  test('is refused for a wrong secret, without the secret in any word of it', async () => {
    const fields = { type: 'client-credentials', ...application, clientSecret: 'a wrong secret' }
    let error: unknown
    try {
      await tokenOf(fields)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'provider_refused_credentials' })
    expect(Bun.inspect(error)).not.toContain('a wrong secret')
  })

  test('is told as unreachable where nobody issues any', async () => {
    const fields = { type: 'managed-identity', server: 'http://127.0.0.1:1' }
    let error: unknown
    try {
      await tokenOf(fields)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'provider_unreachable' })
  })

  test('needs a certificate with its own key', () => {
    const alone = fileWith('alone.pem', certificate.cert)
    const other = fileWith('other.pem', certificate.cert + makeCertificate('rsa').key)
    for (const certificateFile of [alone, other, join(folder, 'none.pem')]) {
      const fields = { type: 'client-credentials', ...application, certificateFile }
      expect(() => tokenOf(fields)).toThrow()
    }
  })

  test.each([
    { type: 'managed-identity', server: identity.url },
    {
      type: 'managed-identity',
      endpoint: `${identity.url}/msi/token`,
      header: 'header-of-the-app',
    },
  ])('lasts as long as its issuer says, in whichever words: %#', async (fields) => {
    let passedMs = 0
    const startedAt = Date.now()
    const clock = { now: () => startedAt, monotonic: () => passedMs }
    const runtime = { clock, fetch, fetchDirectly: fetch }
    const source = createAzureTokens(azureAuthSchema.parse(fields), runtime)
    const signal = AbortSignal.timeout(5000)
    const first = await source.token(signal)
    passedMs += 3_200_000
    expect(await source.token(signal)).toBe(first)
    passedMs += 500_000
    expect(await source.token(signal)).not.toBe(first)
  })
})

test.each([
  { type: 'client-credentials', ...application },
  { type: 'client-credentials', ...application, clientSecret: 's', certificateFile: 'f' },
  { type: 'managed-identity', endpoint: 'http://127.0.0.1' },
  { type: 'workload-identity', tenantId: 't', clientId: 'c' },
])('a configuration that lacks something is refused: %j', (fields) => {
  expect(azureAuthSchema.safeParse(fields).success).toBe(false)
})

test('issuers of tokens are trusted by public authorities beside that of the provider', async () => {
  const own = makeCertificate()
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    tls: { cert: own.cert, key: own.key },
    fetch: () => Response.json({ access_token: 'token', expires_in: 60 }),
  })
  const [config] = providersConfigSchema.parse([
    {
      name: 'p',
      type: 'azure-openai',
      baseUrl: server.url.href,
      caFile: own.certFile,
      auth: {
        type: 'client-credentials',
        ...application,
        clientSecret: 's',
        authority: server.url.href,
      },
    },
  ])
  if (config === undefined) throw new Error('no provider')
  let runtime: ProviderRuntime | undefined
  await using provider = openProvider(config, (given) => {
    runtime = given
    return traitsOf(config, given)
  })
  // Through the provider only its own authority counts; both accept this server.
  const token = await provider.authorize?.({
    method: 'POST',
    url: '',
    headers: {},
    body: '',
    principal: {
      id: 'u',
      kind: 'user',
      tenant: 't',
      groups: [],
      authenticatedBy: 'key',
      models: [],
    },
    signal: AbortSignal.timeout(5000),
  })
  expect(token).toEqual({ authorization: 'Bearer token' })
  expect(runtime?.fetch).not.toBe(provider.fetch)
  await server.stop(true)
})
