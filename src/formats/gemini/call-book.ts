/** Knows which function calls of a conversation wait for their response: Gemini may leave ids out. */
export interface CallBook {
  /** Notes a call and returns its id; one without gets an id by its place in the conversation. */
  open(name: string, id: string | undefined): string
  /** Returns the id of the call that a response answers; `undefined` when there is none. */
  answer(name: string, id: string | undefined): string | undefined
}

interface BookedCall {
  readonly id: string
  readonly name: string
  isAnswered: boolean
}

/** Makes an empty book. */
export function createCallBook(): CallBook {
  const calls: BookedCall[] = []
  return {
    open(name, given) {
      const id = given ? given : `call_${calls.length}`
      calls.push({ id, name, isAnswered: false })
      return id
    },
    answer(name, given) {
      const open = calls.filter(({ isAnswered }) => !isAnswered)
      const call =
        (given ? open.find(({ id }) => id === given) : undefined) ??
        open.find((each) => each.name === name)
      if (call === undefined) return undefined
      call.isAnswered = true
      return call.id
    },
  }
}
