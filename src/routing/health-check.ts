import type { Clock } from '../core/clock.ts'
import type { TargetState } from './target-state.ts'

/** A question that a provider answers at no cost, asked again and again. */
export interface HealthCheck {
  /** States of the targets that the check speaks for, asked for each time. */
  readonly states: () => readonly TargetState[]
  /** Asks; resolves to whether the provider is well. May reject when it is not. */
  readonly isHealthy: (signal: AbortSignal) => Promise<boolean>
  readonly intervalMs: number
  readonly timeoutMs: number
  /** Checks in a row that have to fail before targets count as down. */
  readonly failures: number
}

/** Starts health checks; disposing stops them. None overlaps with itself. */
export function startHealthChecks(
  checks: readonly HealthCheck[],
  clock: Pick<Clock, 'monotonic'>,
): Disposable {
  const controller = new AbortController()
  const timers = checks.map((check) => repeat(check, clock, controller.signal))
  return {
    [Symbol.dispose]() {
      controller.abort()
      for (const timer of timers) clearInterval(timer)
    },
  }
}

function repeat(check: HealthCheck, clock: Pick<Clock, 'monotonic'>, stopped: AbortSignal): Timer {
  let failures = 0
  let isRunning = false
  async function run(): Promise<void> {
    isRunning = true
    const isHealthy = await ask(check, stopped)
    isRunning = false
    if (stopped.aborted) return
    failures = isHealthy ? 0 : failures + 1
    if (failures > 0 && failures < check.failures) return
    for (const state of check.states()) state.checked(isHealthy, clock.monotonic())
  }
  const timer = setInterval(() => {
    if (!isRunning) void run()
  }, check.intervalMs)
  // A check keeps no gateway alive.
  timer.unref()
  return timer
}

async function ask({ isHealthy, timeoutMs }: HealthCheck, stopped: AbortSignal): Promise<boolean> {
  try {
    return await isHealthy(AbortSignal.any([stopped, AbortSignal.timeout(timeoutMs)]))
  } catch {
    // Unreachable or too late: that is the answer.
    return false
  }
}
