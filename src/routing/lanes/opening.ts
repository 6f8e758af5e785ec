import type { AnswerReport } from '../../core/call.ts'

/** The beginning of a stream that was read and not yet shown. */
export interface Opening {
  readonly bytes: Uint8Array
  /** There is nothing behind it. */
  readonly isOver: boolean
  /** The stream, with its beginning. */
  readonly body: AsyncIterableIterator<Uint8Array>
}

/** More than this is not held back for want of a first word. */
const maxHeldBytes = 262_144

/**
 * Reads a stream up to its first word, at least one piece of it. Does not throw: what the stream throws comes
 * behind its beginning.
 */
export async function readOpening(
  body: AsyncIterable<Uint8Array>,
  report: AnswerReport,
): Promise<Opening> {
  const source = body[Symbol.asyncIterator]()
  const held: Uint8Array[] = []
  let heldBytes = 0
  let isOver = false
  let thrown: { readonly error: unknown } | undefined
  do {
    try {
      const result = await source.next()
      if (result.done === true) isOver = true
      else {
        held.push(result.value)
        heldBytes += result.value.byteLength
      }
    } catch (error) {
      thrown = { error }
      isOver = true
    }
  } while (!isOver && !hasBegun(report) && heldBytes < maxHeldBytes)
  const bytes = Buffer.concat(held)
  return { bytes, isOver: isOver || report.isComplete, body: again(bytes, source, thrown) }
}

function hasBegun({ hasContent, isComplete, error }: AnswerReport): boolean {
  return hasContent || isComplete || error !== undefined
}

/** Gives what was read, in one piece, and then whatever a source gives. */
function again(
  bytes: Uint8Array,
  source: AsyncIterator<Uint8Array>,
  thrown: { readonly error: unknown } | undefined,
): AsyncIterableIterator<Uint8Array> {
  let isGiven = bytes.byteLength === 0
  const iterator: AsyncIterableIterator<Uint8Array> = {
    next() {
      if (isGiven)
        return thrown === undefined ? source.next() : Promise.reject(toError(thrown.error))
      isGiven = true
      return Promise.resolve({ done: false, value: bytes })
    },
    return: () => source.return?.() ?? Promise.resolve({ done: true, value: undefined }),
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('The stream failed.', { cause: thrown })
}
