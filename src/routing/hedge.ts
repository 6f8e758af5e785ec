import { isStreamed } from '../core/call.ts'
import type { Attempt, Outcome } from './attempt.ts'
import type { RoutedTarget } from './routed-target.ts'

/** When a second target is asked because the first takes long. At least one member is there. */
export interface HedgeOptions {
  /** After so many milliseconds without a first word. */
  readonly delayMs?: number | undefined
  /** After the time in which this part (0 to 1) of the last answers of the first target had come. */
  readonly percentile?: number | undefined
}

/** Who takes part in a race. */
export interface Racers {
  /** The target that is asked at once; its place is taken. */
  readonly first: RoutedTarget
  /** Takes a place at another target, if there is one. */
  readonly second: () => RoutedTarget | undefined
  readonly start: (target: RoutedTarget, signal: AbortSignal) => Attempt
}

interface RaceOptions extends HedgeOptions {
  /** Ends the race. */
  readonly signal: AbortSignal
  readonly isStream: boolean
}

/** A racer that has started. */
interface Racer {
  readonly target: RoutedTarget
  readonly attempt: Attempt
  readonly controller: AbortController
  readonly outcome: Promise<Outcome>
}

/**
 * Asks a target, and another one when the first takes longer than usual; the first answer wins and the
 * other attempt is ended and written off. When one fails, the other decides. Never rejects.
 */
export async function race(
  racers: Racers,
  options: RaceOptions,
  wait: (delayMs: number, signal: AbortSignal) => Promise<void>,
): Promise<{ readonly outcome: Outcome; readonly target: RoutedTarget }> {
  const one = startRacer(racers.first, racers, options.signal)
  const delayMs = delayOf(racers.first, options)
  if (delayMs === undefined) return finish(one)
  const pause = new AbortController()
  const isDone = one.outcome.then(() => pause.abort())
  await wait(delayMs, AbortSignal.any([options.signal, pause.signal]))
  const second = pause.signal.aborted || options.signal.aborted ? undefined : racers.second()
  await (second === undefined ? isDone : undefined)
  if (second === undefined) return finish(one)
  const two = startRacer(second, racers, options.signal)
  const [winner, loser] = await Promise.race([
    one.outcome.then(() => [one, two] as const),
    two.outcome.then(() => [two, one] as const),
  ])
  const outcome = await winner.outcome
  // The one that failed has lost: the other goes on alone.
  if (outcome.type === 'failed') return finish(loser)
  giveUp(loser)
  return { outcome, target: winner.target }
}

function startRacer(target: RoutedTarget, racers: Racers, signal: AbortSignal): Racer {
  const controller = new AbortController()
  const attempt = racers.start(target, AbortSignal.any([signal, controller.signal]))
  return { target, attempt, controller, outcome: attempt.run() }
}

async function finish({ outcome, target }: Racer): ReturnType<typeof race> {
  return { outcome: await outcome, target }
}

/** Ends an attempt nobody waits for any more. */
function giveUp({ attempt, controller, outcome }: Racer): void {
  attempt.abandon()
  controller.abort()
  closeLate(outcome).catch(() => {
    // What a stream throws while it is closed has no reader.
  })
}

async function closeLate(outcome: Promise<Outcome>): Promise<void> {
  const late = await outcome
  if (late.type !== 'answered' || !isStreamed(late.answer.body)) return
  await late.answer.body[Symbol.asyncIterator]().return?.()
}

function delayOf(
  { state }: RoutedTarget,
  { delayMs, percentile, isStream }: RaceOptions,
): number | undefined {
  const usual =
    percentile === undefined ? undefined : state.latency(isStream).percentile(percentile)
  return usual ?? delayMs
}
