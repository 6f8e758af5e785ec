import type { AnswerReport } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import type { MeteredUsage, TokenUsage } from '../core/usage.ts'
import { createSseSplitter } from '../formats/index.ts'
import type {
  ClientFormat,
  ErrorView,
  ProviderFault,
  ProviderFormat,
  SseFrame,
} from '../formats/index.ts'
import type { Deadlines } from './deadlines.ts'

/** What a stream on its way from a provider to a client needs. */
export interface StreamContext {
  readonly upstream: ReadableStream<Uint8Array>
  readonly deadlines: Deadlines
  readonly report: AnswerReport
  readonly client: ClientFormat
  readonly provider: ProviderFormat
  readonly maxFrameBytes: number
  /** Shows an error as the client is to see it. */
  readonly view: (error: GatewayError) => ErrorView
  /** Completes the usage from what the provider reported or, failing that, from the length of the output. */
  readonly meter: (reported: TokenUsage | undefined, outputLength: number) => MeteredUsage
}

/** How long a provider may keep the connection open after its terminator, in milliseconds. */
const lingerMs = 1000
const encoder = new TextEncoder()

/**
 * Forwards a stream between equal formats: whole frames as the bytes they came in, in the chunks they
 * came in. Only what the gateway itself asked for is taken out. A stream that fails, stalls or is cut ends
 * with an error in the client's dialect.
 */
export async function* forwardStream(
  context: StreamContext,
  options: { readonly withholdUsage: boolean },
): AsyncGenerator<Uint8Array> {
  const observer = context.provider.openStreamObserver(options)
  const splitter = createSseSplitter(context)
  let hasEnded = false
  function isForClient(frame: SseFrame): boolean {
    const verdict = observer.observe(frame)
    if (verdict.type === 'fault') throw faultError(verdict.fault)
    if (verdict.type === 'end') hasEnded = true
    return verdict.type !== 'withhold'
  }
  try {
    for await (const chunk of readChunks(context, () => hasEnded)) {
      const frames = splitter.push(chunk)
      const kept = frames.filter(isForClient)
      const isWhole = kept.length === frames.length && framesLength(kept) === chunk.byteLength
      const bytes = isWhole ? chunk : joinFrames(kept)
      if (bytes.byteLength > 0) yield bytes
    }
    const last = splitter.flush()
    if (last !== undefined && isForClient(last)) yield last.bytes
    if (!hasEnded) throw new GatewayError('provider_stream_cut')
  } catch (error) {
    const text = endWithError(context, error)
    if (text !== '') yield encoder.encode(text)
  } finally {
    context.report.usage = context.meter(observer.usage(), observer.outputLength())
    context.deadlines[Symbol.dispose]()
  }
}

/** Forwards a stream between different formats, event by event through the neutral form. */
export async function* translateStream(
  context: StreamContext,
  options: { readonly includeUsage: boolean; readonly createdAt: number },
): AsyncGenerator<Uint8Array> {
  const reader = context.provider.openStreamReader()
  const writer = context.client.openStreamWriter(options)
  const splitter = createSseSplitter(context)
  let hasEnded = false
  let reported: TokenUsage | undefined
  let outputLength = 0
  function translate(frame: SseFrame): string {
    let text = ''
    for (const event of reader.read(frame)) {
      if (event.type === 'error') throw faultError(event.fault)
      if (event.type === 'done') hasEnded = true
      if ('usage' in event && event.usage !== undefined) reported = event.usage
      if ('text' in event) outputLength += event.text.length
      if ('arguments' in event) outputLength += event.arguments.length
      text += writer.write(event)
    }
    return text
  }
  try {
    for await (const chunk of readChunks(context, () => hasEnded)) {
      let text = ''
      for (const frame of splitter.push(chunk)) text += translate(frame)
      if (text !== '') yield encoder.encode(text)
    }
    const last = splitter.flush()
    if (last !== undefined) yield encoder.encode(translate(last))
    if (!hasEnded) throw new GatewayError('provider_stream_cut')
  } catch (error) {
    const text = endWithError(context, error)
    if (text !== '') yield encoder.encode(text)
  } finally {
    context.report.usage = context.meter(reported, outputLength)
    context.deadlines[Symbol.dispose]()
  }
}

/** Forwards bytes as they come, for bodies the gateway does not read (audio, files). */
export async function* forwardBytes(
  context: Pick<StreamContext, 'upstream' | 'deadlines' | 'report'>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* readChunks(context, () => false)
  } catch (error) {
    // Half a binary body cannot end in words: breaking the connection is what tells the client.
    context.report.error = context.deadlines.explain(error)
    throw context.report.error
  } finally {
    context.deadlines[Symbol.dispose]()
  }
}

/** Reads chunks under the deadlines; after the terminator it lingers briefly so that the connection can be reused. */
async function* readChunks(
  context: Pick<StreamContext, 'upstream' | 'deadlines'>,
  hasEnded: () => boolean,
): AsyncGenerator<Uint8Array> {
  const reader = context.upstream.getReader()
  let linger: Timer | undefined
  try {
    for (;;) {
      if (hasEnded() && linger === undefined) {
        linger = setTimeout(() => void reader.cancel(), lingerMs)
      }
      context.deadlines.waiting()
      const { done, value } = await reader.read()
      context.deadlines.arrived()
      if (done) return
      yield value
    }
  } finally {
    clearTimeout(linger)
    reader.cancel().catch(() => {
      // Already failed or closed: there is nothing left to cancel.
    })
  }
}

/** Records why a stream failed and returns the frames that tell the client, none when it has left. */
function endWithError(context: StreamContext, cause: unknown): string {
  const error = context.deadlines.explain(cause)
  context.report.error = error
  return error.code === 'client_closed' ? '' : context.client.writeStreamError(context.view(error))
}

function faultError(fault: ProviderFault): GatewayError {
  return new GatewayError('provider_error', fault.message, { status: fault.status })
}

function framesLength(frames: readonly SseFrame[]): number {
  let length = 0
  for (const frame of frames) length += frame.bytes.byteLength
  return length
}

function joinFrames(frames: readonly SseFrame[]): Uint8Array {
  const only = frames.length === 1 ? frames[0] : undefined
  return only === undefined ? Buffer.concat(frames.map((frame) => frame.bytes)) : only.bytes
}
