/** One message of a two-way conversation: text as a string, anything else as bytes. */
export type Frame = string | Uint8Array

/** How a channel ended, in close codes of RFC 6455 §7.4; 1006 when the connection broke. */
export interface ChannelEnd {
  readonly code: number
  readonly reason: string
}

/** The code of a connection that ended without a farewell. */
export const brokenCode = 1006

/**
 * A two-way conversation in frames, whoever is at its far end. Iterating reads frames at the reader's
 * pace, once; the iteration ends when the channel does.
 */
export interface Channel extends AsyncIterable<Frame> {
  /**
   * Sends a frame. Returns a promise when the far end is behind; it resolves once that has caught up or the
   * channel has ended. Never throws: what is sent to a channel that has ended is lost.
   */
  send(frame: Frame): Promise<void> | undefined
  /** Closes politely: what was sent before still arrives. No more frames are read. */
  close(code: number, reason: string): void
  /** Drops the connection at once. */
  terminate(): void
  /** Resolves when the far end or this one has ended the channel. */
  readonly closed: Promise<ChannelEnd>
}

/** Returns the size of a frame on the wire, in bytes. */
export function frameBytes(frame: Frame): number {
  return typeof frame === 'string' ? Buffer.byteLength(frame) : frame.byteLength
}
