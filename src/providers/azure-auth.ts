import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { GatewayError } from '../core/errors.ts'
import { asNumber, asString } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { readCredential, signClientAssertion } from './azure-assertion.ts'
import type { AzureAuthConfig } from './azure-auth-config.ts'
import { trimSlashes } from './openai-paths.ts'
import type { ProviderRuntime, ProviderTraits } from './provider.ts'
import { askJsonIssuer } from './token-request.ts'
import type { TokenRequest } from './token-request.ts'
import { createTokenSource } from './token-source.ts'
import type { IssuedToken, TokenSource } from './token-source.ts'

/**
 * Makes the source of access tokens of Entra that a configuration describes. Throws when a certificate
 * cannot be read; files are read again for every token, so one that was exchanged is found.
 */
export function createAzureTokens(config: AzureAuthConfig, runtime: ProviderRuntime): TokenSource {
  if (config.type === 'client-credentials' && config.certificateFile !== undefined) {
    readCredential(readFileSync(config.certificateFile, 'utf8'))
  }
  return createTokenSource(async (signal) => {
    const { request, fetch } = await requestOf(config, runtime)
    const answer = await askJsonIssuer(fetch, { ...request, signal })
    return readToken(answer, { url: request.url, now: runtime.clock.now() })
  }, runtime)
}

/** Returns the tokens of a provider that is asked with any. */
export function tokensOf(
  config: AzureAuthConfig | undefined,
  runtime: ProviderRuntime,
): TokenSource | undefined {
  return config === undefined ? undefined : createAzureTokens(config, runtime)
}

/** Returns how requests are authorised with such tokens. */
export function authorizeWithTokens(tokens: TokenSource): NonNullable<ProviderTraits['authorize']> {
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })
  return ({ signal }) => {
    const token = tokens.token(signal)
    return typeof token === 'string' ? bearer(token) : token.then(bearer)
  }
}

interface Asking {
  readonly request: Omit<TokenRequest, 'signal'>
  readonly fetch: ProviderRuntime['fetch']
}

async function requestOf(config: AzureAuthConfig, runtime: ProviderRuntime): Promise<Asking> {
  switch (config.type) {
    case 'client-credentials':
      return { request: await clientRequest(config, runtime), fetch: runtime.fetch }
    case 'workload-identity': {
      const assertion = (await readFile(config.tokenFile, 'utf8')).trim()
      return { request: entraRequest(config, asserted(assertion)), fetch: runtime.fetch }
    }
    case 'managed-identity':
      return { request: identityRequest(config), fetch: runtime.fetchDirectly }
  }
}

async function clientRequest(
  config: AzureAuthConfig & { readonly type: 'client-credentials' },
  { clock }: ProviderRuntime,
): Promise<Asking['request']> {
  const { clientSecret, certificateFile, clientId } = config
  if (clientSecret !== undefined) {
    return entraRequest(config, { client_secret: clientSecret.reveal() })
  }
  const pem = await readFile(certificateFile ?? '', 'utf8')
  const claims = { clientId, audience: tokenUrl(config), now: clock.now() }
  return entraRequest(config, asserted(signClientAssertion(pem, claims)))
}

type Registered = Exclude<AzureAuthConfig, { readonly type: 'managed-identity' }>

/** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
function entraRequest(
  config: Registered,
  proof: Readonly<Record<string, string>>,
): Asking['request'] {
  const { clientId, scope } = config
  return {
    url: tokenUrl(config),
    method: 'POST',
    body: { grant_type: 'client_credentials', client_id: clientId, scope, ...proof },
  }
}

function tokenUrl({ authority, tenantId }: Registered): string {
  return `${trimSlashes(authority)}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`
}

function asserted(assertion: string): Record<string, string> {
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  }
}

/**
 * https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token and
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity
 */
function identityRequest(
  config: AzureAuthConfig & { readonly type: 'managed-identity' },
): Asking['request'] {
  const { clientId, endpoint, header, server } = config
  const isAppService = endpoint !== undefined && header !== undefined
  const url = new URL(
    isAppService ? endpoint : `${trimSlashes(server)}/metadata/identity/oauth2/token`,
  )
  url.searchParams.set('api-version', isAppService ? '2019-08-01' : '2018-02-01')
  url.searchParams.set('resource', resourceOf(config.scope))
  if (clientId !== undefined) url.searchParams.set('client_id', clientId)
  return {
    url: url.href,
    method: 'GET',
    headers: isAppService ? { 'x-identity-header': header.reveal() } : { metadata: 'true' },
  }
}

/** Identity services take the resource that stands before `/.default` in a scope. */
function resourceOf(scope: string): string {
  return scope.endsWith('/.default') ? scope.slice(0, -'/.default'.length) : scope
}

/** Reads a token; App Service says when it ends in place of how long it lasts, as text. */
function readToken(
  answer: JsonObject,
  { url, now }: { readonly url: string; readonly now: number },
): IssuedToken {
  const value = asString(answer['access_token']) ?? ''
  const seconds = secondsIn(answer['expires_in'])
  const endsAt = secondsIn(answer['expires_on'])
  const lifetimeMs = seconds === undefined ? (endsAt ?? 0) * 1000 - now : seconds * 1000
  if (value !== '' && lifetimeMs > 0) return { value, lifetimeMs }
  const what = value === '' ? 'no access_token' : 'a token that has ended'
  const cause = new Error(`${new URL(url).host} answered with ${what}`)
  throw new GatewayError('provider_refused_credentials', undefined, { cause })
}

function secondsIn(value: JsonValue | undefined): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return asNumber(number)
}
