import type { Answer, Question } from '../../core/call.ts'
import type { Decision } from '../../core/decision.ts'
import type { GatewayError } from '../../core/errors.ts'
import type { StreamTextGate, ToolCall } from '../../core/text-filter.ts'
import type { AnswerInspection } from './answer.ts'
import type { InspectionParts } from './parts.ts'
import type { StreamEnding } from './texts.ts'
import { unavailable } from './unavailable.ts'

/** How long nothing has to come before what is certain is let out, in milliseconds. */
const idleMs = 100

interface StreamInspection {
  readonly question: Question
  readonly answer: Answer & { readonly body: AsyncIterable<Uint8Array> }
  readonly inspection: AnswerInspection
  readonly parts: InspectionParts
}

/**
 * Lets a streamed answer through its inspection. Where it is stopped, the provider is left and the stream ends
 * with an error in the client's dialect, behind all that may be said.
 */
export function inspectStream(stream: StreamInspection): Answer {
  const { question, answer, inspection, parts } = stream
  const { reader } = parts
  const gate = reader.openGate(question, (channel) => inspection.openFilter(channel), {
    holdsCalls: parts.holdsCalls,
    openCall: (calls) => inspection.openCall(calls),
  })
  return letThrough(answer, { gate, judge: inspection, ending: reader.openEnding(question) })
}

/** Who decides about a stream while it runs. */
export interface StreamJudge {
  /** Why it must go no further; `undefined` while it may. */
  readonly refusal: GatewayError | undefined
  /** Decides whether a call of a tool may be made. */
  judgeCall(calls: readonly ToolCall[]): boolean | Promise<boolean>
  /** What was decided, where that is to be recorded. */
  decision?(): Decision
}

/** What a stream passes on its way to the client. */
export interface StreamParts {
  readonly gate: StreamTextGate
  readonly judge: StreamJudge
  readonly ending: StreamEnding
}

/** Lets a streamed answer through a gate; where it is stopped, it ends with an error and the provider is left. */
export function letThrough(
  answer: Answer & { readonly body: AsyncIterable<Uint8Array> },
  parts: StreamParts,
): Answer {
  // Whoever decides nothing to be recorded stands in front of somebody else who holds back.
  if (parts.judge.decision !== undefined) answer.report.holdsBack = true
  return { ...answer, body: new InspectedStream(answer, parts) }
}

class InspectedStream implements AsyncIterableIterator<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #report: Answer['report']
  readonly #parts: StreamParts
  #ready: Uint8Array[] = []
  /** The next piece of the provider, where it was asked for and has not come. */
  #pending: Promise<IteratorResult<Uint8Array>> | undefined
  /** The provider has sent everything. */
  #hasEnded = false
  #isOver = false

  constructor({ body, report }: StreamInspection['answer'], parts: StreamParts) {
    this.#source = body[Symbol.asyncIterator]()
    this.#report = report
    this.#parts = parts
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    try {
      while (this.#ready.length === 0 && !this.#isOver) await this.#advance()
    } catch (error) {
      // An inspection that fails stops the answer: what was not looked through does not go out.
      await this.#stop(unavailable(error))
      this.#isOver = true
      this.#report.holdsBack = false
      this.#report.decision ??= this.#knownDecision()
    }
    const [first, ...more] = this.#ready
    this.#ready = []
    if (first === undefined) return { done: true, value: undefined }
    return { done: false, value: more.length === 0 ? first : Buffer.concat([first, ...more]) }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#isOver = true
    await this.#source.return?.()
    this.#report.decision ??= this.#knownDecision()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Takes what the provider sends next, or lets out what is certain when nothing comes for a while. */
  async #advance(): Promise<void> {
    const { gate, judge } = this.#parts
    this.#pending ??= this.#ask()
    const result = gate.isHolding ? await orIdle(this.#pending) : await this.#pending
    if (result === 'idle') {
      this.#take(gate.idle())
      // Once is enough: nothing becomes certain by waiting longer.
      if (this.#ready.length === 0) this.#takeResult(await this.#pending)
    } else this.#takeResult(result)
    while (gate.heldCall !== undefined && !gate.isBlocked) {
      this.#take(gate.decideCall(await judge.judgeCall(gate.heldCall)))
    }
    const error = gate.fault ?? judge.refusal
    if (gate.isBlocked && error !== undefined) {
      await this.#stop(error)
      this.#finish()
    } else if (this.#hasEnded) this.#finish()
  }

  #ask(): Promise<IteratorResult<Uint8Array>> {
    const pending = this.#source.next()
    // Whoever leaves meanwhile does not want to know how it ended.
    pending.catch(() => undefined)
    return pending
  }

  #takeResult(result: IteratorResult<Uint8Array>): void {
    this.#pending = undefined
    const { gate } = this.#parts
    if (result.done !== true) return this.#take(gate.push(result.value))
    this.#take(gate.end())
    this.#hasEnded = true
  }

  #take(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      this.#parts.ending.see(piece)
      this.#ready.push(piece)
    }
  }

  /** Leaves the provider and tells the client why. */
  async #stop(error: GatewayError): Promise<void> {
    await this.#source.return?.()
    this.#report.error = error
    this.#report.isComplete = false
    this.#ready.push(this.#parts.ending.write(error))
  }

  /** What was decided; `undefined` where just that fails: the client is told of an error all the same. */
  #knownDecision(): Answer['report']['decision'] {
    try {
      return this.#parts.judge.decision?.()
    } catch {
      // Nothing is lost: the outcome is recorded with the error that ended the stream.
      return undefined
    }
  }

  #finish(): void {
    this.#isOver = true
    const { judge } = this.#parts
    if (judge.decision === undefined) return
    this.#report.decision = judge.decision()
    this.#report.holdsBack = false
  }
}

async function orIdle<T>(pending: Promise<T>): Promise<T | 'idle'> {
  let timer: NodeJS.Timeout | undefined
  const idle = new Promise<'idle'>((resolve) => {
    timer = setTimeout(() => resolve('idle'), idleMs)
  })
  try {
    return await Promise.race([pending, idle])
  } finally {
    clearTimeout(timer)
  }
}
