import { GatewayError } from '../core/errors.ts'
import { asNumber, asObject, asString, parseJson } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import { decodeUtf8 } from '../core/text.ts'
import { KnownSecrets } from './known-secrets.ts'
import type { Fetch, ProviderResponse } from './provider.ts'
import type { IssuedToken } from './token-source.ts'

/** A request to a service that issues tokens. */
export interface TokenRequest {
  readonly url: string
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as a form, a text as JSON. */
  readonly body?: Readonly<Record<string, string>> | string
  readonly signal: AbortSignal
}

/** Largest answer of an issuer, in bytes. */
const maxAnswerBytes = 262_144

/**
 * Asks an issuer and returns its answer as text. Redirects are not followed: they would carry credentials
 * to a host that no configuration names. Throws `provider_unreachable` when the issuer does not answer or
 * cannot, `provider_refused_credentials` when it will not.
 */
export async function askIssuer(fetch: Fetch, request: TokenRequest): Promise<string> {
  const { status, text } = await send(fetch, request)
  if (status >= 200 && status < 300) return text
  const host = new URL(request.url).host
  // Operators read it in the log: what proved who asks must not stand there, should it be repeated.
  const reason = new KnownSecrets(secretsIn(request)).strike(reasonIn(text))
  const cause = new Error(`${host} answered ${status}${reason.slice(0, 300)}`)
  if (status >= 500 || status === 429) {
    throw new GatewayError('provider_unreachable', unreachableText, { cause })
  }
  throw new GatewayError('provider_refused_credentials', undefined, { cause })
}

/** Asks an issuer that answers with a JSON object. Throws as `askIssuer`. */
export async function askJsonIssuer(fetch: Fetch, request: TokenRequest): Promise<JsonObject> {
  const answer = asObject(parseJson(await askIssuer(fetch, request)))
  if (answer !== undefined) return answer
  throw notToken(request.url, 'no JSON object')
}

/** Asks an issuer for an OAuth access token (RFC 6749 §5.1). Throws as `askIssuer`. */
export async function requestToken(fetch: Fetch, request: TokenRequest): Promise<IssuedToken> {
  const answer = await askJsonIssuer(fetch, request)
  const value = asString(answer['access_token'])
  if (value === undefined || value === '') throw notToken(request.url, 'no access_token')
  // Azure's metadata services say it as text.
  const seconds = asNumber(answer['expires_in']) ?? Number(answer['expires_in'] ?? defaultSeconds)
  if (!(seconds > 0)) throw notToken(request.url, 'a token that has ended')
  return { value, lifetimeMs: seconds * 1000 }
}

/** RFC 6749 only recommends `expires_in`; without it a token is renewed often enough. */
const defaultSeconds = 600
const unreachableText = 'The service that issues the tokens for the provider could not be reached.'

async function send(
  fetch: Fetch,
  { url, method, headers = {}, body, signal }: TokenRequest,
): Promise<{ readonly status: number; readonly text: string }> {
  const type = typeof body === 'string' ? 'application/json' : 'application/x-www-form-urlencoded'
  try {
    const response = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      body: typeof body === 'object' ? new URLSearchParams(body).toString() : body,
      signal,
      redirect: 'manual',
      timeout: false,
    })
    return { status: response.status, text: await readText(response) }
  } catch (cause) {
    throw new GatewayError('provider_unreachable', unreachableText, { cause })
  }
}

async function readText(response: ProviderResponse): Promise<string> {
  if (response.body === null) return ''
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  for (let length = 0; ;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.byteLength
    if (length > maxAnswerBytes) {
      await reader.cancel()
      throw new Error(`the issuer of tokens sent more than ${maxAnswerBytes} bytes`)
    }
    chunks.push(value)
  }
  return decodeUtf8(Buffer.concat(chunks)) ?? ''
}

/** Whatever may be a credential in a request for a token. */
function secretsIn({ headers = {}, body }: TokenRequest): string[] {
  const fields = typeof body === 'object' ? Object.values(body) : []
  return [...Object.values(headers).map((value) => value.replace(/^Bearer /, '')), ...fields]
}

/** The words of an OAuth error (RFC 6749 §5.2), for operators. */
function reasonIn(text: string): string {
  const answer = asObject(parseJson(text))
  const error = asString(answer?.['error']) ?? asString(asObject(answer?.['error'])?.['message'])
  const words = [error, asString(answer?.['error_description'])].filter((word) => word)
  return words.length === 0 ? '' : `: ${words.join(': ')}`
}

function notToken(url: string, what: string): GatewayError {
  const cause = new Error(`${new URL(url).host} answered with ${what}`)
  return new GatewayError('provider_refused_credentials', undefined, { cause })
}
