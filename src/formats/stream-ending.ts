import type { ClientFormat, ErrorView, Wire } from './format.ts'

/** Ends a stream with an error that was sent so far as it is; knows what the ending depends on. One per stream. */
export interface StreamEnding {
  /** Told of whole frames that were sent, in their order. */
  see(bytes: Uint8Array): void
  /** Returns the frames that end the stream in its dialect. */
  write(error: ErrorView): Wire
}

/** Opens the ending of a stream in a client's format. */
export function openStreamEnding(format: ClientFormat): StreamEnding {
  return (
    format.openStreamEnding?.() ?? {
      see: () => undefined,
      write: (error) => format.writeStreamError(error),
    }
  )
}
