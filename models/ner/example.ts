/** What a training text marks. */
export type Label = 'person' | 'place' | 'organisation' | 'address'

/** A stretch of a training text, in UTF-16 code units. */
export interface Mark {
  readonly start: number
  readonly end: number
  readonly label: Label
}

/** A training text with everything in it that is to be found. */
export interface Example {
  readonly text: string
  readonly marks: readonly Mark[]
}

/** Puts a text together from pieces, and remembers where the marked ones stand. */
export class ExampleWriter {
  text = ''
  readonly #marks: Mark[] = []

  add(piece: string, label?: Label): void {
    if (label !== undefined)
      this.#marks.push({ start: this.text.length, end: this.text.length + piece.length, label })
    this.text += piece
  }

  finish(): Example {
    return { text: this.text, marks: this.#marks }
  }
}

/** The same example in another case; only where that keeps the length. */
export function recased(example: Example, change: (text: string) => string): Example {
  const text = change(example.text)
  return text.length === example.text.length ? { text, marks: example.marks } : example
}

/** The example with other words at its marks: `replace` gives the new words, or undefined to keep the old. */
export function replaced(
  example: Example,
  replace: (mark: Mark, words: string) => string | undefined,
): Example {
  const writer = new ExampleWriter()
  let at = 0
  for (const mark of example.marks) {
    writer.add(example.text.slice(at, mark.start))
    const words = example.text.slice(mark.start, mark.end)
    writer.add(replace(mark, words) ?? words, mark.label)
    at = mark.end
  }
  writer.add(example.text.slice(at))
  return writer.finish()
}
