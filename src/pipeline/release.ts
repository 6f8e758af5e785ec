import { isStreamed, stoppedBy } from '../core/call.ts'
import type { Answer, AnswerEnd, Call } from '../core/call.ts'

/**
 * Hands an answer to the client and calls `finish` exactly once: at once for a whole answer, and for a
 * stream before the piece that completes it is handed over, or when the provider failed or the client
 * left, be it before the first byte. `call.onEnd` follows when nothing more will be sent.
 */
export function release(answer: Answer, call: Call, finish: (end: AnswerEnd) => void): Answer {
  if (!isStreamed(answer.body)) {
    finish(answer.report.error === undefined && answer.status < 400 ? 'complete' : 'error')
    call.onEnd()
    return answer
  }
  return { ...answer, body: watchEnd(answer, answer.body, call, finish) }
}

/** Most pieces that follow a stop: what was read already, what inspection held back, and the words that end the answer. */
const maxFarewells = 4

/** Closes an answer that no client will get, so that its provider is not left waiting. Never throws. */
export async function discard(answer: Answer | undefined): Promise<void> {
  if (answer === undefined || !isStreamed(answer.body)) return
  try {
    await answer.body[Symbol.asyncIterator]().return?.()
  } catch {
    // The stream failed while it was closed: it is closed all the same, and nobody reads it.
  }
}

// Not an async generator: one that was never started runs no `finally`, and a client may leave that early.
function watchEnd(
  answer: Answer,
  body: AsyncIterable<Uint8Array>,
  { signal, onEnd }: Call,
  finish: (end: AnswerEnd) => void,
): AsyncIterableIterator<Uint8Array> {
  const source = body[Symbol.asyncIterator]()
  let isFinished = false
  let hasEnded = false
  const { hasLeft, refuseMore } = watchStop(answer, source, signal)

  function finishOnce(end: AnswerEnd): void {
    if (isFinished) return
    isFinished = true
    finish(end === 'complete' && answer.report.error !== undefined ? 'error' : end)
  }

  function endOnce(end: AnswerEnd): void {
    if (hasEnded) return
    hasEnded = true
    signal.removeEventListener('abort', leave)
    try {
      finishOnce(end)
    } finally {
      onEnd()
    }
  }

  async function stop(): Promise<IteratorResult<Uint8Array>> {
    // The source's own clean-up fills in the partial usage, so it comes before `finish`.
    try {
      await source.return?.()
    } finally {
      endOnce('client')
    }
    return { done: true, value: undefined }
  }

  function leave(): void {
    // Whoever asked the provider says goodbye to the client; `refuseMore` is for those who do not.
    if (stoppedBy(signal) !== undefined) return
    stop().catch(() => {
      // The client has left: what the source throws while it is being closed has no reader.
    })
  }

  async function next(): Promise<IteratorResult<Uint8Array>> {
    try {
      const result = await source.next()
      if (signal.aborted && result.done !== true) await refuseMore()
      answer.report.firstByteAt ??= performance.now()
      // INVARIANT: whoever has the whole answer finds its proof; clients hang up at the terminator.
      if (answer.report.isComplete && answer.report.holdsBack !== true) finishOnce('complete')
      if (result.done === true) endOnce(hasLeft() ? 'client' : 'complete')
      return result
    } catch (error) {
      endOnce(hasLeft() ? 'client' : 'error')
      throw error
    }
  }

  if (signal.aborted) leave()
  signal.addEventListener('abort', leave)
  const iterator: AsyncIterableIterator<Uint8Array> = {
    next,
    return: stop,
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}

/** Tells the end by a stop from the end by the client, and cuts an answer that goes on behind a stop. */
function watchStop(
  { report }: Answer,
  source: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
): { readonly hasLeft: () => boolean; readonly refuseMore: () => Promise<void> } {
  let farewells = 0
  return {
    hasLeft: () => signal.aborted && stoppedBy(signal) === undefined,
    async refuseMore() {
      const stopped = stoppedBy(signal)
      if (stopped === undefined || ++farewells <= maxFarewells) return
      // It comes from somewhere that no signal reaches.
      report.error ??= stopped
      await source.return?.()
      throw stopped
    },
  }
}
