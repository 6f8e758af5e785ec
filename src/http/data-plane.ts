import { isStreamed } from '../core/call.ts'
import type { Call } from '../core/call.ts'
import type { Clock } from '../core/clock.ts'
import { GatewayError, toGatewayError } from '../core/errors.ts'
import { requestIdFrom, traceparentFrom } from '../core/ids.ts'
import type { Principal } from '../core/principal.ts'
import type { ClientFormat } from '../formats/index.ts'
import { answerChat } from '../pipeline/index.ts'
import type { Stages } from '../pipeline/index.ts'
import { readRequestBody } from './body.ts'
import type { ServerLimits } from './config.ts'
import { dialectOf, findEndpoint } from './endpoints.ts'
import type { Endpoint } from './endpoints.ts'
import { refuseKeyInQuery } from './google-endpoints.ts'
import { renderModel, renderModels } from './models.ts'
import type { ListedModel } from './models.ts'
import { answerRealtime } from './realtime.ts'
import type { RealtimePlane } from './realtime.ts'
import type { SocketEvents } from './realtime-channel.ts'
import { renderAnswer, renderError } from './render.ts'
import { checkHeaders, isForm, leavesLargeBody, splitUrl } from './request.ts'
import { SlowClients } from './slow-clients.ts'

/** One configuration version as the data plane sees it. */
export interface PlaneSnapshot {
  readonly stages: Stages
  readonly realtime: RealtimePlane
  readonly limits: ServerLimits
  /** Models a principal may ask for. */
  listModels(principal: Principal): readonly ListedModel[]
  /** One of them, or one that no list holds; `undefined` when the principal may not ask for it. */
  findModel(name: string, principal: Principal): ListedModel | undefined
}

/** A snapshot in use; it stays whole until it is released. */
export interface SnapshotLease {
  readonly value: PlaneSnapshot
  release(): void
}

export interface DataPlaneDependencies {
  readonly acquire: () => SnapshotLease
  readonly clientFormats: ReadonlyMap<string, ClientFormat>
  readonly clock: Clock
  /** Whether new calls are refused because the gateway is about to stop. */
  readonly isDraining: () => boolean
  /** Whether the gateway can do its work. */
  readonly isReady: () => boolean
  /** Whether there are as many connections as there may be. */
  readonly isFull: () => boolean
  /** Calls in progress; the data plane keeps it. */
  readonly inFlight: { count: number }
  /** Told about every error a client gets, for the operational log and metrics. */
  readonly onError: (
    error: GatewayError,
    request: { readonly requestId: string; readonly path: string },
  ) => void
  /** Told about every request that was refused before it became a call with a record of its own. */
  readonly onRefused: (error: GatewayError, request: RefusedRequest) => void
}

/** A request that did not become a call. */
export interface RefusedRequest {
  readonly requestId: string
  readonly clientFormat: string
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly sourceAddress: string | undefined
}

/** What a server knows about the connection of a request, and does with it. */
export interface Peer {
  address(request: Request): string | undefined
  /** Keeps the connection open however long nothing crosses it: a call is in progress. */
  keepOpen(request: Request): void
  /** Lets the connection be closed again when it idles. */
  mayIdle(request: Request): void
  /** Turns the connection into a WebSocket; false when it cannot. */
  upgrade(request: Request, events: SocketEvents, headers: Record<string, string>): boolean
}

const getOnly = ['GET'] as const

/** Makes the handler of the data plane: every request of a client ends here in exactly one response. */
export function createDataPlane(
  dependencies: DataPlaneDependencies,
): (request: Request, peer: Peer) => Promise<Response> | Response {
  const slowClients = new SlowClients()
  return function handleRequest(request, peer) {
    const { path, query } = splitUrl(request.url)
    const requestId = requestIdFrom(request.headers.get('x-request-id'))
    const endpoint = findEndpoint(path, query)
    if (endpoint?.type === 'health') return new Response('ok\n')
    if (endpoint?.type === 'ready') return readiness(dependencies)
    const format = formatFor(dependencies, dialectOf(endpoint, path, request.headers))
    const lease = dependencies.acquire()
    dependencies.inFlight.count += 1
    peer.keepOpen(request)
    let hasEnded = false
    const context: RequestContext = {
      request,
      requestId,
      format,
      lease,
      dependencies,
      peer,
      slowClients,
      end() {
        if (hasEnded) return
        hasEnded = true
        dependencies.inFlight.count -= 1
        peer.mayIdle(request)
        lease.release()
      },
    }
    return respond(context, endpoint).catch((thrown: unknown) => {
      context.end()
      const error = toGatewayError(thrown)
      dependencies.onError(error, { requestId, path })
      if (!error.isRecorded) dependencies.onRefused(error, refusedOf(context, path))
      return renderError(error, requestId, format, {
        allow: error.code === 'method_not_allowed' ? methodsOf(endpoint) : undefined,
        isLast: leavesLargeBody(request),
      })
    })
  }
}

function refusedOf({ request, requestId, format, peer }: RequestContext, path: string) {
  return {
    requestId,
    clientFormat: format.name,
    method: request.method,
    path,
    headers: request.headers,
    sourceAddress: peer.address(request),
  } satisfies RefusedRequest
}

function methodsOf(endpoint: Endpoint | undefined): readonly string[] | undefined {
  if (endpoint?.type === 'models' || endpoint?.type === 'realtime') return getOnly
  return endpoint?.type === 'call' ? endpoint.methods : undefined
}

interface RequestContext {
  readonly request: Request
  readonly requestId: string
  readonly format: ClientFormat
  readonly lease: SnapshotLease
  readonly dependencies: DataPlaneDependencies
  readonly peer: Peer
  readonly slowClients: SlowClients
  /** Ends the request; later calls do nothing. */
  readonly end: () => void
}

async function respond(context: RequestContext, endpoint: Endpoint | undefined): Promise<Response> {
  const { request, requestId, format, lease, dependencies, slowClients } = context
  const { limits, stages } = lease.value
  if (endpoint === undefined || endpoint.type === 'health' || endpoint.type === 'ready') {
    throw new GatewayError('not_found', `There is no endpoint ${request.method} at this path.`)
  }
  if (dependencies.isDraining()) throw new GatewayError('shutting_down')
  if (dependencies.isFull() || dependencies.inFlight.count > limits.maxConcurrentCalls) {
    throw new GatewayError('overloaded', undefined, { retryAfterSeconds: 1 })
  }
  checkHeaders(request.headers, limits.maxHeaderBytes)
  refuseKeyInQuery(request)
  const call = callOf(context, endpoint)
  if (endpoint.type === 'models') {
    requireMethod(request, getOnly)
    const principal = await stages.identity.authenticate(call)
    const response =
      endpoint.id === undefined
        ? renderModels(lease.value.listModels(principal), context)
        : renderModel(lease.value.findModel(endpoint.id, principal), context)
    context.end()
    return response
  }
  if (endpoint.type === 'refused') {
    await stages.identity.authenticate(call)
    throw new GatewayError('endpoint_refused', endpoint.message)
  }
  if (endpoint.type === 'realtime') return openSession(context, call)
  requireMethod(request, endpoint.methods)
  const answer = await answerChat(stages, call)
  if (!isStreamed(answer.body)) context.end()
  const { slowClientTimeoutMs } = limits
  return renderAnswer(answer, { requestId, format, slowClients, slowClientTimeoutMs })
}

function openSession(context: RequestContext, call: Call): Promise<Response> {
  const { request, lease, dependencies, peer } = context
  requireMethod(request, getOnly)
  return answerRealtime({
    request,
    call,
    ...lease.value.realtime,
    upgrade: (asked, events, headers) => peer.upgrade(asked, events, headers),
    onError: (error) => dependencies.onError(error, { requestId: call.requestId, path: call.path }),
  })
}

function callOf(
  context: RequestContext,
  endpoint: Exclude<Endpoint, { readonly type: 'health' | 'ready' }>,
): Call {
  const { request, requestId, format, lease, dependencies, peer } = context
  const { limits } = lease.value
  const { operation, clientFormat = format.name, target, deployment, path } = asked(endpoint)
  return {
    requestId,
    traceparent: traceparentFrom(request.headers.get('traceparent')),
    operation,
    clientFormat,
    target,
    deployment,
    method: request.method,
    path,
    headers: request.headers,
    sourceAddress: peer.address(request),
    startedAt: dependencies.clock.monotonic(),
    signal: request.signal,
    readBody() {
      const isUpload = endpoint.type === 'call' && isForm(request.headers, endpoint.operation)
      return readRequestBody(request, {
        maxBytes: isUpload ? limits.maxUploadBytes : limits.maxBodyBytes,
        timeoutMs: isUpload ? limits.uploadTimeoutMs : limits.bodyTimeoutMs,
      })
    },
    onEnd: context.end,
  }
}

/** What a call asks for, as far as its path says. */
function asked(
  endpoint: Exclude<Endpoint, { readonly type: 'health' | 'ready' }>,
): Pick<Call, 'operation' | 'target' | 'deployment' | 'path'> &
  Partial<Pick<Call, 'clientFormat'>> {
  switch (endpoint.type) {
    case 'call': {
      const { operation, target, deployment, path } = endpoint
      return { operation, target, deployment, path }
    }
    case 'realtime':
      return {
        operation: 'realtime',
        clientFormat: 'openai-realtime',
        target: { model: endpoint.model, stream: true },
        path: '/realtime',
      }
    case 'models':
    case 'refused':
      return { operation: 'chat', target: undefined, path: '' }
  }
}

function requireMethod(request: Request, methods: readonly string[]): void {
  if (methods.includes(request.method)) return
  throw new GatewayError(
    'method_not_allowed',
    `This endpoint accepts ${methods.join(', ')}, not ${request.method}.`,
  )
}

function formatFor(dependencies: DataPlaneDependencies, name: string): ClientFormat {
  const format = dependencies.clientFormats.get(name)
  if (format === undefined)
    throw new Error(`No client format '${name}' was handed to the data plane.`)
  return format
}

function readiness(dependencies: DataPlaneDependencies): Response {
  if (dependencies.isDraining()) return new Response('draining\n', { status: 503 })
  return dependencies.isReady()
    ? new Response('ready\n')
    : new Response('not ready\n', { status: 503 })
}
