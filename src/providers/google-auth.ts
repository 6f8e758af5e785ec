import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { GatewayError } from '../core/errors.ts'
import { asObject, asString, isObject, parseJson } from '../core/json.ts'
import { googleCredentialsSchema } from './google-auth-config.ts'
import type {
  AuthorizedUser,
  ExternalAccount,
  GoogleAuthConfig,
  GoogleCredentials,
} from './google-auth-config.ts'
import { signAssertion } from './google-assertion.ts'
import type { ProviderRuntime } from './provider.ts'
import { askIssuer, askJsonIssuer, requestToken } from './token-request.ts'
import { createTokenSource } from './token-source.ts'
import type { IssuedToken, IssueToken, TokenSource } from './token-source.ts'

const scope = 'https://www.googleapis.com/auth/cloud-platform'

/**
 * Makes the source of access tokens that a configuration describes. Only addresses that it or its
 * credential file name are asked. Throws when the credentials cannot be read or understood; a file is read
 * again for every token, so a key that was exchanged is found.
 */
export function createGoogleTokens(
  config: GoogleAuthConfig,
  runtime: ProviderRuntime,
): TokenSource {
  switch (config.type) {
    case 'token':
      return { token: () => config.token.reveal() }
    case 'metadata':
      return createTokenSource((signal) => fromMetadata(config, { runtime, signal }), runtime)
    case 'json': {
      const credentials = understand(config.json.reveal(), 'auth.json')
      return createTokenSource(
        issuerFor(() => Promise.resolve(credentials), runtime),
        runtime,
      )
    }
    case 'file': {
      const { file } = config
      understand(readFileSync(file, 'utf8'), file)
      const read = async (): Promise<GoogleCredentials> =>
        understand(await readFile(file, 'utf8'), file)
      return createTokenSource(issuerFor(read, runtime), runtime)
    }
  }
}

/** What a request for a token needs. */
interface Asking {
  readonly runtime: ProviderRuntime
  readonly signal: AbortSignal
}

/** Reads credentials. The error names the fault, never a value. */
function understand(text: string, source: string): GoogleCredentials {
  const parsed = googleCredentialsSchema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'it'} (${code})`)
  throw new Error(`${source} is no credential file that is supported: ${faults.join(', ')}`)
}

function issuerFor(read: () => Promise<GoogleCredentials>, runtime: ProviderRuntime): IssueToken {
  return async (signal) => {
    const credentials = await read()
    const asking = { runtime, signal }
    switch (credentials.type) {
      case 'service_account':
        return requestToken(runtime.fetch, {
          url: credentials.token_uri,
          method: 'POST',
          body: {
            grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
            assertion: await signAssertion(credentials, { scope, now: runtime.clock.now() }),
          },
          signal,
        })
      case 'authorized_user':
        return refresh(credentials, asking)
      case 'external_account':
        return exchange(credentials, asking)
    }
  }
}

function refresh(user: AuthorizedUser, { runtime, signal }: Asking): Promise<IssuedToken> {
  const { client_id, client_secret, refresh_token } = user
  return requestToken(runtime.fetch, {
    url: user.token_uri,
    method: 'POST',
    body: { grant_type: 'refresh_token', client_id, client_secret, refresh_token },
    signal,
  })
}

/** https://cloud.google.com/compute/docs/access/authenticate-workloads */
function fromMetadata(
  { server, account }: GoogleAuthConfig & { readonly type: 'metadata' },
  { runtime, signal }: Asking,
): Promise<IssuedToken> {
  const path = `/computeMetadata/v1/instance/service-accounts/${encodeURIComponent(account)}/token`
  return requestToken(runtime.fetchDirectly, {
    url: server.replace(/\/+$/, '') + path,
    method: 'GET',
    headers: { 'metadata-flavor': 'Google' },
    signal,
  })
}

/** Exchanges another identity's token for one of Google (RFC 8693), and that for one of a service account. */
async function exchange(account: ExternalAccount, asking: Asking): Promise<IssuedToken> {
  const { runtime, signal } = asking
  const federated = await requestToken(runtime.fetch, {
    url: account.token_url,
    method: 'POST',
    body: {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: account.audience,
      scope,
      subject_token: await subjectToken(account, asking),
      subject_token_type: account.subject_token_type,
    },
    signal,
  })
  const url = account.service_account_impersonation_url
  if (url === undefined) return federated
  const seconds = account.service_account_impersonation?.token_lifetime_seconds ?? 3600
  const answer = await askJsonIssuer(runtime.fetch, {
    url,
    method: 'POST',
    headers: { authorization: `Bearer ${federated.value}` },
    body: JSON.stringify({ scope: [scope], lifetime: `${seconds}s` }),
    signal,
  })
  const value = asString(answer['accessToken'])
  const lifetimeMs = Date.parse(asString(answer['expireTime']) ?? '') - runtime.clock.now()
  if (!value || !(lifetimeMs > 0))
    throw refused(`${new URL(url).host} answered with no accessToken`)
  return { value, lifetimeMs }
}

async function subjectToken(
  { credential_source: source }: ExternalAccount,
  { runtime, signal }: Asking,
): Promise<string> {
  const text =
    'file' in source
      ? await readFile(source.file, 'utf8')
      : await askIssuer(runtime.fetchDirectly, {
          url: source.url,
          method: 'GET',
          headers: source.headers ?? {},
          signal,
        })
  const name = source.format?.subject_token_field_name
  const isJson = source.format?.type === 'json' && name !== undefined
  const parsed = isJson ? asObject(parseJson(text)) : undefined
  const token = isJson ? asString(isObject(parsed) ? parsed[name] : undefined) : text.trim()
  if (token) return token
  throw refused('the source of the subject token holds none')
}

function refused(reason: string): GatewayError {
  return new GatewayError('provider_refused_credentials', undefined, { cause: new Error(reason) })
}
