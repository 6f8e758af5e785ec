import type { Behaviour } from './behaviour.ts'
import { fillerOf } from './text.ts'

/** Stands in a plain answer where `huge` text is put while the answer is sent. */
export const hugeMark = '[[huge]]'

/** One event of a stream, a server-sent one where it is text, and how many tokens of the answer it carries (for pacing). */
export interface Frame {
  readonly text: string | Uint8Array
  readonly tokens: number
}

/** An answer that is sent as one body. */
export interface WholeReply {
  readonly type: 'whole'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  readonly tokens: number
}

/** An answer that is sent as events; `errorFrame` is what an error inside it looks like. */
export interface StreamReply {
  readonly type: 'stream'
  readonly headers: Readonly<Record<string, string>>
  readonly frames: Iterable<Frame>
  readonly errorFrame: string | Uint8Array
}

export type Reply = WholeReply | StreamReply

/** The connection is to be dropped here; `reset` asks for a TCP reset instead of an orderly close. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut'
  readonly code = 'ECONNRESET'
  readonly reset: boolean

  constructor(reset: boolean) {
    super('The simulated provider dropped the connection.')
    this.reset = reset
  }
}

/** How a delivery waits; given in so that tests need not. Rejects when the signal aborts. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

/** What a delivery needs from outside. */
export interface DeliveryContext {
  readonly behaviour: Behaviour
  readonly sleep: Sleep
  readonly signal: AbortSignal
}

/** Makes a reply with a JSON body. */
export function jsonReply(
  body: unknown,
  options: { status?: number; tokens?: number; headers?: Readonly<Record<string, string>> } = {},
): WholeReply {
  const { status = 200, tokens = 0, headers = {} } = options
  return {
    type: 'whole',
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    tokens,
  }
}

/** Yields the bytes of a reply's body with the pace and the faults its behaviour asks for. */
export async function* deliver(reply: Reply, context: DeliveryContext): AsyncGenerator<Uint8Array> {
  const chunks =
    reply.type === 'stream' ? streamChunks(reply, context) : wholeChunks(reply, context)
  const size = context.behaviour.slowTrickle
  for await (const chunk of chunks) {
    context.signal.throwIfAborted()
    if (size === undefined) yield chunk
    else yield* trickle(chunk, size, context)
  }
}

/** Tells whether the length of the body is known before it is sent. */
export function hasKnownLength(reply: Reply, behaviour: Behaviour): reply is WholeReply {
  return reply.type === 'whole' && behaviour.huge === undefined && behaviour.garbage === undefined
}

async function* streamChunks(
  reply: StreamReply,
  context: DeliveryContext,
): AsyncGenerator<Uint8Array> {
  const { behaviour, sleep, signal } = context
  const startedAt = performance.now()
  let sent = 0
  let tokens = 0
  for (const frame of reply.frames) {
    if (behaviour.cut === sent) throw new ConnectionCut(behaviour.reset === true)
    if (behaviour.hang === sent) await hang(signal)
    if (behaviour.garbage === sent) yield Buffer.from('data: {"simulated garbage": [\n\n')
    if (behaviour.errorEvent === sent) {
      yield bytesOf(reply.errorFrame)
      return
    }
    tokens += frame.tokens
    if (behaviour.tps !== undefined && frame.tokens > 0) {
      const dueAt = startedAt + (tokens * 1_000) / behaviour.tps
      const wait = dueAt - performance.now()
      if (wait > 0) await sleep(wait, signal)
    }
    yield bytesOf(frame.text)
    sent++
  }
}

function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text) : text
}

async function* wholeChunks(
  reply: WholeReply,
  context: DeliveryContext,
): AsyncGenerator<Uint8Array> {
  const { behaviour, sleep, signal } = context
  if (behaviour.tps !== undefined && reply.tokens > 0) {
    await sleep((reply.tokens * 1_000) / behaviour.tps, signal)
  }
  const body = bytesOf(reply.body)
  if (behaviour.garbage !== undefined) {
    yield Buffer.concat([body.subarray(0, body.length / 2), Buffer.from('<simulated garbage')])
    return
  }
  if (behaviour.huge !== undefined) {
    yield* hugeChunks(body, behaviour.huge)
    return
  }
  if (behaviour.cut === undefined && behaviour.hang === undefined) {
    yield body
    return
  }
  const middle = Math.ceil(body.length / 2)
  yield body.subarray(0, middle)
  if (behaviour.cut !== undefined) throw new ConnectionCut(behaviour.reset === true)
  await hang(signal)
  yield body.subarray(middle)
}

function* hugeChunks(body: Uint8Array, bytes: number): Generator<Uint8Array> {
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const at = buffer.indexOf(hugeMark)
  yield at < 0 ? buffer : buffer.subarray(0, at)
  // A body without text of its own grows by white space, which JSON allows at its end.
  for (const piece of fillerOf(bytes)) yield Buffer.from(at < 0 ? ' '.repeat(piece.length) : piece)
  if (at >= 0) yield buffer.subarray(at + hugeMark.length)
}

async function* trickle(
  chunk: Uint8Array,
  size: number,
  { sleep, signal }: DeliveryContext,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < chunk.length; at += size) {
    yield chunk.subarray(at, at + size)
    await sleep(1, signal)
  }
}

function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
