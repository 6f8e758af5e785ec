import type { JsonObject } from '../../../src/core/json.ts'
import type { Ask, Heard, HeardFault, Turn, Usage } from '../vocabulary.ts'

/** What a client of one format does, independent of the gateway. It throws for what its format forbids. */
export interface Client {
  /** Name of the format, as in the matrix. */
  readonly name: string
  path(model: string, stream: boolean): string
  /** Headers beside the key. */
  readonly headers?: Readonly<Record<string, string>>
  /** Writes an ask; `undefined` where the format has no way to say it. */
  write(ask: Ask, model: string, stream: boolean): JsonObject | undefined
  readAnswer(body: JsonObject): Heard
  readStream(bytes: Uint8Array): Heard
  readFault(body: JsonObject, headers: Headers): HeardFault
  /** Reads the error that a stream ends with. */
  readStreamFault(bytes: Uint8Array): HeardFault
  /** Which counts of tokens the format has a place for, beside those of input and output. */
  readonly counts: readonly (keyof Usage)[]
  /** Whether its streams tell arguments of calls piece by piece. */
  readonly streamsArguments: boolean
  /** Whether its model name stands in its answers. */
  readonly namesModel: boolean
}

/** Writes all turns; `undefined` when one of them cannot be said. */
export function writeAll(
  turns: readonly Turn[],
  write: (turn: Turn) => JsonObject[] | undefined,
): JsonObject[] | undefined {
  const written = turns.map(write)
  return written.every((each) => each !== undefined) ? written.flat() : undefined
}
