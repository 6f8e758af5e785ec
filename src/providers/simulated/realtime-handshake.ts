import { BehaviourError, splitModel } from './behaviour.ts'
import type { Behaviour } from './behaviour.ts'
import { errorReply, ProviderRefusal } from './errors.ts'
import { RealtimeSession } from './realtime-session.ts'
import type { RealtimeSessionOptions } from './realtime-session.ts'
import { wordsFor } from './realtime-words.ts'
import { ConnectionCut } from './reply.ts'
import type { Sleep, WholeReply } from './reply.ts'
import { checkKey, dialectOf, routeOf } from './route.ts'

/** The connection of a session, as the session sees it. */
export type RealtimeWire = Pick<RealtimeSessionOptions, 'send' | 'cut'>

/** What becomes of a handshake: a session that can be opened, or a refusal in the dialect of the path. */
export type Handshake =
  | { readonly type: 'session'; readonly open: (wire: RealtimeWire) => RealtimeSession }
  | { readonly type: 'refused'; readonly reply: WholeReply }

/** What a handshake needs of the provider it is made with. */
export interface HandshakeContext {
  readonly apiKey: string | undefined
  readonly sleep: Sleep
  readonly behaviourFor: (model: string, headers: Headers) => Behaviour
}

/** Judges the request for a session; waits for its latency. Throws `ConnectionCut` when it is to get no answer. */
export async function acceptRealtime(
  request: Request,
  { apiKey, sleep, behaviourFor }: HandshakeContext,
): Promise<Handshake> {
  const url = new URL(request.url)
  const dialect = dialectOf(url.pathname, request.headers)
  let retryAfter: number | undefined
  try {
    const name = modelOf(url, request.headers)
    checkKey(apiKey, dialect, request.headers)
    const behaviour = behaviourFor(name, request.headers)
    retryAfter = behaviour.retryAfter
    if (behaviour.latency !== undefined) await sleep(behaviour.latency, request.signal)
    if (behaviour.cutHeaders === true) throw new ConnectionCut(behaviour.reset === true)
    if (behaviour.error !== undefined && behaviour.errorEvent === undefined) {
      const { status } = behaviour.error
      throw new ProviderRefusal(status, `Simulated error ${status}.`)
    }
    const { model } = splitModel(name)
    const words = wordsFor(request.headers.get('openai-beta'))
    return {
      type: 'session',
      open: (wire) => new RealtimeSession({ model, behaviour, words, sleep, ...wire }),
    }
  } catch (error) {
    const refusal =
      error instanceof BehaviourError ? new ProviderRefusal(400, error.message) : error
    if (!(refusal instanceof ProviderRefusal)) throw error
    return { type: 'refused', reply: errorReply(dialect, refusal, { requestId: '', retryAfter }) }
  }
}

/** OpenAI and Azure's v1 API name a model; Azure's older one names a deployment and an `api-version`. */
function modelOf(url: URL, headers: Headers): string {
  const { path } = routeOf(url, headers)
  const isDeployment = path === '/openai/realtime'
  if (!isDeployment && path !== '/v1/realtime') {
    throw new ProviderRefusal(404, `Unknown request URL: GET ${path}.`)
  }
  if (isDeployment && !url.searchParams.has('api-version')) {
    throw new ProviderRefusal(404, 'Resource not found')
  }
  const name = url.searchParams.get(isDeployment ? 'deployment' : 'model') ?? ''
  if (name === '') {
    throw new ProviderRefusal(400, 'You must provide a model parameter.', { param: 'model' })
  }
  return name
}
