/** Longer texts are remembered by their digest. */
const longest = 64
/** Most texts that are remembered. */
const mostTexts = 8_192

/** Remembers what a client sent, so that its echo is known. What was sent first is forgotten first. */
export class SaidTexts {
  readonly #names = new Set<string>()

  add(text: string): void {
    const name = nameOf(text)
    this.#names.delete(name)
    this.#names.add(name)
    if (this.#names.size <= mostTexts) return
    const [oldest] = this.#names
    if (oldest !== undefined) this.#names.delete(oldest)
  }

  has(text: string): boolean {
    return this.#names.has(nameOf(text))
  }
}

function nameOf(text: string): string {
  if (text.length <= longest) return `=${text}`
  return new Bun.CryptoHasher('sha256').update(text).digest('base64')
}
