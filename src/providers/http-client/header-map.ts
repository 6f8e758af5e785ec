/** Response headers by lower-case name; repeated ones are joined by commas (RFC 9110 §5.3). */
export class HeaderMap {
  readonly #values = new Map<string, string>()

  /** Adds a value behind the ones of the same name. */
  append(name: string, value: string): void {
    const key = name.toLowerCase()
    const known = this.#values.get(key)
    this.#values.set(key, known === undefined ? value : `${known}, ${value}`)
  }

  get(name: string): string | null {
    return this.#values.get(name) ?? null
  }

  delete(name: string): void {
    this.#values.delete(name)
  }

  forEach(visit: (value: string, name: string) => void): void {
    this.#values.forEach(visit)
  }
}
