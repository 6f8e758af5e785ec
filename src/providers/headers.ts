import type { AnswerHeaders, Question } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import type { Provider, ProviderResponse } from './provider.ts'

/** Returns the headers of a request to a provider. No header of the client passes unless it is listed. */
export function requestHeaders(
  provider: Provider,
  question: Question,
  contentType: string,
): Readonly<Record<string, string>> {
  const own = ownHeaders(provider, question)
  const standing = provider.standingHeaders?.(contentType) ?? standingHeaders(provider, contentType)
  return own === undefined ? standing : { ...standing, ...own }
}

/** Returns what every request of a provider with this type of content says. Frozen: it may be shared. */
export function standingHeaders(
  { headers }: Pick<Provider, 'headers'>,
  contentType: string,
): Readonly<Record<string, string>> {
  return Object.freeze({
    ...headers,
    // The gateway reads what it forwards, and bytes must reach the client as they were sent.
    'accept-encoding': 'identity',
    ...(contentType === '' ? {} : { 'content-type': contentType }),
  })
}

/** Returns what only this call says; most say nothing. */
function ownHeaders(provider: Provider, question: Question): Record<string, string> | undefined {
  const { call } = question
  let headers: Record<string, string> | undefined
  if (call.traceparent !== undefined) headers = { traceparent: call.traceparent }
  for (const name of provider.forwardedHeaders) {
    const value = call.headers.get(name)
    if (value === null) continue
    headers ??= {}
    headers[name] = name === 'idempotency-key' ? ownKey(question, value) : sendable(name, value)
  }
  if (question.longContext === true && canLengthenContext(provider)) {
    headers ??= {}
    headers[betaHeader] = withBeta(
      headers[betaHeader] ?? provider.headers[betaHeader],
      longContextBeta,
    )
  }
  return headers
}

/**
 * Lets values pass that can be sent: others are the client's mistake and must not look like one of the provider.
 * Headers of features hold names alone: nobody inspects headers, so nothing may be told in them.
 */
function sendable(name: string, value: string): string {
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw new GatewayError('invalid_request', `The header '${name}' holds a control character.`)
  }
  if (!featureHeaders.has(name) || (names.test(value) && !longNumber.test(value))) return value
  throw new GatewayError('invalid_request', `The header '${name}' holds what is no name.`)
}

const featureHeaders: ReadonlySet<string> = new Set([
  'anthropic-beta',
  'anthropic-version',
  'openai-beta',
])
const names = /^[\w.,:;=/ -]{0,2048}$/
const longNumber = /\d(?:[ .:/-]?\d){8}/

const betaHeader = 'anthropic-beta'
/** https://docs.anthropic.com/en/docs/build-with-claude/context-windows#1m-token-context-window */
const longContextBeta = 'context-1m-2025-08-07'

/** Tells whether a provider can be asked for a context of a million tokens. */
export function canLengthenContext(provider: Pick<Provider, 'forwardedHeaders'>): boolean {
  return provider.forwardedHeaders.includes(betaHeader)
}

function withBeta(asked: string | undefined, beta: string): string {
  if (asked === undefined || asked.trim() === '') return beta
  return asked.split(',').some((each) => each.trim() === beta) ? asked : `${asked},${beta}`
}

/** All callers share one account at the provider: without this, equal keys of two callers would share an answer. */
function ownKey({ principal }: Question, value: string): string {
  const hash = new Bun.CryptoHasher('sha256')
  return hash.update(JSON.stringify([principal.tenant, principal.id, value])).digest('hex')
}

const answerHeaderNames: ReadonlySet<string> = new Set([
  'content-type',
  'content-disposition',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'openai-processing-ms',
  'openai-version',
  'apim-request-id',
  'x-ms-region',
])

/** Returns the headers of a provider's answer that are meant for its client. */
export function answerHeaders(response: ProviderResponse): AnswerHeaders {
  const headers: AnswerHeaders = {}
  response.headers.forEach((value, name) => {
    if (isForClient(name)) headers[name] = value
    else if (name === 'x-request-id' || name === 'request-id') {
      headers['x-smartflow-provider-request-id'] = value
    }
  })
  return headers
}

function isForClient(name: string): boolean {
  return (
    answerHeaderNames.has(name) ||
    name.startsWith('x-ratelimit-') ||
    name.startsWith('anthropic-ratelimit-')
  )
}
