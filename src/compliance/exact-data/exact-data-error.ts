/** A table of exact data that is refused: which file, what is wrong, where, and how to cure it. */
export class ExactDataError extends Error {
  override readonly name = 'ExactDataError'
  readonly file: string
  readonly cure: string

  constructor(file: string, problem: string, cure: string, options?: ErrorOptions) {
    super(`Exact data ${file}: ${problem}. ${cure}`, options)
    this.file = file
    this.cure = cure
  }
}
