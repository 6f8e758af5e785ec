import { createRefusalLog } from './audit/index.ts'
import type { AuditLog, RefusalLimits } from './audit/index.ts'
import { authenticateBy } from './callers.ts'
import type { Keys } from './callers.ts'
import type { Clock } from './core/clock.ts'
import type { GatewayError } from './core/errors.ts'
import { traceparentFrom } from './core/ids.ts'
import type { Principal } from './core/principal.ts'
import type { RefusalRecord } from './core/record.ts'
import type { RefusedRequest } from './http/index.ts'
import { RefusedKey } from './identity/index.ts'
import type { MetricsRegistry } from './telemetry/index.ts'

/** What is done about requests that were refused before they became calls. */
export interface Refusals extends Disposable {
  /** Counts and records one, within limits. Never waits. */
  record(error: GatewayError, request: RefusedRequest & { readonly configVersion: string }): void
}

/** Joins the audit log, the metrics and the one who knows callers. */
export function openRefusals(parts: {
  readonly log: Pick<AuditLog, 'appendOutcome' | 'health'>
  readonly metrics: MetricsRegistry
  readonly clock: Clock
  readonly limits: RefusalLimits
  readonly keys: Pick<Keys, 'directory'>
}): Refusals {
  const { metrics, keys, clock } = parts
  const identify = authenticateBy(keys, clock)
  const refusals = createRefusalLog(parts)
  const counter = metrics.counter({
    name: 'smartflow_refused_requests_total',
    help: 'Requests refused before they became calls, by error code.',
    labels: ['code'],
  })
  const summed = metrics.counter({
    name: 'smartflow_audit_summed_refusals_total',
    help: 'Refused requests that the audit log tells of in summaries only.',
  })
  return {
    record(error, request) {
      if (!isRefusal(error)) return
      const { code: errorCode } = error
      counter.with({ code: errorCode }).add(1)
      const makeRecord = (): RefusalRecord => {
        const principal = errorCode === 'missing_key' ? undefined : nameCaller(identify, request)
        return recordOf(error, request, principal)
      }
      const { sourceAddress } = request
      if (!refusals.record({ sourceAddress, errorCode, makeRecord })) summed.with({}).add(1)
    },
    [Symbol.dispose]: () => refusals[Symbol.dispose](),
  }
}

/** Clients that left were refused nothing, and what the gateway failed at is for the operational log. */
function isRefusal({ status, code }: GatewayError): boolean {
  return status < 500 && code !== 'client_closed'
}

/** Nobody waits for it: one whose name takes time stays unnamed. */
function nameCaller(
  identify: (headers: Headers) => Principal | Promise<Principal>,
  { headers }: RefusedRequest,
): Principal | undefined {
  try {
    const principal = identify(headers)
    if (!(principal instanceof Promise)) return principal
    principal.catch(() => undefined)
    return undefined
  } catch {
    // The credential is not good, which may be the very reason of the refusal.
    return undefined
  }
}

function recordOf(
  error: GatewayError,
  request: RefusedRequest & { readonly configVersion: string },
  principal: Principal | undefined,
): RefusalRecord {
  const { cause } = error
  const refused = cause instanceof RefusedKey ? cause : undefined
  return {
    type: 'refusal',
    requestId: request.requestId,
    traceparent: traceparentFrom(request.headers.get('traceparent')),
    clientFormat: request.clientFormat,
    tenant: principal?.tenant,
    user: principal?.id,
    department: principal?.department,
    groups: principal?.groups,
    product: principal?.product,
    keyId: principal?.keyId ?? refused?.keyId,
    sourceAddress: request.sourceAddress,
    configVersion: request.configVersion,
    status: error.status,
    errorCode: error.code,
    endpoint: endpointOf(request),
    keyState: refused?.state,
  }
}

const maxEndpointLength = 200
/** A longer part of a path may be a key that somebody put in the wrong place; others may name a person. */
const tellingPart = /[^/]{32,}|[^/]*(?:@|%40|\d{9})[^/]*/gi

function endpointOf({ method, path }: RefusedRequest): string {
  return `${method.slice(0, 16)} ${path.replace(tellingPart, '…')}`.slice(0, maxEndpointLength)
}
