import type { OpenTextFilter, TextChannel } from '../../core/text-filter.ts'
import { openGrowingText } from '../texts/gate/growing-text.ts'
import type { GrowingText } from '../texts/gate/growing-text.ts'

interface StreamedTextOptions {
  readonly channel: TextChannel
  readonly isJson: boolean
  readonly openFilter: OpenTextFilter
}

/** A text that goes out as far as its filter has decided about it, however its pieces come. */
export class StreamedText {
  readonly #growing: GrowingText
  // These two only grow and are read at the end: reading them costs as much as they are long.
  #source = ''
  #shown = ''
  /** Offset in the source up to which it has gone out. */
  #sent = 0
  /** The source from there on. */
  #waiting = ''

  constructor(options: StreamedTextOptions) {
    this.#growing = openGrowingText({ ...options, keepsText: false })
  }

  get isBlocked(): boolean {
    return this.#growing.isBlocked
  }

  get isHolding(): boolean {
    return !this.isBlocked && this.#waiting !== ''
  }

  /** What was said so far. */
  get source(): string {
    return this.#source
  }

  /** What went out so far. */
  get shown(): string {
    return this.#shown
  }

  /** Takes a piece; returns what may go out now. */
  push(piece: string): string {
    this.#source += piece
    this.#waiting += piece
    this.#growing.push(piece)
    return this.#release()
  }

  idle(): string {
    this.#growing.idle()
    return this.#release()
  }

  finish(): string {
    this.#growing.finish()
    return this.#release()
  }

  #release(): string {
    const length = Math.min(this.#growing.decided - this.#sent, this.#waiting.length)
    if (length <= 0) return ''
    const piece = this.#waiting.slice(0, length)
    const text = this.#growing.rewritten(piece, this.#sent) ?? piece
    this.#waiting = this.#waiting.slice(length)
    this.#sent += length
    this.#shown += text
    return text
  }
}
