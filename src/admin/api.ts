import type { AdministrationRecord } from '../core/record.ts'
import { administratorOf, authenticateAdministrator } from './administrators.ts'
import type { AdminKey } from './administrators.ts'
import type { AdminArea, AdminQuestions, Change, ChangeRequest } from './area.ts'
import { barriersArea } from './barriers-api.ts'
import type { BarriersAdministration } from './barriers-api.ts'
import { refuseForeign } from './foreign.ts'
import { holdsArea } from './holds-api.ts'
import { complianceArea } from './compliance-api.ts'
import type { ComplianceAdministration } from './compliance-types.ts'
import type { HoldAdministration } from './holds-api.ts'
import { readBody } from './read-body.ts'
import { Refusal, renderRefusal } from './refusal.ts'
import { routingArea } from './routing-api.ts'
import type { RoutingAdministration } from './routing-api.ts'
import { stopArea } from './stop-api.ts'
import type { StopAdministration } from './stop-api.ts'
import { renderStatusPage } from './status-page.ts'
import type { StatusView } from './status-page.ts'

export interface AdminDependencies {
  readonly status: () => StatusView
  /** Metrics in the Prometheus text format. */
  readonly metrics: () => string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Names by which the listener may be asked, beside addresses and `localhost`. */
  readonly hosts: () => readonly string[]
  /** Keys of those who may change something. */
  readonly keys: () => readonly AdminKey[]
  readonly routing: RoutingAdministration
  readonly stops: StopAdministration
  readonly holds: HoldAdministration
  readonly barriers: BarriersAdministration
  readonly compliance: ComplianceAdministration
  /** Resolves when a record is durable; rejects when it cannot be. */
  readonly record: (record: AdministrationRecord) => Promise<void>
  /** Told about every change that was made or refused, for the operational log. */
  readonly onChange: (change: ReportedChange) => void
  readonly newRequestId: () => string
}

/** What the operational log is told about a request to change something. */
export interface ReportedChange {
  readonly requestId: string
  readonly method: string
  readonly path: string
  readonly status: number
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly subject?: string | undefined
  readonly error?: unknown
}

/** What is known about the sender of a request. */
export interface Sender {
  readonly address: string | undefined
}

/**
 * Makes the handler of the admin listener. Reading needs no key, as the listener is on loopback unless the
 * operator wants it otherwise, but for what is secret in itself. Every change needs one, and is in the audit
 * log before it takes effect, but for what must not wait.
 */
export function createAdminApi(
  dependencies: AdminDependencies,
): (request: Request, sender?: Sender) => Promise<Response> {
  const areas: readonly AdminArea[] = [
    routingArea(dependencies.routing),
    stopArea(dependencies.stops),
    holdsArea(dependencies.holds),
    barriersArea(dependencies.barriers),
    complianceArea(dependencies.compliance),
  ]
  const change = createChanger(dependencies)
  return async function handleAdminRequest(request, sender = { address: undefined }) {
    try {
      const pathname = pathOf(request.url)
      refuseForeign(request, pathname, dependencies.hosts())
      if (request.method === 'GET' || request.method === 'HEAD') {
        return read(pathname, dependencies) ?? readArea(request, pathname, areas, dependencies)
      }
      const area = areas.find((each) => each.methods(pathname).includes(request.method))
      if (area === undefined) {
        const methods = areas.flatMap((each) => each.methods(pathname))
        throw methodRefused(request.method, methods)
      }
      if (area.questions?.isAt(pathname) === true) {
        return await answerQuestion(request, pathname, area.questions, dependencies)
      }
      return await change(request, pathname, { sender, area })
    } catch (error) {
      if (error instanceof Refusal) return renderRefusal(error)
      throw error
    }
  }
}

/** Answers what changes nothing: it waits for no change, and no change waits for it. */
async function answerQuestion(
  request: Request,
  path: string,
  questions: AdminQuestions,
  { keys, now }: AdminDependencies,
): Promise<Response> {
  const actor = authenticateAdministrator(request.headers, keys())
  const body = await readBody(request, questions.maxBodyBytes())
  return questions.answer({ method: request.method, path, body, actor, now: now() })
}

/** Not by way of `URL`: the host in it is the client's, and need not be one. */
function pathOf(url: string): string {
  return /^(?:https?:\/\/[^/]*)?([^?#]*)/.exec(url)?.[1] || '/'
}

/** Makes changes one after another, so that each record tells what really was there before. */
function createChanger(
  dependencies: AdminDependencies,
): (
  request: Request,
  path: string,
  to: { readonly sender: Sender; readonly area: AdminArea },
) => Promise<Response> {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (work: () => Promise<Response>): Promise<Response> => {
    const turn = last.then(work)
    // Whether a change failed is told to whoever asked for it; the next one does not depend on it.
    last = turn.catch(() => undefined)
    return turn
  }
  return async (request, path, { sender: { address }, area }) => {
    const requestId = dependencies.newRequestId()
    const report: OpenReport = { requestId, method: request.method, path, status: 500 }
    try {
      const actor = authenticateAdministrator(request.headers, dependencies.keys())
      report.actor = actor
      const { method } = request
      const body = method === 'DELETE' ? undefined : await readBody(request)
      const asked = (): ChangeRequest => ({ method, path, body, actor, now: dependencies.now() })
      const make = (change: Change, way: typeof makeRecorded): Promise<Response> => {
        report.action = change.facts.action
        report.subject = change.facts.subject
        const facts = { requestId, actor, sourceAddress: address, ...change.facts }
        return way(change, facts, dependencies)
      }
      const urgent = area.urgent?.(asked())
      const response = await (urgent === undefined
        ? inTurn(() => make(area.change(asked()), makeRecorded))
        : make(urgent, makeAtOnce))
      report.status = response.status
      response.headers.set('x-request-id', requestId)
      return response
    } catch (error) {
      report.error = error
      if (error instanceof Refusal) report.status = error.status
      throw error
    } finally {
      dependencies.onChange(report)
    }
  }
}

type OpenReport = { -readonly [Key in keyof ReportedChange]: ReportedChange[Key] }

/** Makes a change now. Its record is before all that follows from it, if the log takes it. */
async function makeAtOnce(
  change: Change,
  facts: Omit<AdministrationRecord, 'type' | 'result'>,
  { record }: AdminDependencies,
): Promise<Response> {
  const recorded = record({ type: 'administration', ...facts, result: 'done' }).then(
    () => true,
    // The administrator is told, and the log tells the operators by itself.
    () => false,
  )
  return change.make(recorded)
}

/** Makes a change once its record is durable; one that cannot be made after all is recorded as well. */
async function makeRecorded(
  change: Change,
  facts: Omit<AdministrationRecord, 'type' | 'result'>,
  { record }: AdminDependencies,
): Promise<Response> {
  try {
    await record({ type: 'administration', ...facts, result: 'done' })
  } catch (error) {
    throw unavailable('The audit log cannot be written: nothing was changed.', error)
  }
  try {
    return await change.make(Promise.resolve(true))
  } catch (error) {
    await record({ type: 'administration', ...facts, result: 'failed' }).catch(() => {
      // The administrator is told of the failure either way, and so is the operational log.
    })
    if (error instanceof Refusal) throw error
    throw unavailable('The change could not be made; the operational log says why.', error)
  }
}

function unavailable(message: string, cause: unknown): Refusal {
  const refusal = new Refusal({ status: 503, code: 'unavailable' }, message)
  refusal.cause = cause
  return refusal
}

function methodRefused(method: string, methods: readonly string[]): Refusal {
  const accepted = ['GET', 'HEAD', ...methods].join(', ')
  return new Refusal(
    { status: 405, code: 'method_not_allowed' },
    `${method} is not accepted here, only ${accepted}.`,
  )
}

function readArea(
  request: Request,
  path: string,
  areas: readonly AdminArea[],
  { keys }: AdminDependencies,
): Response {
  const query = new URLSearchParams(/\?([^#]*)/.exec(request.url)?.[1] ?? '')
  const asked = { path, query, reader: administratorOf(request.headers, keys()) }
  for (const area of areas) {
    const response = area.read(asked)
    if (response !== undefined) return response
  }
  throw new Refusal({ status: 404, code: 'not_found' }, 'There is nothing at this path.')
}

/** Answers a read of what is no area's; `undefined` for any other path. */
function read(path: string, dependencies: AdminDependencies): Response | undefined {
  const { status, now, metrics } = dependencies
  switch (path) {
    case '/':
      return page(renderStatusPage(status(), now()))
    case '/health':
      return new Response('ok\n')
    case '/ready':
      return readiness(status())
    case '/metrics':
      return new Response(metrics(), {
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      })
    case '/api/health/comprehensive':
      return comprehensive(dependencies)
    default:
      return undefined
  }
}

function page(html: string): Response {
  return new Response(html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
  })
}

function readiness(status: StatusView): Response {
  return status.isReady
    ? new Response('ready\n')
    : new Response(status.isDraining ? 'draining\n' : 'not ready\n', { status: 503 })
}

function comprehensive({ status, now }: Pick<AdminDependencies, 'status' | 'now'>): Response {
  const view = status()
  return Response.json(
    {
      status: view.isReady ? 'healthy' : 'unhealthy',
      version: view.version,
      config_version: view.configVersion,
      uptime_seconds: Math.floor((now() - view.startedAt) / 1000),
      calls_in_progress: view.inFlight,
      providers: view.providers,
      models: view.models,
      audit: view.audit,
      cache: 'not configured',
      timestamp: new Date(now()).toISOString(),
    },
    { status: view.isReady ? 200 : 503 },
  )
}
