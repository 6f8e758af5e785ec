/** A dictionary that is refused: which file, what is wrong at which line, and how to cure it. */
export class DictionaryError extends Error {
  override readonly name = 'DictionaryError'
  readonly dictionary: string
  readonly file: string
  /** Counted from 1; absent where the whole file is meant. */
  readonly line: number | undefined
  readonly cure: string

  constructor(
    place: {
      readonly dictionary: string
      readonly file: string
      readonly line?: number | undefined
    },
    problem: string,
    cure: string,
    options?: ErrorOptions,
  ) {
    const where = place.line === undefined ? place.file : `${place.file}:${place.line}`
    super(`Dictionary '${place.dictionary}', ${where}: ${problem}. ${cure}`, options)
    this.dictionary = place.dictionary
    this.file = place.file
    this.line = place.line
    this.cure = cure
  }
}
