import type { Answer, Question } from '../../core/call.ts'
import { toGatewayError } from '../../core/errors.ts'
import type { GatewayError } from '../../core/errors.ts'
import type { AnswerInspection } from './answer.ts'
import type { InspectionParts } from './parts.ts'

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
  const gate = parts.reader.openGate(question, answer, (channel) => inspection.openFilter(channel))
  if (gate === undefined) return answer
  const { report } = answer
  const source = answer.body[Symbol.asyncIterator]()
  const ending = parts.reader.openEnding(question)
  const ready: Uint8Array[] = []
  let pending: Promise<IteratorResult<Uint8Array>> | undefined
  let isOver = false
  report.holdsBack = true

  function take(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      ending.see(piece)
      ready.push(piece)
    }
  }

  /** Ends the stream; nothing more is asked of the provider. */
  async function stop(error: GatewayError): Promise<void> {
    isOver = true
    await source.return?.()
    report.error = error
    ready.push(ending.write(error))
  }

  function finish(): void {
    isOver = true
    report.decision = inspection.decision()
    report.holdsBack = false
  }

  async function advance(): Promise<void> {
    pending ??= source.next()
    const result = gate?.isHolding === true ? await orIdle(pending) : await pending
    if (result === 'idle') return take(gate?.idle() ?? [])
    pending = undefined
    if (gate === undefined) return
    take(result.done === true ? gate.end() : gate.push(result.value))
    if (gate.isBlocked && inspection.refusal !== undefined) await stop(inspection.refusal)
    if (result.done === true || isOver) finish()
  }

  async function next(): Promise<IteratorResult<Uint8Array>> {
    try {
      while (ready.length === 0 && !isOver) await advance()
    } catch (error) {
      // A failing inspection denies; a failing provider has told so in its frames already.
      await stop(toGatewayError(error))
      finish()
    }
    const piece = joined(ready.splice(0))
    return piece === undefined ? { done: true, value: undefined } : { done: false, value: piece }
  }

  const body: AsyncIterableIterator<Uint8Array> = {
    next,
    async return() {
      isOver = true
      await source.return?.()
      report.decision ??= inspection.decision()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => body,
  }
  return { ...answer, body }
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

function joined(pieces: readonly Uint8Array[]): Uint8Array | undefined {
  return pieces.length < 2 ? pieces[0] : Buffer.concat(pieces)
}
