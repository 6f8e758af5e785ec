import { Reading } from '../dictionaries/reading.ts'
import { WordReader } from '../dictionaries/word-reader.ts'

/** The words of a text with their places; a sign such as `@` or `,` is a word, too. */
export interface Words {
  readonly text: string
  readonly count: number
  readonly starts: ArrayLike<number>
  readonly ends: ArrayLike<number>
  readonly firsts: ArrayLike<number>
  readonly seconds: ArrayLike<number>
}

/** Reads values and texts alike: capitals and accents do not matter. */
export class ValueReading {
  readonly #reading = new Reading({ caseSensitive: false, foldDiacritics: true, wholeWords: true })
  readonly #reader = new WordReader(this.#reading)

  /** All words of a text; good until the next call. */
  wordsOf(text: string): Words {
    const reader = this.#reader
    reader.reset(text)
    let count = reader.next()
    if (count < reader.starts.length) {
      const { starts, ends, firsts, seconds } = reader
      return { text, count, starts, ends, firsts, seconds }
    }
    // A copy, because the reader writes each batch over the one before.
    const [starts, ends, firsts, seconds] = [0, 1, 2, 3].map(() => new Int32Array(text.length))
    let total = 0
    for (; count > 0; count = reader.next()) {
      starts?.set(reader.starts.subarray(0, count), total)
      ends?.set(reader.ends.subarray(0, count), total)
      firsts?.set(reader.firsts.subarray(0, count), total)
      seconds?.set(reader.seconds.subarray(0, count), total)
      total += count
    }
    const none = new Int32Array(0)
    return {
      text,
      count: total,
      starts: starts ?? none,
      ends: ends ?? none,
      firsts: firsts ?? none,
      seconds: seconds ?? none,
    }
  }

  /** The folded form of a text, characters that part words included. */
  fold(text: string): string {
    return this.#reading.foldText(text)
  }
}
