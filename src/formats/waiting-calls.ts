interface WaitingCall {
  readonly id: string
  isAnswered: boolean
}

interface List {
  readonly calls: WaitingCall[]
  /** Where those begin that may still wait. */
  next: number
}

/**
 * Calls of a conversation that wait for their results, for formats whose results need not name them. Of
 * several that fit, the one is meant that waits longest. However many there are, each is looked at only a
 * few times.
 */
export class WaitingCalls {
  readonly #byId = new Map<string, List>()
  readonly #byName = new Map<string, List>()
  readonly #all: List = { calls: [], next: 0 }

  /** Calls so far, answered ones included. */
  get count(): number {
    return this.#all.calls.length
  }

  add(id: string, name: string): void {
    const call = { id, isAnswered: false }
    this.#all.calls.push(call)
    addTo(this.#byId, id, call)
    addTo(this.#byName, name, call)
  }

  /** Returns the id of a call that waits no longer now; `undefined` when none fits. */
  takeById(id: string): string | undefined {
    return take(this.#byId.get(id))
  }

  takeByName(name: string): string | undefined {
    return take(this.#byName.get(name))
  }

  /** Takes the call that waits longest. */
  takeAny(): string | undefined {
    return take(this.#all)
  }
}

function addTo(lists: Map<string, List>, word: string, call: WaitingCall): void {
  const list = lists.get(word)
  if (list === undefined) lists.set(word, { calls: [call], next: 0 })
  else list.calls.push(call)
}

function take(list: List | undefined): string | undefined {
  if (list === undefined) return undefined
  while (list.calls[list.next]?.isAnswered === true) list.next += 1
  const call = list.calls[list.next]
  if (call === undefined) return undefined
  call.isAnswered = true
  return call.id
}
