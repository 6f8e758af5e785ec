import { constants, createHash, verify, X509Certificate } from 'node:crypto'
import { asNumber, asObject, asString, parseJson } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'

/** What the identity services of the rig know of. */
export interface AzureIdentityOptions {
  readonly tenantId: string
  readonly clientId: string
  readonly clientSecret: string
  /** PEM of the certificate that was registered for the application. */
  readonly certificate?: string
  /** What the cluster's service account token has to be. */
  readonly federatedToken?: string
  readonly identityHeader?: string
  /** Seconds that tokens last. */
  readonly lifetimeSeconds?: number
}

/** Entra, the metadata server of a virtual machine and that of App Service, strict about every request. */
export interface AzureIdentity extends AsyncDisposable {
  readonly url: string
  /** Every token that was handed out, oldest first. */
  readonly tokens: string[]
  /** What was wrong with requests that were refused. */
  readonly refusals: string[]
}

/** Starts the identity services on a port of their own. */
export function startAzureIdentity(options: AzureIdentityOptions): AzureIdentity {
  const tokens: string[] = []
  const refusals: string[] = []
  const { lifetimeSeconds = 3599 } = options
  function issue(fields: JsonObject): Response {
    const token = `entra-token-${tokens.length + 1}`
    tokens.push(token)
    return Response.json({ access_token: token, token_type: 'Bearer', ...fields })
  }
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    development: false,
    async fetch(request) {
      const url = new URL(request.url)
      try {
        if (url.pathname.endsWith('/oauth2/v2.0/token')) {
          await checkEntra(request, options)
          return issue({ expires_in: lifetimeSeconds, ext_expires_in: lifetimeSeconds })
        }
        checkIdentity(request, url, options)
        const expires_on = String(Math.floor(Date.now() / 1000) + lifetimeSeconds)
        const isMachine = url.pathname === '/metadata/identity/oauth2/token'
        // App Service names the end only; everything is text.
        return issue({ expires_on, ...(isMachine ? { expires_in: String(lifetimeSeconds) } : {}) })
      } catch (error) {
        const description = error instanceof Error ? error.message : 'unknown'
        refusals.push(description)
        const body = { error: 'invalid_client', error_description: description }
        return Response.json(body, { status: 401 })
      }
    },
  })
  return {
    url: server.url.href.replace(/\/$/, ''),
    tokens,
    refusals,
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

const scope = 'https://cognitiveservices.azure.com/.default'

async function checkEntra(request: Request, options: AzureIdentityOptions): Promise<void> {
  const { pathname } = new URL(request.url)
  expectEqual('method', request.method, 'POST')
  expectEqual('path', pathname, `/${options.tenantId}/oauth2/v2.0/token`)
  expectEqual(
    'content type',
    request.headers.get('content-type')?.split(';')[0],
    'application/x-www-form-urlencoded',
  )
  const form = new URLSearchParams(await request.text())
  expectEqual('grant_type', form.get('grant_type'), 'client_credentials')
  expectEqual('client_id', form.get('client_id'), options.clientId)
  expectEqual('scope', form.get('scope'), scope)
  const assertion = form.get('client_assertion')
  if (assertion === null) {
    // As Entra: its words never repeat a secret.
    if (form.get('client_secret') === options.clientSecret) return
    throw new Error('AADSTS7000215: Invalid client secret provided.')
  }
  expectEqual('client_secret', form.get('client_secret'), null)
  expectEqual(
    'client_assertion_type',
    form.get('client_assertion_type'),
    'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  )
  if (assertion === options.federatedToken) return
  checkAssertion(assertion, { ...options, audience: request.url })
}

/** https://learn.microsoft.com/entra/identity-platform/certificate-credentials */
function checkAssertion(
  assertion: string,
  { certificate, clientId, audience }: AzureIdentityOptions & { readonly audience: string },
): void {
  if (certificate === undefined) throw new Error('no certificate was registered')
  const registered = new X509Certificate(certificate)
  const [head = '', body = '', signature = ''] = assertion.split('.')
  const header = decode(head)
  const claims = decode(body)
  expectEqual('alg', asString(header['alg']), 'PS256')
  expectEqual(
    'x5t#S256',
    asString(header['x5t#S256']),
    createHash('sha256').update(registered.raw).digest('base64url'),
  )
  expectEqual('iss', asString(claims['iss']), clientId)
  expectEqual('sub', asString(claims['sub']), clientId)
  expectEqual('aud', asString(claims['aud']), audience)
  const seconds = (asNumber(claims['exp']) ?? 0) - Date.now() / 1000
  if (!(seconds > 0 && seconds <= 600)) throw new Error('exp is not within ten minutes')
  if (!asString(claims['jti'])) throw new Error('jti is missing')
  const isGenuine = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    {
      key: registered.publicKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    },
    Buffer.from(signature, 'base64url'),
  )
  if (!isGenuine) throw new Error('the signature is not that of the certificate')
}

function checkIdentity(request: Request, url: URL, options: AzureIdentityOptions): void {
  expectEqual('method', request.method, 'GET')
  expectEqual('resource', url.searchParams.get('resource'), 'https://cognitiveservices.azure.com')
  if (url.pathname === '/metadata/identity/oauth2/token') {
    expectEqual('api-version', url.searchParams.get('api-version'), '2018-02-01')
    expectEqual('Metadata', request.headers.get('metadata'), 'true')
    return
  }
  expectEqual('path', url.pathname, '/msi/token')
  expectEqual('api-version', url.searchParams.get('api-version'), '2019-08-01')
  expectEqual(
    'X-IDENTITY-HEADER',
    request.headers.get('x-identity-header'),
    options.identityHeader ?? '',
  )
}

function decode(part: string): JsonObject {
  return asObject(parseJson(Buffer.from(part, 'base64url').toString())) ?? {}
}

function expectEqual(
  what: string,
  given: string | null | undefined,
  expected: string | null,
): void {
  if (given !== expected) throw new Error(`${what} is ${given}, not ${expected}`)
}
