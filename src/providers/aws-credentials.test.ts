import { afterEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { awsAuthSchema } from './aws-auth-config.ts'
import { createAwsCredentials } from './aws-credentials.ts'
import type { Fetch, ProviderRuntime } from './provider.ts'

const folder = mkdtempSync(join(tmpdir(), 'smartflow-aws-'))
const tokenFile = join(folder, 'token')
let now = 1_700_000_000_000

interface Asked {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A runtime whose network is a function; remembers what was asked, and past which proxy. */
function runtimeOf(answer: (asked: Asked) => Response) {
  const asked: (Asked & { readonly isDirect: boolean })[] = []
  const fetchOf =
    (isDirect: boolean): Fetch =>
    (url, { method, headers, body }) => {
      const request = { url, method, headers, body: typeof body === 'string' ? body : '' }
      asked.push({ ...request, isDirect })
      return Promise.resolve(answer(request))
    }
  const runtime: ProviderRuntime = {
    clock: { now: () => now, monotonic: () => now },
    fetch: fetchOf(false),
    fetchDirectly: fetchOf(true),
  }
  return { asked, runtime }
}

function sourceOf(auth: unknown, runtime: ProviderRuntime) {
  const config = awsAuthSchema.parse(auth)
  if (config.type === 'api-key') throw new Error('No credentials to sign with.')
  return createAwsCredentials(config, { runtime, region: 'eu-central-1' })
}

const signal = new AbortController().signal
const temporary = (id: string, minutes: number) => ({
  AccessKeyId: id,
  SecretAccessKey: 'secret',
  Token: 'session',
  Expiration: new Date(now + minutes * 60_000).toISOString(),
})

afterEach(() => rmSync(tokenFile, { force: true }))

describe('credentials', () => {
  test('of the configuration are handed out at once', () => {
    const { runtime, asked } = runtimeOf(() => new Response())
    const auth = { type: 'keys', accessKeyId: 'AKIA', secretAccessKey: 's', sessionToken: 't' }
    expect(sourceOf(auth, runtime).credentials(signal)).toEqual({
      accessKeyId: 'AKIA',
      secretAccessKey: 's',
      sessionToken: 't',
    })
    expect(asked).toEqual([])
  })

  test('of a container are asked for with its token, past the proxy, and renewed ahead', async () => {
    writeFileSync(tokenFile, 'pod-token\n')
    let count = 0
    const { runtime, asked } = runtimeOf(() => Response.json(temporary(`key-${++count}`, 60)))
    const url = 'http://169.254.170.23/v1/credentials'
    const source = sourceOf({ type: 'container', url, tokenFile }, runtime)
    expect(await source.credentials(signal)).toEqual({
      accessKeyId: 'key-1',
      secretAccessKey: 'secret',
      sessionToken: 'session',
    })
    expect(asked).toMatchObject([
      { url, method: 'GET', isDirect: true, headers: { authorization: 'pod-token' } },
    ])
    expect(source.credentials(signal)).toMatchObject({ accessKeyId: 'key-1' })
    now += 57 * 60_000
    expect(source.credentials(signal)).toMatchObject({ accessKeyId: 'key-1' })
    await Bun.sleep(5)
    expect(source.credentials(signal)).toMatchObject({ accessKeyId: 'key-2' })
  })

  test('of a machine are asked for in a session of the metadata server', async () => {
    const { runtime, asked } = runtimeOf(({ url, method }) => {
      if (method === 'PUT') return new Response('session-token')
      if (url.endsWith('/')) return new Response('my-role\n')
      return Response.json({ Code: 'Success', ...temporary('ASIA', 60) })
    })
    const source = sourceOf({ type: 'instance-metadata' }, runtime)
    expect(await source.credentials(signal)).toMatchObject({ accessKeyId: 'ASIA' })
    expect(asked.map(({ method, url }) => `${method} ${new URL(url).pathname}`)).toEqual([
      'PUT /latest/api/token',
      'GET /latest/meta-data/iam/security-credentials/',
      'GET /latest/meta-data/iam/security-credentials/my-role',
    ])
    expect(asked[2]?.headers).toMatchObject({ 'x-aws-ec2-metadata-token': 'session-token' })
    expect(asked.every(({ isDirect }) => isDirect)).toBeTrue()
  })

  test('of a role are exchanged for the token in a file', async () => {
    writeFileSync(tokenFile, 'web-token')
    const { runtime, asked } = runtimeOf(() => {
      const { Token: SessionToken, ...keys } = temporary('ASIA', 60)
      const Credentials = { ...keys, SessionToken, Expiration: now / 1000 + 3600 }
      return Response.json({
        AssumeRoleWithWebIdentityResponse: {
          AssumeRoleWithWebIdentityResult: { Credentials },
        },
      })
    })
    const auth = { type: 'web-identity', roleArn: 'arn:aws:iam::1:role/r', tokenFile }
    expect(await sourceOf(auth, runtime).credentials(signal)).toEqual({
      accessKeyId: 'ASIA',
      secretAccessKey: 'secret',
      sessionToken: 'session',
    })
    const [request] = asked
    expect(request).toMatchObject({
      url: 'https://sts.eu-central-1.amazonaws.com',
      method: 'POST',
      isDirect: false,
    })
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::1:role/r',
      RoleSessionName: 'smartflow',
      WebIdentityToken: 'web-token',
    })
  })

  test.each([
    ['none', () => Response.json({ Code: 'Failed' }), 'provider_refused_credentials'],
    ['ended ones', () => Response.json(temporary('ASIA', -1)), 'provider_refused_credentials'],
    ['no JSON', () => new Response('<html>'), 'provider_refused_credentials'],
    ['a refusal', () => new Response('', { status: 403 }), 'provider_refused_credentials'],
    ['a failure', () => new Response('', { status: 500 }), 'provider_unreachable'],
  ])('that turn out to be %s are an error with a code', async (_, answer, code) => {
    const { runtime } = runtimeOf(answer)
    const source = sourceOf({ type: 'container', url: 'http://127.0.0.1/c' }, runtime)
    const thrown = await Promise.resolve(source.credentials(signal)).catch(
      (error: unknown) => error,
    )
    expect(thrown).toMatchObject({ code })
  })
})
