import { systemClock } from '../../core/clock.ts'
import type { Clock } from '../../core/clock.ts'
import { asString, isObject, parseJson } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import { behaviourOfCall, BehaviourError, parseBehaviour, splitModel } from './behaviour.ts'
import type { Behaviour } from './behaviour.ts'
import { checkSignature, isSigned } from './bedrock-auth.ts'
import type { SimulatedAws } from './bedrock-auth.ts'
import type { Form } from './call.ts'
import { dispatch } from './endpoints.ts'
import type { Endpoints } from './endpoints.ts'
import { errorReply, ProviderRefusal } from './errors.ts'
import { acceptRealtime } from './realtime-handshake.ts'
import type { Handshake } from './realtime-handshake.ts'
import { ConnectionCut, deliver, hasKnownLength } from './reply.ts'
import type { Reply, Sleep } from './reply.ts'
import { checkKey, dialectOf, routeOf } from './route.ts'
import type { Route } from './route.ts'
import { SimulatedStorage } from './storage.ts'
import { StoredResponses } from './stored-responses.ts'
import { hashText } from './text.ts'

/** How a simulated provider is set up; everything has a default. */
export interface SimulatedProviderOptions {
  /** The key a caller must show; absent means that any or none will do. */
  readonly apiKey?: string
  /** Whose signatures are accepted at Bedrock's paths; absent means that none is checked. */
  readonly aws?: SimulatedAws
  /** Behaviour script of calls that bring none of their own (see `Behaviour`). */
  readonly behaviour?: string
  /** Names that `GET /v1/models` lists; every other name is answered too. */
  readonly models?: readonly string[]
  /** Whether the `x-simulate` header is obeyed; default false. */
  readonly obeyHeader?: boolean
  readonly clock?: Clock
  readonly sleep?: Sleep
}

/** An answer whose body is made while it is read; reading it may throw `ConnectionCut`. */
export interface SimulatedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: AsyncGenerator<Uint8Array>
}

/** A provider that answers without any model, the same request always in the same way. */
export interface SimulatedProvider {
  /** Answers in process, like `fetch`: rejects, or errors the body, where a socket would break. */
  fetch(request: Request): Promise<Response>
  /** The same for a server of its own, which drops the connection on `ConnectionCut`. */
  answer(request: Request): Promise<SimulatedAnswer>
  /** Judges the request for a realtime session; rejects with `ConnectionCut` when it is to get no answer. */
  accept(request: Request): Promise<Handshake>
}

const requestIdHeaders: Partial<Record<Route['dialect'], string>> = {
  anthropic: 'request-id',
  bedrock: 'x-amzn-requestid',
}
const defaultModels = ['simulated', 'simulated-reasoning', 'simulated-embedding']
const maxCounters = 1_024

/** Makes a simulated provider that speaks OpenAI, Azure OpenAI, Anthropic, Cohere, Bedrock and Gemini. It says that it is simulated. */
export function createSimulatedProvider(options: SimulatedProviderOptions = {}): SimulatedProvider {
  const parts = createParts(options, (path, body, headers) => {
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    return fetch(new Request(`http://simulated.invalid${path}`, init))
  })
  const answer = async (request: Request): Promise<SimulatedAnswer> => {
    const asked = await prepare(request, parts)
    const { reply, behaviour, requestId } = asked
    const body = deliver(reply, { behaviour, sleep: parts.sleep, signal: request.signal })
    const status = reply.type === 'whole' ? reply.status : 200
    const length = hasKnownLength(reply, behaviour) ? Buffer.byteLength(reply.body) : undefined
    const headers = {
      ...reply.headers,
      ...(length === undefined ? {} : { 'content-length': String(length) }),
      [requestIdHeaders[asked.route] ?? 'x-request-id']: requestId,
      'x-simulated': 'true',
    }
    return { status, headers, body }
  }
  const fetch = async (request: Request): Promise<Response> => {
    const left = new AbortController()
    const signal = AbortSignal.any([request.signal, left.signal])
    const { status, headers, body } = await answer(new Request(request, { signal }))
    return new Response(bodyStream(body, left), { status, headers })
  }
  const accept = (request: Request): Promise<Handshake> =>
    acceptRealtime(request, {
      apiKey: options.apiKey,
      sleep: parts.sleep,
      behaviourFor: (model, headers) => behaviourFor(model, headers, parts),
    })
  return { fetch, answer, accept }
}

interface Parts extends Endpoints {
  readonly options: SimulatedProviderOptions
  readonly clock: Clock
  readonly sleep: Sleep
  readonly defaultBehaviour: Behaviour
  /** Calls per behaviour script, for `failEvery`. */
  readonly callCounts: Map<string, number>
}

interface Prepared {
  readonly reply: Reply
  readonly behaviour: Behaviour
  readonly route: Route['dialect']
  readonly requestId: string
}

function createParts(options: SimulatedProviderOptions, runLine: Parts['runLine']): Parts {
  const clock = options.clock ?? systemClock
  return {
    options,
    clock,
    sleep: options.sleep ?? sleepFor,
    defaultBehaviour: parseBehaviour(options.behaviour ?? ''),
    storage: new SimulatedStorage(() => Math.floor(clock.now() / 1_000)),
    responses: new StoredResponses(),
    promptCache: new Set(),
    callCounts: new Map(),
    models: options.models ?? defaultModels,
    runLine,
  }
}

/** Decides the reply; waits for its latency; throws `ConnectionCut` when no byte is to be sent. */
async function prepare(request: Request, parts: Parts): Promise<Prepared> {
  const url = new URL(request.url)
  const dialect = dialectOf(url.pathname, request.headers)
  let behaviour: Behaviour = {}
  let id = hashText(`${request.method} ${url.pathname}`)
  try {
    const route = routeOf(url, request.headers)
    const signed = route.dialect === 'bedrock' && isSigned(request.headers)
    if (!signed) checkKey(parts.options.apiKey, route.dialect, request.headers)
    const payload = await readPayload(request)
    const { aws } = parts.options
    if (signed && aws !== undefined) {
      checkSignature(request, { aws, body: payload.text, now: parts.clock.now() })
    }
    id = hashText(route.path + payload.text)
    const name = route.deployment ?? asString(payload.body['model']) ?? ''
    behaviour = behaviourFor(name, request.headers, parts)
    const { model } = splitModel(name)
    const { body } = payload
    const createdAt = Math.floor(parts.clock.now() / 1_000)
    const onDeployment = route.deployment !== undefined
    const call = { dialect: route.dialect, body, model, behaviour, id, createdAt, onDeployment }
    if (behaviour.latency !== undefined) await parts.sleep(behaviour.latency, request.signal)
    if (behaviour.cutHeaders === true) throw new ConnectionCut(behaviour.reset === true)
    refuseAsTold(behaviour)
    const reply = await dispatch(request, { route, call, form: payload.form, endpoints: parts })
    return { reply, behaviour, route: dialect, requestId: `req_sim_${id}` }
  } catch (error) {
    const refusal =
      error instanceof BehaviourError ? new ProviderRefusal(400, error.message) : error
    if (!(refusal instanceof ProviderRefusal)) throw error
    const requestId = `req_sim_${id}`
    const reply = errorReply(dialect, refusal, { requestId, retryAfter: behaviour.retryAfter })
    return { reply, behaviour: {}, route: dialect, requestId }
  }
}

function behaviourFor(name: string, headers: Headers, parts: Parts): Behaviour {
  const header = parts.options.obeyHeader === true ? (headers.get('x-simulate') ?? '') : ''
  const script = `${header};${splitModel(name).script}`
  const behaviour = { ...parts.defaultBehaviour, ...parseBehaviour(script) }
  if (behaviour.failEvery === undefined) return behaviour
  if (parts.callCounts.size >= maxCounters) parts.callCounts.clear()
  const count = (parts.callCounts.get(script) ?? 0) + 1
  parts.callCounts.set(script, count)
  return behaviourOfCall(behaviour, count)
}

function refuseAsTold({ error, errorEvent }: Behaviour): void {
  // With an error event the named status and type are those of the event.
  if (error === undefined || errorEvent !== undefined) return
  const message = `Simulated error ${error.status}.`
  throw new ProviderRefusal(
    error.status,
    message,
    error.type === undefined ? {} : { type: error.type },
  )
}

interface Payload {
  readonly text: string
  readonly body: JsonObject
  readonly form: Form | undefined
}

async function readPayload(request: Request): Promise<Payload> {
  if (request.method !== 'POST') return { text: '', body: {}, form: undefined }
  if (request.headers.get('content-type')?.startsWith('multipart/form-data') === true) {
    const form = await request.formData().catch(() => {
      throw new ProviderRefusal(400, 'The multipart body is not valid.')
    })
    const model = asString(form.get('model'))
    return { text: [...form.keys()].join(), body: model === undefined ? {} : { model }, form }
  }
  const text = await request.text()
  if (text === '' && request.url.endsWith('/cancel')) return { text, body: {}, form: undefined }
  const body = parseJson(text)
  if (!isObject(body))
    throw new ProviderRefusal(400, 'We could not parse the JSON body of your request.')
  return { text, body, form: undefined }
}

function bodyStream(
  body: AsyncGenerator<Uint8Array>,
  left: AbortController,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await body.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason) => left.abort(reason),
    },
    { highWaterMark: 0 },
  )
}

function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
