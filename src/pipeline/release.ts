import { isStreamed } from '../core/call.ts'
import type { Answer, AnswerEnd, Call } from '../core/call.ts'

/**
 * Hands an answer to the client and calls `finish` exactly once: at once for a whole answer, and for a
 * stream when its last byte was taken, the provider failed, or the client left, be it before the first
 * byte. `call.onEnd` follows.
 */
export function release(answer: Answer, call: Call, finish: (end: AnswerEnd) => void): Answer {
  if (!isStreamed(answer.body)) {
    finish(answer.report.error === undefined && answer.status < 400 ? 'complete' : 'error')
    call.onEnd()
    return answer
  }
  return { ...answer, body: watchEnd(answer, answer.body, call, finish) }
}

// Not an async generator: one that was never started runs no `finally`, and a client may leave that early.
function watchEnd(
  answer: Answer,
  body: AsyncIterable<Uint8Array>,
  call: Call,
  finish: (end: AnswerEnd) => void,
): AsyncIterableIterator<Uint8Array> {
  const source = body[Symbol.asyncIterator]()
  let ended = false

  function finishOnce(end: AnswerEnd): void {
    if (ended) return
    ended = true
    call.signal.removeEventListener('abort', leave)
    finish(end === 'complete' && answer.report.error !== undefined ? 'error' : end)
    call.onEnd()
  }

  async function stop(): Promise<IteratorResult<Uint8Array>> {
    // The source's own clean-up fills in the partial usage, so it comes before `finish`.
    try {
      await source.return?.()
    } finally {
      finishOnce('client')
    }
    return { done: true, value: undefined }
  }

  function leave(): void {
    stop().catch(() => {
      // The client has left: what the source throws while it is being closed has no reader.
    })
  }

  async function next(): Promise<IteratorResult<Uint8Array>> {
    try {
      const result = await source.next()
      answer.report.firstByteAt ??= performance.now()
      if (result.done === true) finishOnce(call.signal.aborted ? 'client' : 'complete')
      return result
    } catch (error) {
      finishOnce(call.signal.aborted ? 'client' : 'error')
      throw error
    }
  }

  if (call.signal.aborted) leave()
  else call.signal.addEventListener('abort', leave)
  const iterator: AsyncIterableIterator<Uint8Array> = {
    next,
    return: stop,
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}
