import { isStreamed } from '../core/call.ts'
import type { Answer, Question } from '../core/call.ts'
import type { Clock } from '../core/clock.ts'
import { toGatewayError } from '../core/errors.ts'
import { compareAnswers } from './compare.ts'
import type { ComparedAnswer, Comparison } from './compare.ts'

/** A share of the calls of a route that a second target gets a copy of. */
export interface ShadowRule {
  /** From 0 to 100, fractions permitted. */
  readonly percent: number
  /** Most copies of this route in progress; beyond it calls get none. */
  readonly maxConcurrent: number
}

/** What came of a copy, in numbers only. */
export interface ShadowOutcome {
  /** Name of the model whose calls are copied. */
  readonly route: string
  /** `compared`, or why not: nothing of this ever concerns the caller. */
  readonly result: 'compared' | 'skipped' | 'failed' | 'incomplete' | 'too-long' | 'unreadable'
  readonly question: Question
  /** The second answer; absent where none began. Its usage is known. */
  readonly answer?: Pick<Answer, 'status' | 'provider' | 'model' | 'report'>
  readonly errorCode?: string | undefined
  readonly comparison?: Comparison
  /** Time the copy took, in milliseconds. */
  readonly durationMs: number
}

export interface ShadowDependencies {
  readonly clock: Clock
  /** Returns a number in [0, 1). */
  readonly random: () => number
  /** Reads a complete answer in the client's format; `undefined` for answers that cannot be compared. */
  readonly read: (question: Question, answer: CompleteBody) => ComparedAnswer | undefined
  readonly onOutcome: (outcome: ShadowOutcome) => void
}

/** The bytes of an answer that has ended. */
export interface CompleteBody {
  readonly bytes: Uint8Array
  readonly isStream: boolean
}

/** How one route copies its calls. */
export interface ShadowRoute extends ShadowRule {
  readonly name: string
  /** Asks the second target. */
  readonly ask: (question: Question) => Promise<Answer>
}

/** Copies calls to second targets. Disposing it ends the copies in progress and waits for them. */
export interface Shadows extends AsyncDisposable {
  /**
   * Returns the answer for the caller, unchanged but for being watched, and begins a copy when the call is
   * among the share. Never throws, never waits for the copy.
   */
  follow(question: Question, answer: Answer, route: ShadowRoute): Answer
}

/** Most bytes of an answer that are kept until the other one is there. */
const maxAnswerBytes = 1_048_576
const encoder = new TextEncoder()

/** Makes the copies of one configuration version. */
export function createShadows(dependencies: ShadowDependencies): Shadows {
  const { random } = dependencies
  const inProgress = new Map<string, Set<Promise<void>>>()
  const ending = new AbortController()

  function begin(question: Question, first: Promise<FirstAnswer>, route: ShadowRoute): void {
    const running = inProgress.get(route.name) ?? new Set()
    inProgress.set(route.name, running)
    const copy = copyCall({ question, first, route, signal: ending.signal }, dependencies)
      .then(dependencies.onOutcome)
      // Whoever hears of outcomes must not break the gateway by it.
      .catch(() => undefined)
      .finally(() => {
        running.delete(copy)
        // Callers make up names of routes behind wildcards: none is kept for its own sake.
        if (running.size === 0) inProgress.delete(route.name)
      })
    running.add(copy)
  }

  return {
    follow(question, answer, route) {
      if (answer.status >= 300 || random() * 100 >= route.percent) return answer
      const running = inProgress.get(route.name)?.size ?? 0
      if (running >= route.maxConcurrent || ending.signal.aborted) {
        dependencies.onOutcome({ route: route.name, result: 'skipped', question, durationMs: 0 })
        return answer
      }
      const { watched, first } = watch(answer, ending.signal)
      begin(question, first, route)
      return watched
    },
    async [Symbol.asyncDispose]() {
      ending.abort()
      await Promise.all([...inProgress.values()].flatMap((running) => [...running]))
    },
  }
}

interface Copy {
  readonly question: Question
  readonly first: Promise<FirstAnswer>
  readonly route: ShadowRoute
  readonly signal: AbortSignal
}

/** What became of the answer the caller got. */
type FirstAnswer = CompleteBody | 'incomplete' | 'too-long'

async function copyCall(
  { question, first, route, signal }: Copy,
  { clock, read }: ShadowDependencies,
): Promise<ShadowOutcome> {
  const startedAt = clock.monotonic()
  const outcome = (
    rest: Omit<ShadowOutcome, 'route' | 'question' | 'durationMs'>,
  ): ShadowOutcome => ({
    route: route.name,
    question,
    durationMs: Math.round(clock.monotonic() - startedAt),
    ...rest,
  })
  let answer: Answer | undefined
  try {
    answer = await route.ask(copyOf(question, signal))
    const second = await readToEnd(answer)
    const { report } = answer
    if (report.error !== undefined || answer.status >= 300) {
      return outcome({ result: 'failed', answer, errorCode: report.error?.code })
    }
    const shown = await first
    for (const body of [shown, second]) {
      if (typeof body === 'string') return outcome({ result: body, answer })
    }
    const pair = [shown, second].map((body) =>
      typeof body === 'string' ? undefined : read(question, body),
    )
    const [one, other] = pair
    if (one === undefined || other === undefined) return outcome({ result: 'unreadable', answer })
    return outcome({ result: 'compared', answer, comparison: compareAnswers(one, other) })
  } catch (error) {
    const errorCode = toGatewayError(error).code
    return outcome({ result: 'failed', errorCode, ...(answer === undefined ? {} : { answer }) })
  }
}

/** The question as it is asked a second time: nobody waits for it, and nothing of it is an echo of the first. */
function copyOf(question: Question, signal: AbortSignal): Question {
  const headers = new Headers(question.call.headers)
  // With it a provider could take the second question for a repetition of the first.
  headers.delete('idempotency-key')
  return { ...question, call: { ...question.call, headers, signal, onEnd: () => undefined } }
}

/** Reads an answer to its end; one that is too long is left there. */
async function readToEnd({ body }: Answer): Promise<CompleteBody | 'too-long'> {
  if (!isStreamed(body)) return { bytes: bytesOf(body), isStream: false }
  const collected = collector()
  for await (const piece of body) if (!collected.add(piece)) return 'too-long'
  return { bytes: collected.bytes(), isStream: true }
}

/** An answer as it is, and a promise of what it will have been; given up when the signal fires. */
function watch(
  answer: Answer,
  signal: AbortSignal,
): { readonly watched: Answer; readonly first: Promise<FirstAnswer> } {
  const { body, report } = answer
  if (!isStreamed(body)) {
    const first = Promise.resolve({ bytes: bytesOf(body), isStream: false })
    return { watched: answer, first }
  }
  const { promise, resolve } = Promise.withResolvers<FirstAnswer>()
  const pieces = body[Symbol.asyncIterator]()
  const collected = collector()
  let fits = true
  const giveUp = (): void => resolve('incomplete')
  signal.addEventListener('abort', giveUp)
  void promise.then(() => signal.removeEventListener('abort', giveUp))
  const end = (): void => {
    const isWhole = report.isComplete && report.error === undefined
    if (!isWhole) resolve('incomplete')
    else resolve(fits ? { bytes: collected.bytes(), isStream: true } : 'too-long')
  }
  const iterator: AsyncIterableIterator<Uint8Array> = {
    async next() {
      try {
        const result = await pieces.next()
        if (result.done === true) end()
        else {
          fits &&= collected.add(result.value)
          // Clients hang up at the terminator: the end itself may never be asked for.
          if (report.isComplete) end()
        }
        return result
      } catch (error) {
        giveUp()
        throw error
      }
    },
    async return() {
      end()
      await pieces.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return { watched: { ...answer, body: iterator }, first: promise }
}

/** Collects pieces as long as they are not too many. */
function collector(): { add(piece: Uint8Array): boolean; bytes(): Uint8Array } {
  const pieces: Uint8Array[] = []
  let length = 0
  return {
    add(piece) {
      length += piece.byteLength
      if (length > maxAnswerBytes) {
        pieces.length = 0
        return false
      }
      // The bytes go on to the client, whose socket may take their memory along.
      pieces.push(piece.slice())
      return true
    },
    bytes: () => Buffer.concat(pieces),
  }
}

function bytesOf(body: Uint8Array | string): Uint8Array {
  return typeof body === 'string' ? encoder.encode(body) : body
}
