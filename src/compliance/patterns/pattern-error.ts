/** A pattern that is refused: what is wrong, where, and what to write instead. */
export class PatternError extends Error {
  /** Offset in the pattern, in UTF-16 code units. */
  readonly position: number
  readonly cure: string

  constructor(problem: string, position: number, cure: string) {
    super(`At ${position}: ${problem}. ${cure}`)
    this.name = 'PatternError'
    this.position = position
    this.cure = cure
  }
}
