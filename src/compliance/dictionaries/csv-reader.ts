/** Reads rows of comma-separated values (RFC 4180), also with semicolons or tabs, one by one. */
export class CsvReader {
  /** Line at which the present row begins, counted from 1. */
  line = 0
  readonly #text: string
  readonly #separator: string
  #at = 0
  #nextLine = 1

  /** The separator is the one that the first row holds most of. */
  constructor(text: string) {
    this.#text = text
    this.#separator = separatorOf(text)
  }

  /** The cells of the next row without quotes; `undefined` at the end. Empty lines are left out. */
  next(): string[] | undefined {
    const text = this.#text
    while (this.#at < text.length) {
      this.line = this.#nextLine
      if (text.charAt(this.#at) === '\r') this.#at++
      if (text.charAt(this.#at) !== '\n') return this.#row()
      this.#at++
      this.#nextLine++
    }
    return undefined
  }

  #row(): string[] {
    const text = this.#text
    let end = text.indexOf('\n', this.#at)
    if (end < 0) end = text.length
    const line = text.slice(this.#at, text.charAt(end - 1) === '\r' ? end - 1 : end)
    if (!line.includes('"')) {
      this.#at = end + 1
      this.#nextLine++
      return line.split(this.#separator)
    }
    const cells: string[] = []
    for (;;) {
      cells.push(this.#cell())
      const next = text.charAt(this.#at)
      if (next === this.#separator) this.#at++
      else break
    }
    if (text.charAt(this.#at) === '\r') this.#at++
    this.#at++
    this.#nextLine++
    return cells
  }

  /** Reads one cell and stops behind it. A quote that is never closed reaches to the end of the text. */
  #cell(): string {
    const text = this.#text
    const start = this.#at
    if (text.charAt(start) !== '"') {
      while (this.#at < text.length && !this.#endsCell(text.charAt(this.#at))) this.#at++
      return text.slice(start, this.#at)
    }
    let value = ''
    let from = start + 1
    for (;;) {
      const quote = text.indexOf('"', from)
      const end = quote < 0 ? text.length : quote
      value += text.slice(from, end)
      this.#at = end + 1
      if (text.charAt(end + 1) !== '"') break
      value += '"'
      from = end + 2
    }
    for (let i = start; i < this.#at; i++) if (text.charCodeAt(i) === 10) this.#nextLine++
    // What stands between a closing quote and the separator belongs to no cell.
    while (this.#at < text.length && !this.#endsCell(text.charAt(this.#at))) this.#at++
    return value
  }

  #endsCell(character: string): boolean {
    return character === this.#separator || character === '\n' || character === '\r'
  }
}

function separatorOf(text: string): string {
  const end = text.indexOf('\n')
  const head = end < 0 ? text : text.slice(0, end)
  const count = (separator: string): number => head.split(separator).length
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best))
}
