import type { JsonObject } from '../../../src/core/json.ts'
import type { Ask, Call, FaultKind, Part, Say, Stop, Thought } from '../vocabulary.ts'
import { fault } from '../vocabulary.ts'

/** A request as a provider got it. */
export interface Request {
  /** Path and query behind the address of the provider. */
  readonly path: string
  readonly headers: Headers
  readonly body: JsonObject
}

/** What a provider understood of a request. */
export interface Arrived {
  readonly ask: Ask
  readonly model: string
  readonly stream: boolean
  /** Members that it passed over. */
  readonly ignored?: readonly string[]
}

/** A piece of a stream, and the words in it. */
export interface Piece {
  readonly wire: string | Uint8Array
  readonly words: string
}

/** An error on the wire. */
export interface WireFault {
  readonly status: number
  readonly body: JsonObject
  readonly headers?: Readonly<Record<string, string>>
}

/** What a provider does that speaks one format, as strict as the real one: it throws what it would refuse. */
export interface Dialect {
  /** Name of the format. */
  readonly format: string
  read(request: Request): Arrived
  /** Of a way to stop what is said of it, or `undefined` where the provider never stops for it. */
  stopFor(stop: Stop): Stop | undefined
  /** What its thoughts are: not told, told, or told with proof. */
  readonly thoughts: 'hidden' | 'plain' | 'signed'
  /** The proof it gives, and the only one it takes back. */
  readonly proof?: string
  /** Which counts of tokens it tells beside those of input and output. */
  readonly counts: readonly ('read' | 'written' | 'reasoning')[]
  /** Whether it seals some of its thoughts. */
  readonly seals?: boolean
  /** Whether it tells sources of what it says. */
  readonly cites?: boolean
  readonly streamType: string
  writeAnswer(say: Say, model: string): JsonObject
  writeStream(say: Say, model: string): readonly Piece[]
  writeFault(kind: FaultKind): WireFault
  /** The event that ends a stream that has begun. */
  writeStreamFault(): string | Uint8Array
}

/** Messages of errors, each in the words of its provider, and the one that clients have to be told. */
export const retryAfterSeconds = 7

/** Returns what a provider says of an answer: the rest it has no way to tell. */
export function limitTo(dialect: Dialect, say: Say): Say {
  const { thoughts = [], usage, cites, ...rest } = say
  const { proof } = dialect
  const told = thoughts.map(({ text, sealed }): Thought => {
    if (sealed !== undefined) return { text, sealed }
    return { text, ...(proof === undefined ? {} : { signature: proof }) }
  })
  const counts = dialect.counts.map((name) => [name, usage[name]] as const)
  return {
    ...rest,
    ...(dialect.cites === true && cites !== undefined ? { cites } : {}),
    thoughts: dialect.thoughts === 'hidden' ? [] : told,
    stop: dialect.stopFor(say.stop) ?? say.stop,
    usage: {
      input: usage.input,
      output: usage.output,
      ...Object.fromEntries(counts.filter(([, count]) => count !== undefined)),
    },
  }
}

/** Cuts text behind its spaces. */
export function pieces(text: string): string[] {
  return text.split(/(?<= )/)
}

/** Cuts the arguments of a call where a model's tokens may end. */
export function argumentPieces(call: Call): string[] {
  return JSON.stringify(call.args).split(/(?<=[:,])/)
}

/** Makes the proof of a provider. */
export function proofOf(maker: string): string {
  return Buffer.from(`${maker}:0123456789abcdef`).toString('base64')
}

/** Throws for a proof that another provider gave. */
export function requireProof(
  signature: string | undefined,
  dialect: { readonly proof?: string },
): string {
  return signature === dialect.proof && signature !== undefined
    ? signature
    : fault(`the proof ${signature} is not valid`)
}

/** Cuts a list of names at its blanks. */
export function words(names: string): string[] {
  return names.split(' ')
}

/** Throws for members of an object that are not known. */
export function closed(object: JsonObject, known: readonly string[], what: string): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key))
  if (unknown !== undefined) fault(`${what}.${unknown} is not permitted`)
}

/** Knows which calls wait for their results; providers refuse results without calls and calls without results. */
export class Ledger {
  readonly #open = new Map<string, Call>()

  call(call: Call): Call {
    if (this.#open.has(call.id)) fault(`two calls have the id ${call.id}`)
    this.#open.set(call.id, call)
    return call
  }

  result(id: string, parts: readonly Part[], isError = false): Part {
    const call = this.#open.get(id) ?? fault(`no call waits for the result ${id}`)
    this.#open.delete(id)
    return { type: 'result', call, parts, ...(isError ? { isError } : {}) }
  }

  /** The same where results name only the function. */
  resultOf(name: string, parts: readonly Part[], isError: boolean): Part {
    const call = [...this.#open.values()].find((each) => each.name === name)
    return this.result(call?.id ?? '', parts, isError)
  }

  /** Called when a turn begins that must not come before all results. */
  settle(): void {
    if (this.#open.size > 0) fault(`calls without results: ${[...this.#open.keys()].join()}`)
  }
}

/** Reads a `data:` URL. */
export function readDataUrl(url: string): { mediaType: string; data: string } | undefined {
  const match = /^data:([^;,]+);base64,(.+)$/.exec(url)
  return match === null ? undefined : { mediaType: match[1] ?? '', data: match[2] ?? '' }
}
