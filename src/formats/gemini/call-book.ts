import { WaitingCalls } from '../waiting-calls.ts'

/** Knows which function calls of a conversation wait for their response: Gemini may leave ids out. */
export interface CallBook {
  /** Notes a call and returns its id; one without gets an id by its place in the conversation. */
  open(name: string, id: string | undefined): string
  /** Returns the id of the call that a response answers; `undefined` when there is none. */
  answer(name: string, id: string | undefined): string | undefined
}

/** Makes an empty book. */
export function createCallBook(): CallBook {
  const calls = new WaitingCalls()
  return {
    open(name, given) {
      const id = given ? given : `call_${calls.count}`
      calls.add(id, name)
      return id
    },
    answer: (name, given) => (given ? calls.takeById(given) : undefined) ?? calls.takeByName(name),
  }
}
