import type { Answer, AnswerHeaders } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import { asObject, isObject, parseJson } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import type { TokenUsage } from '../core/usage.ts'
import { readBodyUsage } from '../formats/index.ts'
import type { ProviderFault } from '../formats/index.ts'
import { isDivisible, resumedOf } from './continue.ts'
import { classifyFault, refusesCredentials } from './failure-class.ts'
import {
  answerOf,
  collectAnswerIn,
  isSameDialect,
  meterUsage,
  strikeSecrets,
  viewError,
} from './exchange.ts'
import type { Exchange, Translation } from './exchange.ts'
import { answerHeaders } from './headers.ts'
import type { ProviderResponse } from './provider.ts'
import { readWhole } from './read-whole.ts'
import { forwardBytes, forwardStream, translateStream } from './stream.ts'
import type { Continuation } from './stream.ts'

/** Errors are short; a longer body is not an error message. */
const maxErrorBytes = 1_048_576
const decoder = new TextDecoder()

/** Turns a provider's response into an answer in the client's format. Throws when it is unusable. */
export async function receive(exchange: Exchange, response: ProviderResponse): Promise<Answer> {
  const headers = answerHeaders(response)
  const { translation, question } = exchange
  exchange.deadlines.answered()
  // Providers send the headers of a stream long before its first token: for streams only bytes count.
  if (!question.stream) exchange.deadlines.begun()
  if (response.status >= 300) return receiveError(exchange, response, headers)
  if (translation === undefined) return receiveOpaque(exchange, response, headers)
  const streamType = translation.provider.streamType ?? 'text/event-stream'
  const isStream = headers['content-type']?.startsWith(streamType) === true
  if (isStream && question.stream)
    return receiveStream(exchange, translation, { response, headers })
  return receiveWhole(exchange, translation, { response, headers })
}

/** A response, and those of its headers that are meant for the client. */
interface Received {
  readonly response: ProviderResponse
  readonly headers: AnswerHeaders
}

async function receiveWhole(
  exchange: Exchange,
  translation: Translation,
  { response, headers }: Received,
): Promise<Answer> {
  const bytes = await readBytes(exchange, response)
  const text = textOf(bytes)
  const body = asObject(parseJson(text))
  if (body === undefined) throw new GatewayError('provider_bad_answer')
  // Some servers tell their errors with status 200.
  if (isErrorBody(body)) return faultAnswer(exchange, bytes, { status: 502, headers })
  exchange.report.usage = meterUsage(exchange, translation.provider.readUsage(body), () =>
    exchange.dependencies.estimateTokens(text),
  )
  if (translation.isSame) return answerOf(exchange, response.status, headers, bytes)
  const warn = collectAnswerIn(exchange.warnings)
  const read = translation.provider.readAnswer(body, warn)
  const answer = translation.client.writeAnswer(
    { ...read, createdAt: read.createdAt ?? Math.floor(exchange.dependencies.now() / 1000) },
    warn,
    askedOf(exchange),
  )
  return answerOf(exchange, 200, asJson(headers), JSON.stringify(answer))
}

function receiveStream(
  exchange: Exchange,
  translation: Translation,
  { response, headers }: Received,
): Answer {
  const { dependencies, prepared, report, deadlines } = exchange
  if (response.body === null) throw new GatewayError('provider_bad_answer')
  const context = {
    upstream: response.body,
    client: translation.client,
    provider: translation.provider,
    report,
    deadlines,
    maxFrameBytes: dependencies.maxFrameBytes,
    maxHeldLength: dependencies.maxAnswerBytes,
    view: (error: GatewayError) => viewError(exchange, error),
    meter: (reported: TokenUsage | undefined, outputLength: number) =>
      meterUsage(exchange, reported, () => Math.ceil(outputLength / 4)),
    continuation: continuationOf(exchange, translation),
    resumed: resumedOf(exchange.options?.resume),
  }
  const type = {
    'content-type': translation.client.streamType ?? 'text/event-stream; charset=utf-8',
  }
  if (translation.isSame && context.resumed === undefined) {
    const isReframed = translation.provider.streamType !== translation.client.streamType
    const own = isReframed ? { ...headers, ...type } : headers
    return answerOf(exchange, response.status, own, forwardStream(context, prepared))
  }
  const body = translateStream(context, {
    includeUsage: prepared.clientWantsUsage,
    createdAt: Math.floor(dependencies.now() / 1000),
    asked: askedOf(exchange),
    warn: collectAnswerIn(exchange.warnings),
  })
  return answerOf(exchange, 200, { ...headers, ...type }, body)
}

/** Says how a stream may be gone on with, where somebody wants that and its form permits it. */
function continuationOf(exchange: Exchange, translation: Translation): Continuation | undefined {
  const { question, options, warnings, dependencies } = exchange
  const { json } = question.body
  if (options?.onBreak === undefined || json === undefined) return undefined
  const request = translation.client.readRequest(json, question.call.target)
  if (!isDivisible(question, request, translation)) return undefined
  return {
    onBreak: options.onBreak,
    options: {
      includeUsage: request.streamUsage === true,
      createdAt: Math.floor(dependencies.now() / 1000),
      asked: askedOf(exchange),
    },
    onContinued: ({ warnings: more, provider = '' }) => {
      warnings.push(`changed answer: broke off and was continued by ${provider}`, ...more)
    },
  }
}

/** Bodies the gateway does not read as a conversation: JSON with its usage, anything else as it comes. */
async function receiveOpaque(
  exchange: Exchange,
  response: ProviderResponse,
  headers: AnswerHeaders,
): Promise<Answer> {
  const { report, deadlines, question } = exchange
  if (headers['content-type']?.startsWith('application/json') !== true && response.body !== null) {
    const body = forwardBytes({ upstream: response.body, deadlines, report })
    return answerOf(exchange, response.status, headers, body)
  }
  const bytes = await readBytes(exchange, response)
  // What a stored response used was counted when it was made.
  const isStored = question.call.operation === 'responses'
  const usage = isStored ? undefined : readBodyUsage(asObject(parseJson(textOf(bytes))) ?? {})
  if (usage !== undefined) report.usage = { ...usage, estimated: false }
  else if (question.call.operation === 'embeddings') {
    report.usage = meterUsage(exchange, undefined, () => 0)
  }
  return answerOf(exchange, response.status, headers, bytes)
}

/** A whole answer for someone who converts it, or the provider's refusal in the client's dialect. */
export type JsonReceived =
  | { readonly type: 'body'; readonly body: JsonObject; readonly headers: AnswerHeaders }
  | { readonly type: 'refusal'; readonly answer: Answer }

/** Reads a response that has to be a JSON object. Throws when it is unusable. */
export async function receiveJson(
  exchange: Exchange,
  response: ProviderResponse,
): Promise<JsonReceived> {
  const headers = answerHeaders(response)
  exchange.deadlines.answered()
  exchange.deadlines.begun()
  if (response.status >= 300) {
    return { type: 'refusal', answer: await receiveError(exchange, response, headers) }
  }
  const bytes = await readBytes(exchange, response)
  const body = asObject(parseJson(textOf(bytes)))
  if (body === undefined) throw new GatewayError('provider_bad_answer')
  if (!isErrorBody(body)) return { type: 'body', body, headers }
  return { type: 'refusal', answer: faultAnswer(exchange, bytes, { status: 502, headers }) }
}

/** An error of the provider, in the client's dialect. It keeps its status, `retry-after` and message. */
async function receiveError(
  exchange: Exchange,
  response: ProviderResponse,
  headers: AnswerHeaders,
): Promise<Answer> {
  const { status } = response
  // A redirect would carry credentials and content to a host that no configuration names.
  if (status < 400 || status > 599) throw new GatewayError('provider_bad_answer')
  if (status === 401 || status === 407 || isSignatureRefused(response)) {
    throw new GatewayError('provider_refused_credentials')
  }
  const { deadlines } = exchange
  const bytes = await readWhole(response, { maxBytes: maxErrorBytes, deadlines })
  return faultAnswer(exchange, bytes, { status, headers })
}

/** AWS answers 403 both to what a role may not do and to keys it does not know; only a header tells them apart. */
function isSignatureRefused({ status, headers }: ProviderResponse): boolean {
  return status === 403 && signatureErrors.test(headers.get('x-amzn-errortype') ?? '')
}

const signatureErrors =
  /^(?:UnrecognizedClient|InvalidClientTokenId|ExpiredToken|MissingAuthenticationToken|(?:Invalid|Incomplete)Signature|SignatureDoesNotMatch)/

/** Makes an answer of an error body: as it came where the client speaks its dialect, otherwise in the client's. */
function faultAnswer(
  exchange: Exchange,
  bytes: Uint8Array,
  { status, headers }: { readonly status: number; readonly headers: AnswerHeaders },
): Answer {
  const { report, translation, question } = exchange
  const text = textOf(bytes)
  const body = asObject(parseJson(text))
  const format = translation?.provider ?? exchange.provider.formats[0]
  const fault = format?.readError(status, text)
  if (fault !== undefined && refusesCredentials(fault)) {
    throw new GatewayError('provider_refused_credentials')
  }
  report.error = errorOf(status, fault)
  const client =
    translation?.client ?? exchange.dependencies.clientFormats.get(question.call.clientFormat)
  const isVerbatim =
    isObject(body?.['error']) &&
    (format === undefined || isSameDialect(question.call.clientFormat, format.name))
  if (isVerbatim || client === undefined) {
    const safe = strikeSecrets(exchange, text)
    return answerOf(exchange, status, headers, safe === text ? bytes : safe)
  }
  const view = viewError(exchange, report.error)
  return answerOf(exchange, status, asJson(headers), JSON.stringify(client.writeError(view)))
}

/** The error bodies of OpenAI, Anthropic and vLLM. */
function isErrorBody(body: JsonObject): boolean {
  return isObject(body['error']) || body['type'] === 'error' || body['object'] === 'error'
}

function errorOf(status: number, fault: ProviderFault | undefined): GatewayError {
  return new GatewayError('provider_error', fault?.message, {
    status,
    ...(fault === undefined ? {} : { failureClass: classifyFault(fault) }),
    ...(fault?.param === undefined ? {} : { param: fault.param }),
  })
}

function readBytes(exchange: Exchange, response: ProviderResponse): Promise<Uint8Array> {
  const { deadlines, dependencies } = exchange
  return readWhole(response, { maxBytes: dependencies.maxAnswerBytes, deadlines })
}

/** The request as its client knows it, for formats whose answers repeat it. */
function askedOf({ question }: Exchange): JsonObject | undefined {
  return question.asked ?? question.body.json
}

function asJson(headers: AnswerHeaders): AnswerHeaders {
  return { ...headers, 'content-type': 'application/json' }
}

function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
