import { generateKeyPairSync, verify } from 'node:crypto'
import { asObject, asString, parseJson } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { createSimulatedProvider } from '../../src/providers/simulated/index.ts'

/** A request for a token or a prediction as it arrived. */
export interface GoogleCall {
  readonly path: string
  readonly headers: Headers
  readonly text: string
}

/** Google Cloud as far as Vertex needs it: token endpoint, token exchange, metadata server and models. */
export interface GoogleCloud extends AsyncDisposable {
  readonly url: string
  readonly calls: GoogleCall[]
  /** Calls to models only. */
  readonly predictions: () => GoogleCall[]
  /** Content of the key file of a service account that this cloud knows. */
  readonly keyFile: JsonObject
  /** Changes the token that is handed out and accepted from now on; returns it. */
  readonly renewTokens: () => string
  /** Lets the next request for a token fail. */
  readonly failNextToken: (response: Response) => void
  /** How long handed out tokens are said to be valid, in seconds. */
  lifetimeSeconds: number
}

const account = 'gateway@project-1.iam.gserviceaccount.com'
const models =
  /^\/v1\/projects\/project-1\/locations\/(europe-west4|global)\/publishers\/(google|anthropic)\/models\/([^/:]+):([A-Za-z]+)$/

/** Starts a cloud on a free port. It accepts only what the real one would. */
export function startGoogleCloud(): GoogleCloud {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const provider = createSimulatedProvider()
  const calls: GoogleCall[] = []
  const failures: Response[] = []
  let issued = 1
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    development: false,
    async fetch(request) {
      const { pathname: path, search } = new URL(request.url)
      const call = { path: path + search, headers: request.headers, text: await request.text() }
      calls.push(call)
      if (models.test(path)) return predict(call, request.signal)
      const failed = failures.shift()
      if (failed !== undefined) return failed
      return answerToken(path, call) ?? refuse(404, `no such path: ${path}`)
    },
  })
  const url = server.url.href.replace(/\/$/, '')
  const token = (): string => `access-token-${issued}`

  function answerToken(path: string, call: GoogleCall): Response | undefined {
    const form = new URLSearchParams(call.text)
    const answer = {
      access_token: token(),
      expires_in: cloud.lifetimeSeconds,
      token_type: 'Bearer',
    }
    if (path === '/token') {
      if (form.get('grant_type') === 'refresh_token') return Response.json(answer)
      const fault = faultIn(form.get('assertion') ?? '')
      if (fault !== undefined) return refuseGrant(fault)
      return Response.json(answer)
    }
    if (path === '/sts') {
      const isKnown =
        form.get('subject_token') === 'subject-token' && form.get('audience') === '//iam/pool'
      return isKnown
        ? Response.json({ ...answer, access_token: 'federated' })
        : refuseGrant('subject')
    }
    if (path === '/impersonate:generateAccessToken') {
      if (call.headers.get('authorization') !== 'Bearer federated') return refuse(401, 'who?')
      const expireTime = new Date(Date.now() + cloud.lifetimeSeconds * 1000).toISOString()
      return Response.json({ accessToken: token(), expireTime })
    }
    if (path === '/subject') {
      return call.headers.get('x-id') === '1'
        ? Response.json({ id_token: 'subject-token' })
        : refuse(403, 'no')
    }
    if (path === '/computeMetadata/v1/instance/service-accounts/default/token') {
      return call.headers.get('metadata-flavor') === 'Google'
        ? Response.json(answer)
        : refuse(403, 'Missing Metadata-Flavor')
    }
    return undefined
  }

  /** Says what is wrong with an assertion (RFC 7523). */
  function faultIn(assertion: string): string | undefined {
    const [head = '', body = '', signature = ''] = assertion.split('.')
    const header = decode(head)
    const claims = decode(body)
    if (header['alg'] !== 'RS256' || header['kid'] !== 'key-1') return 'header'
    const signed = Buffer.from(`${head}.${body}`)
    const proof = Buffer.from(signature, 'base64url')
    if (!verify('RSA-SHA256', signed, publicKey, proof)) return 'signature'
    if (claims['iss'] !== account || claims['aud'] !== `${url}/token`) return 'iss or aud'
    if (claims['scope'] !== 'https://www.googleapis.com/auth/cloud-platform') return 'scope'
    const seconds = Math.floor(Date.now() / 1000)
    const { iat, exp } = claims
    const isFresh = Math.abs(Number(iat) - seconds) < 60 && Number(exp) - Number(iat) <= 3600
    return isFresh ? undefined : 'iat or exp'
  }

  async function predict(call: GoogleCall, signal: AbortSignal): Promise<Response> {
    if (call.headers.get('authorization') !== `Bearer ${token()}`) {
      return refuse(401, 'Request had invalid authentication credentials.', 'UNAUTHENTICATED')
    }
    const [, , publisher, model = '', method = ''] =
      models.exec(call.path.split('?')[0] ?? '') ?? []
    const target =
      publisher === 'google'
        ? { path: call.path, body: call.text }
        : claudeCall({ model: decodeURIComponent(model), method, text: call.text })
    if (target instanceof Response) return target
    const headers = { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' }
    if (publisher === 'google') Reflect.deleteProperty(headers, 'anthropic-version')
    const init = { method: 'POST', headers, body: target.body, signal }
    return provider.fetch(new Request(`http://simulated.invalid${target.path}`, init))
  }

  const cloud: GoogleCloud = {
    url,
    calls,
    predictions: () => calls.filter(({ path }) => path.includes('/publishers/')),
    keyFile: {
      type: 'service_account',
      project_id: 'project-1',
      private_key_id: 'key-1',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: account,
      token_uri: `${url}/token`,
    },
    renewTokens() {
      issued += 1
      return token()
    },
    failNextToken: (response) => void failures.push(response),
    lifetimeSeconds: 3600,
    [Symbol.asyncDispose]: () => server.stop(true),
  }
  return cloud
}

/** Claude at Vertex: the body of Anthropic with a version, and without model. */
function claudeCall(asked: {
  readonly model: string
  readonly method: string
  readonly text: string
}): Response | { readonly path: string; readonly body: string } {
  const { anthropic_version: version, ...body } = asObject(parseJson(asked.text)) ?? {}
  // The official client sends a version of Anthropic's own API.
  if (typeof version !== 'string' || !/^(?:vertex-)?\d{4}-\d{2}-\d{2}$/.test(version)) {
    return refuse(400, 'anthropic_version: Field required')
  }
  if (asked.model === 'count-tokens') {
    const isNamed = asString(body['model'])?.startsWith('claude-') === true
    if (!isNamed) return refuse(400, 'model: Field required')
    return { path: '/v1/messages/count_tokens', body: JSON.stringify(body) }
  }
  if (body['model'] !== undefined) return refuse(400, 'model: Extra inputs are not permitted')
  const isStreamed = asked.method === 'streamRawPredict'
  if (isStreamed !== (body['stream'] === true)) return refuse(400, 'stream does not fit the method')
  return { path: '/v1/messages', body: JSON.stringify({ ...body, model: asked.model }) }
}

function decode(part: string): JsonObject {
  return asObject(parseJson(Buffer.from(part, 'base64url').toString())) ?? {}
}

function refuse(code: number, message: string, status = 'INVALID_ARGUMENT'): Response {
  return Response.json({ error: { code, message, status } }, { status: code })
}

function refuseGrant(what: string): Response {
  return Response.json(
    { error: 'invalid_grant', error_description: `bad ${what}` },
    { status: 400 },
  )
}
