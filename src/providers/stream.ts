import type { Answer, AnswerReport } from '../core/call.ts'
import { GatewayError } from '../core/errors.ts'
import type { AskOptions } from '../core/target.ts'
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
import { closeBody, Continuity, followFrames, goOn, rewriteEvents } from './continue.ts'
import type { Following, ResumableStream } from './continue.ts'
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
  /** Longest part of an answer that a translation may hold, in UTF-16 code units. */
  readonly maxHeldLength?: number | undefined
  /** Shows an error as the client is to see it. */
  readonly view: (error: GatewayError) => ErrorView
  /** Completes the usage from what the provider reported or, failing that, from the length of the output. */
  readonly meter: (reported: TokenUsage | undefined, outputLength: number) => MeteredUsage
  /** What is done when the stream breaks off behind its first words; it ends with its error when absent. */
  readonly continuation?: Continuation | undefined
  /** The stream that this one goes on with, if it does. */
  readonly resumed?: ResumableStream | undefined
}

/** How a stream that breaks off may be gone on with. */
export interface Continuation {
  readonly onBreak: NonNullable<AskOptions['onBreak']>
  /** How its frames would be written. */
  readonly options: StreamWriterOptions
  /** Told when another target goes on. */
  readonly onContinued: (rest: Answer) => void
}

/** What frames turn into on their way to the client. */
interface Passage {
  /** Takes the next frames of the provider; a chunk is given when they are exactly its bytes. */
  pass(frames: readonly SseFrame[], chunk?: Uint8Array): Passed
  /** Length of what the model has said so far, in UTF-16 code units or bytes. */
  outputLength(): number
  /** Takes the end of the bytes, which completes a stream without a terminator. */
  end(): Passed
  usage(): MeteredUsage
  /** What is needed to go on with the stream where it breaks off. */
  readonly continuity?: Continuity | undefined
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
  const { continuation } = context
  const follower = continuation && followFrames(context, continuation.options)
  function pass(frames: readonly SseFrame[], chunk?: Uint8Array): Passed {
    const kept: Uint8Array[] = []
    let isChanged = false
    let hasEnded = false
    let failure: unknown
    try {
      for (const frame of frames) {
        // Nothing behind the terminator is read by anyone.
        const verdict = hasEnded ? forward : observer.observe(frame)
        if (verdict.type === 'fault') throw faultError(verdict.fault)
        if (verdict.type === 'end') hasEnded = true
        isChanged ||= verdict.type === 'withhold' || verdict.type === 'replace'
        if (verdict.type !== 'withhold') {
          kept.push(verdict.type === 'replace' ? verdict.bytes : frame.bytes)
        }
        follower?.see(frame)
      }
    } catch (error) {
      failure = error
    }
    const isWhole = !isReframed && !isChanged && kept.length === frames.length
    const bytes = isWhole ? (chunk ?? joined(kept)) : joined(kept)
    return { bytes, hasEnded, failure }
  }
  return pump(context, {
    pass,
    end: () => ({ bytes: nothing, hasEnded: observer.end?.() === true }),
    outputLength: () => observer.outputLength(),
    usage: () => context.meter(observer.usage(), observer.outputLength()),
    continuity: follower?.continuity,
    writeError: (error) => observer.writeError?.(error) ?? context.client.writeStreamError(error),
  })
}

/** Forwards a stream between different formats, event by event through the neutral form. */
export function translateStream(
  context: StreamContext,
  options: StreamWriterOptions,
): AsyncIterableIterator<Uint8Array> {
  const reader = context.provider.openStreamReader(options.warn)
  const { resumed, continuation, maxHeldLength = Infinity } = context
  // Arguments are put together by many formats; only this one repeats at its end all that was said.
  const holdsText = context.client.name === 'openai-responses'
  const writer = resumed?.writer ?? context.client.openStreamWriter(options)
  const rewrite = resumed && rewriteEvents(resumed)
  const continuity = continuation && new Continuity(writer, resumed)
  let reported: TokenUsage | undefined
  let outputLength = 0
  let heldLength = 0
  function translate(event: NeutralEvent): Wire {
    if (event.type === 'error') throw faultError(event.fault)
    if ('usage' in event && event.usage !== undefined) reported = event.usage
    const textLength = 'text' in event ? event.text.length : 0
    const argumentsLength = 'arguments' in event ? event.arguments.length : 0
    outputLength += textLength + argumentsLength
    heldLength += argumentsLength + (holdsText ? textLength : 0)
    if (heldLength > maxHeldLength) throw new GatewayError('provider_answer_too_large')
    if (event.type === 'refusal-delta') context.report.hasRefusal = true
    const written = rewrite === undefined ? event : rewrite(event)
    if (written === undefined) return ''
    const wire = writer.write(written)
    continuity?.see(written)
    return wire
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
    outputLength: () => outputLength,
    usage: () => context.meter(reported, outputLength),
    continuity,
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
  return closable(run(), () => context.deadlines.cancel(), finish)
}

/** Takes a stream from its first byte to its terminator, its error or the departure of the client. */
function pump(context: StreamContext, passage: Passage): AsyncIterableIterator<Uint8Array> {
  const { deadlines, report } = context
  let isOver = false
  let following: Following | undefined
  function finish(): void {
    if (isOver) return
    isOver = true
    report.usage = usageOf(passage, report.isComplete)
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
        const wasBetween = splitter.isBetweenFrames()
        const frames = splitter.push(chunk)
        const isWhole = wasBetween && splitter.isBetweenFrames()
        const passed = passage.pass(frames, isWhole ? chunk : undefined)
        hasEnded = passed.hasEnded
        if (!report.hasContent && passage.outputLength() > 0) {
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
      following = await takeUp(context, passage, { cause: error, finish })
      if (following !== undefined) return yield* goOn(following, report)
      const last = endWithError(context, passage, error)
      if (last.length > 0) yield typeof last === 'string' ? encoder.encode(last) : last
    } finally {
      finish()
    }
  }
  function cancel(): void {
    deadlines.cancel()
    if (following !== undefined) closeBody(following.rest)
  }
  return closable(run(), cancel, finish)
}

/** Ends an attempt whose stream broke off with its error, and asks for another to go on with the stream. */
async function takeUp(
  context: StreamContext,
  passage: Passage,
  { cause, finish }: { readonly cause: unknown; readonly finish: () => void },
): Promise<Following | undefined> {
  const { continuation, deadlines, report, client } = context
  const error = deadlines.explain(cause)
  if (continuation === undefined || error.code === 'client_closed') return undefined
  const own = usageOf(passage, false)
  const broken = passage.continuity?.broken(error, own)
  if (broken === undefined) return undefined
  report.error = error
  finish()
  const rest = await continuation.onBreak(broken)
  if (rest === undefined) return undefined
  continuation.onContinued(rest)
  return { rest, own, isMarked: client.streamType === undefined }
}

/** Returns the usage of a stream; what a provider counted up to a cut may lack most of the output. */
function usageOf(passage: Passage, isComplete: boolean): MeteredUsage {
  const usage = passage.usage()
  const outputTokens = Math.ceil(passage.outputLength() / 4)
  if (isComplete || usage.estimated || outputTokens <= usage.outputTokens) return usage
  return { ...usage, outputTokens, estimated: true }
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
  cancel: () => void,
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
      if (state !== 'over') cancel()
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

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const only = pieces.length === 1 ? pieces[0] : undefined
  return only ?? Buffer.concat(pieces)
}
