import type { SessionReader } from './session-reader.ts'

/** Most items whose words are waited for. */
const mostItems = 256

/** Words of the client that are recognised piece by piece: they wait until all of them are known. */
export class SpokenTexts {
  readonly #reader: Pick<SessionReader, 'replacePiece'>
  /** The event that brought the last piece, by item. */
  readonly #pieces = new Map<string, string>()

  constructor(reader: Pick<SessionReader, 'replacePiece'>) {
    this.#reader = reader
  }

  /** Takes a piece; returns its event without it. */
  holdBack(itemId = '', frame: string): string {
    const empty = this.#reader.replacePiece(frame, '')
    this.#pieces.delete(itemId)
    this.#pieces.set(itemId, empty)
    if (this.#pieces.size > mostItems) {
      const [oldest = ''] = this.#pieces.keys()
      this.#pieces.delete(oldest)
    }
    return empty
  }

  /** Returns an event that brought a piece, the first time it is asked for. */
  take(itemId = ''): string | undefined {
    const piece = this.#pieces.get(itemId)
    this.#pieces.delete(itemId)
    return piece
  }
}
