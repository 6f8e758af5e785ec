import type { AnswerReport } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import type { MeteredUsage, TokenUsage } from '../core/usage.ts'
import { createSseSplitter } from '../formats/index.ts'
import type {
  ClientFormat,
  ErrorView,
  FrameVerdict,
  NeutralEvent,
  ProviderFault,
  ProviderFormat,
  SseFrame,
  StreamWriterOptions,
  Wire,
} from '../formats/index.ts'
import { readChunks } from './chunks.ts'
import type { Deadlines } from './deadlines.ts'
import { classifyFault } from './failure-class.ts'
import type { ByteSource } from './provider.ts'

/** What a stream on its way from a provider to a client needs. */
export interface StreamContext {
  readonly upstream: ByteSource
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

/** What frames turn into on their way to the client. */
interface Passage {
  /** Takes the next frames of the provider; a chunk is given when they are exactly its bytes. */
  pass(frames: readonly SseFrame[], chunk?: Uint8Array): Passed
  /** Whether something the model said was among the frames so far. */
  hasContent(): boolean
  /** Takes the end of the bytes, which completes a stream without a terminator. */
  end(): Passed
  usage(): MeteredUsage
  /** Writes the frames that end the stream with an error. */
  writeError(error: ErrorView): Wire
}

interface Passed {
  readonly bytes: Uint8Array
  /** The terminator was among the frames. */
  readonly hasEnded: boolean
  /** What was wrong with the frame after those that became `bytes`. */
  readonly failure?: unknown
}

const encoder = new TextEncoder()
const nothing = new Uint8Array()
const forward: FrameVerdict = { type: 'forward' }

/**
 * Forwards a stream between equal formats: whole frames as the bytes they came in, in the chunks they
 * came in. Only what the gateway itself asked for is taken out. A stream that fails, stalls or is cut ends
 * with an error in the client's dialect, behind all that came before the fault.
 */
export function forwardStream(
  context: StreamContext,
  options: { readonly withholdUsage: boolean },
): AsyncIterableIterator<Uint8Array> {
  const observer = context.provider.openStreamObserver(options)
  // A splitter that takes frames out of another framing gives them bytes of their own.
  const isReframed = context.provider.streamType !== context.client.streamType
  function pass(frames: readonly SseFrame[], chunk?: Uint8Array): Passed {
    const kept: SseFrame[] = []
    let hasEnded = false
    let failure: unknown
    try {
      for (const frame of frames) {
        // Nothing behind the terminator is read by anyone.
        const verdict = hasEnded ? forward : observer.observe(frame)
        if (verdict.type === 'fault') throw faultError(verdict.fault)
        if (verdict.type === 'end') hasEnded = true
        if (verdict.type !== 'withhold') kept.push(frame)
      }
    } catch (error) {
      failure = error
    }
    const isWhole = !isReframed && chunk !== undefined && kept.length === frames.length
    return { bytes: isWhole ? chunk : joinFrames(kept), hasEnded, failure }
  }
  return pump(context, {
    pass,
    end: () => ({ bytes: nothing, hasEnded: observer.end?.() === true }),
    hasContent: () => observer.outputLength() > 0,
    usage: () => context.meter(observer.usage(), observer.outputLength()),
    writeError: (error) => observer.writeError?.(error) ?? context.client.writeStreamError(error),
  })
}

/** Forwards a stream between different formats, event by event through the neutral form. */
export function translateStream(
  context: StreamContext,
  options: StreamWriterOptions,
): AsyncIterableIterator<Uint8Array> {
  const reader = context.provider.openStreamReader()
  const writer = context.client.openStreamWriter(options)
  let reported: TokenUsage | undefined
  let outputLength = 0
  function translate(event: NeutralEvent): Wire {
    if (event.type === 'error') throw faultError(event.fault)
    if ('usage' in event && event.usage !== undefined) reported = event.usage
    if ('text' in event) outputLength += event.text.length
    if ('arguments' in event) outputLength += event.arguments.length
    return writer.write(event)
  }
  function collect(frames: Iterable<readonly NeutralEvent[]>): Passed {
    const wire = new WireBuffer()
    let hasEnded = false
    let failure: unknown
    try {
      for (const events of frames) {
        for (const event of events) {
          wire.add(translate(event))
          if (event.type === 'done') hasEnded = true
        }
        if (hasEnded) break
      }
    } catch (error) {
      failure = error
    }
    return { bytes: wire.bytes(), hasEnded, failure }
  }
  function* eventsOf(frames: readonly SseFrame[]): Generator<readonly NeutralEvent[]> {
    for (const frame of frames) yield reader.read(frame)
  }
  return pump(context, {
    pass: (frames) => collect(eventsOf(frames)),
    end: () => collect([reader.end?.() ?? []]),
    hasContent: () => outputLength > 0,
    usage: () => context.meter(reported, outputLength),
    writeError: (error) => writer.writeError?.(error) ?? context.client.writeStreamError(error),
  })
}

/** Forwards bytes as they come, for bodies the gateway does not read (audio, files). */
export function forwardBytes(
  context: Pick<StreamContext, 'upstream' | 'deadlines' | 'report'>,
): AsyncIterableIterator<Uint8Array> {
  async function* run(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of readChunks(context.upstream, context.deadlines)) {
        context.report.hasContent = true
        yield chunk
      }
    } catch (error) {
      // Half a binary body cannot end in words: breaking the connection is what tells the client.
      context.report.error = context.deadlines.explain(error)
      throw context.report.error
    } finally {
      finish()
    }
  }
  function finish(): void {
    context.deadlines[Symbol.dispose]()
    tellEnd(context.report)
  }
  return closable(run(), context, finish)
}

/** Takes a stream from its first byte to its terminator, its error or the departure of the client. */
function pump(context: StreamContext, passage: Passage): AsyncIterableIterator<Uint8Array> {
  const { deadlines, report } = context
  function finish(): void {
    report.usage = passage.usage()
    deadlines[Symbol.dispose]()
    tellEnd(report)
  }
  function complete(): void {
    report.isComplete = true
    finish()
  }
  async function* run(): AsyncGenerator<Uint8Array> {
    const splitter = context.provider.openSplitter?.(context) ?? createSseSplitter(context)
    let hasEnded = false
    try {
      for await (const chunk of readChunks(context.upstream, deadlines, () => hasEnded)) {
        const wasEmpty = splitter.rest().byteLength === 0
        const frames = splitter.push(chunk)
        const isWhole = wasEmpty && splitter.rest().byteLength === 0
        const passed = passage.pass(frames, isWhole ? chunk : undefined)
        hasEnded = passed.hasEnded
        if (!report.hasContent && passage.hasContent()) {
          report.hasContent = true
          deadlines.spoken()
        }
        if (hasEnded) complete()
        if (passed.bytes.byteLength > 0) yield passed.bytes
        if (hasEnded) return
        if (passed.failure !== undefined) throw passed.failure
      }
      // Some servers leave out the blank line behind the terminator. Any other rest is half a frame.
      const last = splitter.flush()
      const passed = endOf(passage, last === undefined ? undefined : passage.pass([last]))
      if (!passed.hasEnded) throw new GatewayError('provider_stream_cut')
      complete()
      yield passed.bytes
    } catch (error) {
      const last = endWithError(context, passage, error)
      if (last.length > 0) yield typeof last === 'string' ? encoder.encode(last) : last
    } finally {
      finish()
    }
  }
  return closable(run(), context, finish)
}

/** Tells whoever wants to know that an answer is over, once. */
function tellEnd(report: AnswerReport): void {
  const { onEnd } = report
  report.onEnd = undefined
  onEnd?.()
}

/** Ends a passage behind what the rest of the bytes became, unless that ended it or was half a frame. */
function endOf(passage: Passage, rest: Passed | undefined): Passed {
  if (rest?.hasEnded === true || rest?.failure !== undefined) return rest
  const passed = passage.end()
  return rest === undefined
    ? passed
    : { ...passed, bytes: Buffer.concat([rest.bytes, passed.bytes]) }
}

/**
 * Lets a stream be closed at any moment: before it has started, when it has no `finally` to run yet, and
 * while it waits for the provider, which ends that wait.
 */
function closable(
  stream: AsyncGenerator<Uint8Array>,
  context: Pick<StreamContext, 'deadlines'>,
  finish: () => void,
): AsyncIterableIterator<Uint8Array> {
  let state: 'new' | 'running' | 'over' = 'new'
  const iterator: AsyncIterableIterator<Uint8Array> = {
    async next() {
      state = 'running'
      const result = await stream.next()
      if (result.done === true) state = 'over'
      return result
    },
    async return() {
      if (state !== 'over') context.deadlines.cancel()
      if (state === 'new') finish()
      state = 'over'
      return stream.return(undefined)
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}

/** Records why a stream failed and returns the frames that tell the client, none when it has left. */
function endWithError(context: StreamContext, passage: Passage, cause: unknown): Wire {
  const error = context.deadlines.explain(cause)
  context.report.error = error
  return error.code === 'client_closed' ? '' : passage.writeError(context.view(error))
}

/** Collects what one format writes: text for most, bytes for some, and never both in one stream. */
class WireBuffer {
  #text = ''
  readonly #pieces: Uint8Array[] = []

  add(wire: Wire): void {
    if (typeof wire === 'string') this.#text += wire
    else this.#pieces.push(wire)
  }

  bytes(): Uint8Array {
    return this.#pieces.length === 0 ? encoder.encode(this.#text) : Buffer.concat(this.#pieces)
  }
}

function faultError(fault: ProviderFault): GatewayError {
  const failureClass = classifyFault(fault)
  return new GatewayError('provider_error', fault.message, { status: fault.status, failureClass })
}

function joinFrames(frames: readonly SseFrame[]): Uint8Array {
  const only = frames.length === 1 ? frames[0] : undefined
  return only === undefined ? Buffer.concat(frames.map((frame) => frame.bytes)) : only.bytes
}
