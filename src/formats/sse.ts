/** One server-sent event as it came over the wire. */
export interface SseFrame {
  /** The bytes of the frame, its closing blank line included; forwarded as they are. */
  readonly bytes: Uint8Array
  /** Value of the `event:` field, `''` when absent. */
  readonly event: string
  /** The `data:` lines joined by newlines; `undefined` when the frame has none (a comment, a keep-alive). */
  readonly data: string | undefined
}
