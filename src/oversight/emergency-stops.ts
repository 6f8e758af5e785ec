import type { Question } from '../core/call.ts'
import type { Clock } from '../core/clock.ts'
import { GatewayError } from '../core/errors.ts'
import type { Target } from '../core/target.ts'
import { createRunningCalls } from './running-calls.ts'
import type { WatchedCall } from './running-calls.ts'
import { isStricter, scopeKey, strictest } from './stop-scope.ts'
import type { EmergencyStop, StopMode, StopScope, StopSubject } from './stop-scope.ts'
import type { StopStore } from './stop-store.ts'

/** What an administrator asks for. */
export interface StopRequest {
  readonly mode: StopMode
  readonly scope: StopScope
  readonly reason: string
  readonly by: string
}

/** What a request means, before anything is changed. */
export interface StopChange {
  /**
   * `tighten` takes effect whatever fails; `release` and `ask-release` only once they are recorded.
   * `ask-release` waits for a second person.
   */
  readonly type: 'tighten' | 'release' | 'ask-release'
  readonly scope: StopScope
  readonly before: EmergencyStop | undefined
  readonly after: EmergencyStop | undefined
}

/** Why a request changes nothing. */
export class StopRefused extends Error {
  override readonly name = 'StopRefused'
}

export interface StopOptions {
  readonly store: StopStore
  readonly clock: Pick<Clock, 'now'>
  readonly settings: () => { readonly twoPersonRelease: boolean; readonly releaseTtlMs: number }
  /** Says what of a call may write, in words for its caller; `undefined` for a call that only reads. */
  readonly writes: (question: Question) => string | undefined
  /** Told how many calls a stop ended. */
  readonly onStopped: (count: number, mode: StopMode) => void
  /** Told when a stop is in force and could not be kept for after a restart. */
  readonly onNotKept: (error: unknown) => void
}

/** Most stops at once. */
export const maxStops = 1000

export type EmergencyStops = ReturnType<typeof openEmergencyStops>

/** Takes up the stops that were in force when the process ended. Throws when they cannot be read. */
export function openEmergencyStops(options: StopOptions) {
  const { store, clock, settings, writes } = options
  const stops = new Map(store.load().map((stop) => [scopeKey(stop.scope), stop]))
  const calls = createRunningCalls()
  let inForce: readonly EmergencyStop[] = [...stops.values()]

  function modeFor(subject: StopSubject): StopMode {
    return inForce.length === 0 ? 'normal' : strictest(inForce, subject)
  }

  function refusal(question: Question, subject: StopSubject): GatewayError | undefined {
    const mode = modeFor(subject)
    if (mode === 'normal') return undefined
    if (mode === 'halt') return new GatewayError('emergency_stop')
    const what = writes(question)
    return what === undefined ? undefined : new GatewayError('emergency_stop', readOnlyText(what))
  }

  function admit({ question, subject }: WatchedCall): void {
    const error = refusal(question, subject)
    if (error !== undefined) throw error
  }

  function alsoAs(question: Question, models: readonly string[]): GatewayError | undefined {
    const call = calls.of(question.call.signal)
    for (const model of models) call?.isAlso(model)
    if (inForce.length === 0) return undefined
    const { tenant, keyId } = question.principal
    // Copies of calls are none of those that run.
    return refusal(
      question,
      call?.subject ?? { tenant, keyId, models: [question.model, ...models] },
    )
  }

  function put(key: string, stop: EmergencyStop | undefined): void {
    if (stop === undefined) stops.delete(key)
    else stops.set(key, stop)
    inForce = [...stops.values()]
  }

  /** In force when it returns, and every call it is for has been told to end. */
  function tighten(stop: EmergencyStop): boolean {
    put(scopeKey(stop.scope), stop)
    const ended = calls.stop(({ question, subject }) => refusal(question, subject))
    options.onStopped(ended, stop.mode)
    try {
      store.put(stop)
      return true
    } catch (error) {
      options.onNotKept(error)
      return false
    }
  }

  return {
    list: () => inForce,
    runningCalls: () => calls.count,
    modeFor,

    /** Says what a request means. Throws `StopRefused` for one that changes nothing. */
    propose(request: StopRequest): StopChange {
      const { scope, mode } = request
      const before = stops.get(scopeKey(scope))
      if (before === undefined && mode === 'normal') {
        throw new StopRefused('No emergency stop is in force for exactly this scope.')
      }
      if (before === undefined && stops.size >= maxStops) {
        throw new StopRefused(`There are ${maxStops} emergency stops already: use a wider scope.`)
      }
      return changeOf(request, before, { ...settings(), now: clock.now() })
    },

    /**
     * Makes a change. One that releases is kept first, and throws when it cannot be: then nothing has
     * changed. Returns whether what is in force now will survive a restart.
     */
    apply({ type, scope, before, after }: StopChange): boolean {
      if (type === 'tighten' && after !== undefined) return tighten(after)
      if (stops.get(scopeKey(scope)) !== before) {
        throw new StopRefused('The stop was changed meanwhile: look again.')
      }
      if (after === undefined) store.remove(scope)
      else store.put(after)
      put(scopeKey(scope), after)
      return true
    },

    /** The stage of the pipeline. */
    stage: { watch: (question: Question) => calls.watch(question, admit) },

    /** Notes further names of the model that a running call asks. Throws when one of them is stopped. */
    asks(question: Question, ...models: readonly string[]): void {
      const error = alsoAs(question, models)
      if (error !== undefined) throw error
    },

    /** Makes a target that is not asked while its model is stopped, whatever name led to it. */
    guard(target: Target, model: string): Target {
      return {
        ...target,
        ask(question, asked) {
          const error = alsoAs(question, [model, target.model])
          return error === undefined ? target.ask(question, asked) : Promise.reject(error)
        },
      }
    },
  }
}

function changeOf(
  { mode, scope, reason, by }: StopRequest,
  before: EmergencyStop | undefined,
  asking: {
    readonly twoPersonRelease: boolean
    readonly releaseTtlMs: number
    readonly now: number
  },
): StopChange {
  const { now, twoPersonRelease, releaseTtlMs } = asking
  const after = mode === 'normal' ? undefined : { mode, scope, reason, setBy: by, setAt: now }
  if (before === undefined || !isStricter(before.mode, mode)) {
    return { type: 'tighten', scope, before, after }
  }
  const { release } = before
  const isSecond =
    release !== undefined &&
    release.by !== by &&
    release.to === mode &&
    now < release.at + releaseTtlMs
  if (!twoPersonRelease || isSecond) return { type: 'release', scope, before, after }
  const asked = { ...before, release: { to: mode, by, at: now, reason } }
  return { type: 'ask-release', scope, before, after: asked }
}

function readOnlyText(what: string): string {
  return `An emergency stop permits only calls that read: ${what}.`
}
