import { isStreamed } from '../core/call.ts'
import type { Answer, Question } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import type { AskOptions, Target } from '../core/target.ts'
import { createRunningCalls } from './running-calls.ts'
import type { WatchedCall } from './running-calls.ts'
import { openStopBook } from './stop-book.ts'
import type { StopBook, StopBookOptions } from './stop-book.ts'
import type { StopMode, StopSubject } from './stop-scope.ts'

export interface StopOptions extends StopBookOptions {
  /** Says what of a call may write, be it new or running, in words for its caller; `undefined` where nothing. */
  readonly writes: (question: Question, isRunning: boolean) => string | undefined
  /** Lets an answer pass as far as it only reads. Throws `emergency_stop` where it does not. */
  readonly onlyReading: (question: Question, answer: Answer) => Answer
  /** Told how many calls a stop ended. */
  readonly onStopped: (count: number, mode: StopMode) => void
}

/** The stops in force, and the calls that they end. */
export interface EmergencyStops extends StopBook {
  readonly runningCalls: () => number
  /** The stage of the pipeline. */
  readonly stage: { watch(question: Question): WatchedCall }
  /** Notes further names of the model that a running call asks. Throws when the call may go no further. */
  readonly asks: (question: Question, ...models: readonly string[]) => void
  /** Makes a target that is not asked while its model is stopped, whatever name led to it. */
  readonly guard: (target: Target, model: string) => Target
}

/** Takes up the stops that were in force when the process ended. Throws when they cannot be read. */
export function openEmergencyStops(options: StopOptions): EmergencyStops {
  const book = openStopBook(options)
  const calls = createRunningCalls()

  function refusal(
    question: Question,
    subject: StopSubject,
    isRunning = false,
  ): GatewayError | undefined {
    const mode = book.modeFor(subject)
    if (mode === 'normal') return undefined
    if (mode === 'halt') return new GatewayError('emergency_stop')
    const what = whatWrites(options, question, isRunning)
    if (what === undefined) return undefined
    const text = `An emergency stop permits only calls that read: ${what}.`
    return new GatewayError('emergency_stop', text)
  }

  function admit({ question, subject }: WatchedCall): void {
    const error = refusal(question, subject)
    if (error !== undefined) throw error
  }

  function alsoAsks(question: Question, models: readonly string[]): GatewayError | undefined {
    const call = calls.of(question.call.signal)
    for (const model of models) call?.isAlso(model)
    if (book.list().length === 0) return undefined
    // Copies of calls begin here, and not with their question.
    return refusal(question, call?.subject ?? subjectOf(question, models))
  }

  return {
    ...book,
    /** In force when it returns, and every call it is for has been told to end. */
    apply(change) {
      const isKept = book.apply(change)
      if (change.type === 'tighten' && change.after !== undefined) {
        const ended = calls.stop(({ question, subject }) => refusal(question, subject, true))
        options.onStopped(ended, change.after.mode)
      }
      return isKept
    },
    runningCalls: () => calls.count,
    stage: { watch: (question) => calls.watch(question, admit) },
    asks(question, ...models) {
      const error = alsoAsks(question, models)
      if (error !== undefined) throw error
    },
    guard: (target, model) => ({
      ...target,
      ask(question, asked) {
        const error = alsoAsks(question, [model, target.model])
        if (error !== undefined) return Promise.reject(error)
        const isCopy = calls.of(question.call.signal) === undefined
        const answer = isCopy
          ? askWatched(calls.watch(question, admit), target, asked)
          : target.ask(question, asked)
        // A stop that comes later ends what nobody watches.
        const isFree = book.modeFor(subjectOf(question, [model, target.model])) === 'normal'
        return isFree ? answer : answer.then((given) => options.onlyReading(question, given))
      },
    }),
  }
}

/** Asks with a copy of a call: it is one of those that run until its answer is over. */
async function askWatched(
  running: WatchedCall,
  target: Target,
  asked: AskOptions | undefined,
): Promise<Answer> {
  const { question, end } = running
  try {
    const answer = await target.ask(question, asked)
    if (isStreamed(answer.body)) return { ...answer, body: whenOver(answer.body, end) }
    end()
    return answer
  } catch (error) {
    end()
    throw error
  }
}

// Not an async generator: one that was never started runs no `finally`.
function whenOver(
  body: AsyncIterable<Uint8Array>,
  end: () => void,
): AsyncIterableIterator<Uint8Array> {
  const source = body[Symbol.asyncIterator]()
  const iterator: AsyncIterableIterator<Uint8Array> = {
    async next() {
      try {
        const result = await source.next()
        if (result.done === true) end()
        return result
      } catch (error) {
        end()
        throw error
      }
    },
    async return() {
      end()
      await source.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}

function subjectOf({ principal, model }: Question, models: readonly string[]): StopSubject {
  const { tenant, keyId } = principal
  return { tenant, keyId, models: [model, ...models] }
}

/** One call that cannot be understood must not keep the others from being ended. */
function whatWrites(
  { writes }: Pick<StopOptions, 'writes'>,
  question: Question,
  isRunning: boolean,
): string | undefined {
  try {
    return writes(question, isRunning)
  } catch {
    // What exactly is wrong with it does not matter: it is refused.
    return 'nobody can tell what this one does'
  }
}
