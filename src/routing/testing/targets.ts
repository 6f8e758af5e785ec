import { newReport } from '../../core/call.ts'
import type { Answer, AnswerHeaders } from '../../core/call.ts'
import type { Clock } from '../../core/clock.ts'
import { GatewayError } from '../../core/errors.ts'
import type { AskOptions, Target } from '../../core/target.ts'
import { createTargetRegistry } from '../registry.ts'
import type { TargetRegistry } from '../registry.ts'
import { createRouter } from '../router.ts'
import type { Route, RouteOptions, RouterDependencies } from '../router.ts'
import { targetHash } from '../routed-target.ts'
import type { RoutedTarget } from '../routed-target.ts'

/** A clock that stands still unless it is moved. */
export interface FakeClock extends Clock {
  advance(milliseconds: number): void
}

export function fakeClock(): FakeClock {
  let now = 0
  return {
    now: () => 1_700_000_000_000 + now,
    monotonic: () => now,
    advance: (milliseconds) => void (now += milliseconds),
  }
}

/** Numbers in [0, 1) that look random and are the same in every run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

export const breakerDefaults = {
  windowMs: 10_000,
  consecutiveFailures: 5,
  minAttempts: 10,
  failureRatio: 0.5,
  slowRatio: 0.8,
  openMs: 2000,
  maxOpenMs: 60_000,
}

export const noRetries = { maxRetries: 0, baseDelayMs: 100, maxDelayMs: 5000, budgetRatio: 0.2 }

/** What a scripted target does: answers with a status, throws, or does as the function says. */
export type Script =
  | number
  | GatewayError
  | ((signal: AbortSignal, options: AskOptions | undefined) => Promise<Answer>)

export interface ScriptedTarget extends Target {
  /** How often it was asked. */
  readonly asked: () => number
  readonly options: (AskOptions | undefined)[]
  /** Sets what it does from now on. */
  script(script: Script): void
}

/** Makes a target that does what it is told. */
export function scripted(
  provider: string,
  script: Script,
  more: Partial<Pick<Target, 'model' | 'weight' | 'region' | 'perimeter'>> & {
    readonly headers?: AnswerHeaders
  } = {},
): ScriptedTarget {
  let current = script
  let asked = 0
  const options: (AskOptions | undefined)[] = []
  const { headers = {}, ...labels } = more
  return {
    provider,
    model: `m-at-${provider}`,
    weight: 1,
    ...labels,
    options,
    asked: () => asked,
    script: (next) => void (current = next),
    async ask(question, given) {
      asked += 1
      options.push(given)
      const signal = given?.signal ?? question.call.signal
      if (typeof current === 'function') return current(signal, given)
      if (current instanceof GatewayError) throw current
      return wholeAnswer(provider, current, headers)
    },
  }
}

/** An answer with a status, from a provider. */
export function wholeAnswer(provider: string, status = 200, headers: AnswerHeaders = {}): Answer {
  const report = newReport()
  if (status >= 400) report.error = new GatewayError('provider_error', undefined, { status })
  else report.usage = { inputTokens: 10, outputTokens: 5, estimated: false }
  return { status, headers, body: '{}', provider, cache: 'bypass', warnings: [], report }
}

/** One piece of a scripted stream. */
export type Piece =
  | { readonly type: 'frame' }
  | { readonly type: 'word'; readonly text: string }
  | { readonly type: 'error'; readonly error: GatewayError }
  | { readonly type: 'wait'; readonly ms: number }

/** A stream that says what it is told and reports as providers' streams do. */
export function streamAnswer(provider: string, pieces: readonly Piece[]): Answer {
  const report = newReport()
  let hasEnded = false
  function end(): void {
    if (hasEnded) return
    hasEnded = true
    report.usage = { inputTokens: 10, outputTokens: 5, estimated: false }
    report.onEnd?.()
  }
  async function* run(): AsyncGenerator<Uint8Array> {
    try {
      for (const piece of pieces) {
        if (piece.type === 'wait') await Bun.sleep(piece.ms)
        else if (piece.type === 'frame') yield Buffer.from('.')
        else if (piece.type === 'word') {
          report.hasContent = true
          yield Buffer.from(piece.text)
        } else {
          report.error = piece.error
          yield Buffer.from('!')
          return
        }
      }
      report.isComplete = true
    } finally {
      end()
    }
  }
  return { status: 200, headers: {}, body: run(), provider, cache: 'bypass', warnings: [], report }
}

export interface TestRouterOptions extends Partial<RouterDependencies> {
  readonly registry?: TargetRegistry
}

/** Makes what routes need, with a clock that stands still and pauses that take no time. */
export function routerDependencies(
  clock: FakeClock,
  more: TestRouterOptions = {},
): RouterDependencies & { readonly pauses: number[] } {
  const pauses: number[] = []
  return {
    clock,
    random: seeded(7),
    registry: createTargetRegistry({ clock, random: seeded(5), breaker: breakerDefaults }),
    residency: [],
    estimateTokens: (text) => Math.ceil(text.length / 4),
    costOf: (_target, usage) => ({
      nanoUsd: usage.inputTokens + usage.outputTokens,
      priceVersion: 'test',
    }),
    priceOf: (_target, usage) => usage.inputTokens + usage.outputTokens,
    wait: (delayMs) => {
      pauses.push(delayMs)
      clock.advance(delayMs)
      return Promise.resolve()
    },
    ...more,
    pauses,
  }
}

/** Makes a route of targets. */
export function routeOf(
  targets: readonly Target[],
  dependencies: RouterDependencies,
  more: Partial<RouteOptions> = {},
): Route {
  return createRouter(dependencies).createRoute(routeOptions(targets, more))
}

export function routeOptions(
  targets: readonly Target[],
  more: Partial<RouteOptions> = {},
): RouteOptions {
  return {
    name: 'm',
    strategy: 'priority',
    targets: targets.map((target) => ({ target })),
    retries: noRetries,
    maxAttempts: 16,
    totalTimeoutMs: 60_000,
    ...more,
  }
}

/** Puts targets into a route, for tests of what chooses among them. */
export function routed(
  targets: readonly (Partial<Target> & Pick<Target, 'provider'>)[],
  clock: Clock = fakeClock(),
): RoutedTarget[] {
  const registry = createTargetRegistry({ clock, random: seeded(5), breaker: breakerDefaults })
  return targets.map((given, index) => {
    const target: Target = {
      model: 'm',
      weight: 1,
      ask: () => Promise.reject(new Error('not asked here')),
      ...given,
    }
    const state = registry.stateOf(target.provider, target.model)
    return { target, state, index, hash: targetHash(target.provider, target.model) }
  })
}
