import { GatewayError } from '../core/errors.ts'
import type { FailureClass } from '../core/failure.ts'
import type { AttemptRecord } from '../core/record.ts'
import type { RoutedTarget } from './routed-target.ts'

/** Failures that another target of the same model may not share. */
const notShared: ReadonlySet<FailureClass> = new Set<FailureClass>([
  'rate-limit',
  'timeout',
  'server-error',
  'unreachable',
  'bad-answer',
  'credentials',
  'unsupported',
])
/** Failures that may have passed when the same target is asked again. */
const passing: ReadonlySet<FailureClass> = new Set<FailureClass>([
  'rate-limit',
  'timeout',
  'server-error',
  'unreachable',
  'bad-answer',
])
/** Failures that nobody else can do anything about. */
const final: ReadonlySet<FailureClass> = new Set<FailureClass>(['request', 'cancelled', 'gateway'])

/** Tells whether the next target of a route may do better. */
export function mayFailOver(failureClass: FailureClass): boolean {
  return notShared.has(failureClass)
}

/** Tells whether the same targets may do better after a pause. */
export function mayRetry(failureClass: FailureClass): boolean {
  return passing.has(failureClass)
}

/** Tells whether another model may do better. */
export function mayFallBack(failureClass: FailureClass): boolean {
  return !final.has(failureClass)
}

/** A call that failed at every target, with what was tried. */
export class AttemptsFailed extends GatewayError {
  readonly attempts: readonly AttemptRecord[]

  constructor(error: GatewayError, attempts: readonly AttemptRecord[]) {
    super(error.code, error.message, {
      cause: error.cause,
      status: error.status,
      failureClass: error.failureClass,
      ...(error.param === undefined ? {} : { param: error.param }),
      ...(error.retryAfterSeconds === undefined
        ? {}
        : { retryAfterSeconds: error.retryAfterSeconds }),
    })
    this.attempts = attempts
  }
}

/** The error of a call none of whose targets may be asked now: all broken, cooling down or down. */
export function noAvailableTarget(targets: readonly RoutedTarget[], now: number): GatewayError {
  const isLimited = targets.every(({ state }) => state.unavailability(now) === 'cooling')
  const availableAt = Math.min(...targets.map(({ state }) => state.availableAt(now)))
  const retryAfterSeconds = Math.max(1, Math.ceil((availableAt - now) / 1000))
  return isLimited
    ? new GatewayError(
        'no_available_target',
        'Every target of this model has reached the rate limit of its provider.',
        { status: 429, retryAfterSeconds, failureClass: 'rate-limit' },
      )
    : new GatewayError(
        'no_available_target',
        'No target of this model is available now: all have failed lately.',
        { retryAfterSeconds, failureClass: targets[0]?.state.lastFailure ?? 'server-error' },
      )
}

/** The error of a call that waited for a place at a target in vain. */
export function noRoom(): GatewayError {
  return new GatewayError(
    'no_available_target',
    'The targets of this model have as many calls as they may take.',
    { retryAfterSeconds: 1, failureClass: 'rate-limit' },
  )
}
