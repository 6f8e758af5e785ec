import type { Deadlines } from './deadlines.ts'
import type { ByteSource } from './provider.ts'

interface ChunkReader {
  read(): Promise<unknown>
  cancel(): Promise<void>
}

/** How long a provider may keep the connection open after its terminator, in milliseconds. */
const lingerMs = 1000

/**
 * Reads the chunks of a provider's body under the deadlines. A reader that stops early closes the
 * connection, unless the answer is complete: then what is left is read in the background, so that the
 * connection can be used again and nobody waits for its end.
 */
export async function* readChunks(
  upstream: ByteSource,
  deadlines: Deadlines,
  isComplete: () => boolean = () => false,
): AsyncGenerator<Uint8Array> {
  const reader = upstream.getReader()
  let isDone = false
  try {
    for (;;) {
      deadlines.waiting()
      const { done, value } = await reader.read()
      deadlines.begun()
      deadlines.arrived()
      isDone = done
      if (done) return
      deadlines.begun()
      yield value
    }
  } finally {
    if (!isDone && isComplete()) awaitEnd(reader)
    else close(reader)
  }
}

/** Waits a moment for the end of a complete answer; anything but the end closes the connection. */
function awaitEnd(reader: ChunkReader): void {
  const timer = setTimeout(() => close(reader), lingerMs)
  timer.unref()
  const stop = (): void => {
    clearTimeout(timer)
    close(reader)
  }
  reader.read().then(stop, stop)
}

function close(reader: ChunkReader): void {
  reader.cancel().catch(() => {
    // Already failed or closed: there is nothing left to cancel.
  })
}
