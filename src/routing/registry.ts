import type { Clock } from '../core/clock.ts'
import type { BreakerOptions } from './breaker.ts'
import { TargetState } from './target-state.ts'

/** How a target is, for people and programs that look at the gateway. */
export interface TargetStatus {
  readonly provider: string
  readonly model: string
  /** `cooling` after a rate limit, `down` by the word of a health check, else the state of its breaker. */
  readonly state: 'closed' | 'open' | 'half-open' | 'cooling' | 'down'
  readonly inFlight: number
  /** Calls that wait for a place at this target. */
  readonly waiting: number
  /** Attempts since the gateway started. */
  readonly requests: number
  /** What is to be expected until the first token of a stream, 0 when nothing is known. */
  readonly firstTokenMs: number
  /** What is to be expected until a whole answer, 0 when nothing is known. */
  readonly wholeAnswerMs: number
  /** Part of the attempts in the window that failed by the target's fault, from 0 to 1. */
  readonly errorRate: number
  /** Part of the attempts in the window that were over its rate limit, from 0 to 1. */
  readonly rateLimitRate: number
  /** Milliseconds since the epoch at which its breaker last changed. */
  readonly lastChangeAt: number
  /** Milliseconds since the epoch at which it will be asked again, when it is not asked now. */
  readonly availableAt?: number
}

/** What is known of all targets. Outlives configuration versions, so that a reload forgets no outage. */
export interface TargetRegistry {
  /**
   * Returns the state of a model at a provider, the same for the same names.
   * @param isGuest a caller made the name up, behind a wildcard: such targets are remembered while there is
   * room, and never take that of those a configuration names
   */
  stateOf(provider: string, model: string, isGuest?: boolean): TargetState
  /** States of all targets that a provider answers for. */
  statesAt(provider: string): readonly TargetState[]
  /** Sets when breakers open, for all targets. */
  configure(options: BreakerOptions): void
  /** How all targets are; places for stored things, which have no model, once they were asked. */
  status(): readonly TargetStatus[]
}

/** Most targets that are remembered of those whose names callers make up. */
const maxGuests = 10_000

/** Makes an empty registry. */
export function createTargetRegistry(dependencies: {
  readonly clock: Clock
  readonly random: () => number
  readonly breaker: BreakerOptions
}): TargetRegistry {
  const { clock, random } = dependencies
  const states = new Map<string, TargetState>()
  const guests = new Map<string, TargetState>()
  const all = (): TargetState[] => [...states.values(), ...guests.values()]
  let { breaker } = dependencies

  return {
    stateOf(provider, model, isGuest = false) {
      const key = `${provider}\n${model}`
      const known = states.get(key) ?? guests.get(key)
      const now = clock.monotonic()
      const state = known ?? new TargetState({ provider, model, breaker, random, now })
      if (!isGuest) {
        states.set(key, state)
        guests.delete(key)
      } else if (known === undefined) {
        if (guests.size >= maxGuests) forgetOne(guests, now)
        guests.set(key, state)
      }
      return state
    },
    statesAt: (provider) => all().filter((state) => state.provider === provider),
    configure(options) {
      breaker = options
      for (const state of all()) state.breaker.configure(options)
    },
    status() {
      const now = clock.monotonic()
      const wallOffset = clock.now() - now
      return all()
        .filter(({ model, requests }) => model !== '' || requests > 0)
        .map((state) => statusOf(state, now, wallOffset))
    },
  }
}

/** How many of the oldest targets are looked at for one that nothing is remembered of. */
const maxLookedAt = 64

/** Gives the place of a target to a new one: of the oldest, one that is idle and well, or else the first. */
function forgetOne(guests: Map<string, TargetState>, now: number): void {
  let looked = 0
  let oldest: string | undefined
  for (const [key, state] of guests) {
    oldest ??= key
    const isPlain = state.inFlight === 0 && state.unavailability(now) === undefined
    if (isPlain || (looked += 1) >= maxLookedAt) {
      guests.delete(isPlain ? key : oldest)
      return
    }
  }
}

function statusOf(state: TargetState, now: number, wallOffset: number): TargetStatus {
  const { breaker } = state
  const failed = breaker.window.count('failed', now)
  const limited = breaker.window.count('limited', now)
  const all = failed + limited + breaker.window.count('succeeded', now)
  const reason = state.unavailability(now)
  return {
    provider: state.provider,
    model: state.model,
    state: reason === undefined || reason === 'open' ? breaker.state : reason,
    inFlight: state.inFlight,
    waiting: state.bulkhead.waiting,
    requests: state.requests,
    firstTokenMs: round(state.firstToken.estimate(now)),
    wholeAnswerMs: round(state.wholeAnswer.estimate(now)),
    errorRate: all === 0 ? 0 : failed / all,
    rateLimitRate: all === 0 ? 0 : limited / all,
    lastChangeAt: Math.round((state.downSince ?? breaker.changedAt) + wallOffset),
    ...(reason === undefined || reason === 'down'
      ? {}
      : { availableAt: Math.round(state.availableAt(now) + wallOffset) }),
  }
}

/** Microsecond precision is what the clock is worth. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
