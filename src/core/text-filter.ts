import type { GatewayError } from './errors.ts'

/** A change to a text, in UTF-16 code units; `end` is exclusive and behind `start`. */
export interface TextEdit {
  readonly start: number
  readonly end: number
  /** Makes what stands there instead. Called once, in the order in which texts leave. */
  readonly write: () => string
}

/** How far a growing text is decided, and what changes in the part that was decided last. */
export interface Settled {
  /** Offset in the whole text up to which nothing will change any more. */
  readonly upTo: number
  /** New edits in order, none beyond `upTo` and none overlapping another. */
  readonly edits: readonly TextEdit[]
}

/** Decides about one growing text, piece by piece, however it is split. */
export interface TextFilter {
  push(text: string): Settled
  /** Decides about what is certain even if nothing followed, because nothing has come for a while. */
  idle(): Settled
  /** Decides about all there is. More may be pushed afterwards: it is judged knowing what stood before. */
  end(): Settled
  /** Whether the text must go no further, behind what is settled. */
  readonly isBlocked: boolean
}

/** A text that grows while an answer is streamed, or one that came in one piece within it. */
export interface TextChannel {
  /** Tells apart the texts of one answer, such as `0/content`; not shown to anyone. */
  readonly id: string
  readonly role: 'system' | 'user' | 'assistant' | 'tool' | 'document'
  readonly kind: 'text' | 'tool-arguments' | 'tool-result' | 'document'
  /** Name of the tool, where one is concerned. */
  readonly source?: string
  /** Name of the member that holds it, where it stands within arguments or results. */
  readonly key?: string
}

/** Opens the filter of one text. */
export type OpenTextFilter = (channel: TextChannel) => TextFilter

/** A call of a tool within an answer. */
export interface ToolCall {
  readonly name: string
  /** JSON text, or the text the tool takes; empty where it is called with nothing. */
  readonly arguments: string
}

/** Lets the texts of one streamed answer through a filter; everything else passes as it is and in order. */
export interface StreamTextGate {
  /** Takes bytes as they come, however they were split; returns what may go to the client now. */
  push(chunk: Uint8Array): readonly Uint8Array[]
  /** Returns what may go because nothing has come for a while. */
  idle(): readonly Uint8Array[]
  /** Returns what is left when the bytes have ended. */
  end(): readonly Uint8Array[]
  /** Whether the answer was stopped: nothing more will come out of this gate. */
  readonly isBlocked: boolean
  /** Why the gate itself stopped it; `undefined` where a filter or whoever judges calls did. */
  readonly fault: GatewayError | undefined
  /**
   * A call that waits to be judged, with the arguments that the client would get. Nothing is taken up meanwhile.
   * Most often one; several where a stream contradicts itself and clients may differ in what they make of it.
   */
  readonly heldCall: readonly ToolCall[] | undefined
  /** Lets the held call go, or stops the answer in front of it; returns what may go to the client now. */
  decideCall(isAllowed: boolean): readonly Uint8Array[]
  /** Whether something waits that a later call may let go. */
  readonly isHolding: boolean
}
