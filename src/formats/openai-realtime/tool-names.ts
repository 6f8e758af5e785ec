/** Most names that are remembered. */
const maxNames = 4_096

/** Names of the tools that were called in a session, by call and by item. What came first is forgotten first. */
export class ToolNames {
  readonly #names = new Map<string, string>()

  get(id: string): string | undefined {
    return this.#names.get(id)
  }

  /** The names, for one event to read and to add to. */
  forOneEvent(): Map<string, string> {
    for (const oldest of this.#names.keys()) {
      if (this.#names.size <= maxNames) break
      this.#names.delete(oldest)
    }
    return this.#names
  }
}
