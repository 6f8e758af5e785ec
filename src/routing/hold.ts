import type { AnswerReport } from '../core/call.ts'

/** More than this is not held back for want of a first word. */
const maxHeldBytes = 262_144

/**
 * Reads a stream up to its first word, so that one that fails before can still be answered by another
 * target without anybody noticing. Returns the stream with what was read in front, in one piece and
 * without any cost for the pieces behind; `undefined` when it failed (`report.error` tells how).
 */
export async function holdUntilContent(
  body: AsyncIterable<Uint8Array>,
  report: AnswerReport,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const source = body[Symbol.asyncIterator]()
  const held: Uint8Array[] = []
  let heldBytes = 0
  let isOver = false
  while (!report.hasContent && !report.isComplete && heldBytes < maxHeldBytes) {
    const result = await source.next()
    if (result.done === true) {
      isOver = true
      break
    }
    held.push(result.value)
    heldBytes += result.value.byteLength
    if (report.error !== undefined) break
  }
  if (report.error !== undefined && !report.hasContent) {
    // What was held tells of the error; nobody reads it, and the source still has to be closed.
    await source.return?.()
    return undefined
  }
  const [only] = held
  const front = held.length === 1 ? only : held.length === 0 ? undefined : Buffer.concat(held)
  return resume(front, isOver ? undefined : source)
}

/** Gives one piece and then whatever a source gives, handing its promises through. */
function resume(
  front: Uint8Array | undefined,
  source: AsyncIterator<Uint8Array> | undefined,
): AsyncIterableIterator<Uint8Array> {
  let left = front
  const iterator: AsyncIterableIterator<Uint8Array> = {
    next() {
      if (left === undefined) return source === undefined ? end() : source.next()
      const value = left
      left = undefined
      return Promise.resolve({ done: false, value })
    },
    return: () => source?.return?.() ?? end(),
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}

function end(): Promise<IteratorResult<Uint8Array>> {
  return Promise.resolve({ done: true, value: undefined })
}
