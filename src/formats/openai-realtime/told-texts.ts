/** A text of an item, and what the client was shown of it. */
interface ToldText {
  readonly source: string
  readonly shown: string
}

/** Most that is remembered of all texts together, in UTF-16 code units. */
const maxKept = 1_048_576

/** What the texts of items became, for events that tell them once more. What was told first is forgotten first. */
export class ToldTexts {
  readonly #byOwner = new Map<string, ToldText[]>()
  #kept = 0

  /** Returns what was shown of a text of an item; `undefined` where nobody remembers. */
  find(owner: string, source: string): string | undefined {
    return this.#byOwner.get(owner)?.find((told) => told.source === source)?.shown
  }

  add(owner: string, told: ToldText): void {
    if (this.find(owner, told.source) !== undefined) return
    const known = this.#byOwner.get(owner)
    if (known === undefined) this.#byOwner.set(owner, [told])
    else known.push(told)
    this.#kept += sizeOf(told)
    for (const [oldest, texts] of this.#byOwner) {
      if (this.#kept <= maxKept) return
      this.#byOwner.delete(oldest)
      for (const text of texts) this.#kept -= sizeOf(text)
    }
  }
}

function sizeOf({ source, shown }: ToldText): number {
  return 64 + source.length + (source === shown ? 0 : shown.length)
}
