import { isStreamed } from '../core/call.ts'
import type { Answer, AnswerReport, Question } from '../core/call.ts'
import type { GatewayError } from '../core/errors.ts'
import type { BrokenStream } from '../core/target.ts'
import type { MeteredUsage } from '../core/usage.ts'
import type {
  ClientFormat,
  FormatName,
  NeutralEvent,
  NeutralRequest,
  ProviderFormat,
  SseFrame,
  StreamWriter,
  StreamWriterOptions,
} from '../formats/index.ts'
import type { Translation } from './exchange.ts'

/**
 * Going on with a stream of text that broke off: another target is given what was said and asked to go on,
 * and its frames are written into the running stream of the client as if nothing had been.
 */

/** Longer texts are not kept for the case that their stream breaks. */
const maxSaidLength = 2_000_000

/** What the model that goes on is told. A turn of its own: not every model goes on with one that was begun for it. */
const goOnText =
  'Your answer above broke off. Go on exactly behind its last character. Repeat nothing, and say nothing about this.'

/**
 * Formats whose frames name nothing that a later frame has to name again: behind frames of a provider, a
 * writer can go on with them.
 */
const plainFormats: ReadonlySet<FormatName> = new Set<FormatName>([
  'openai-chat',
  'openai-completions',
  'anthropic-messages',
  'gemini',
  'gemini-array',
  'bedrock-converse',
])

/** Events behind which nobody can go on with a text. */
const endsText: ReadonlySet<NeutralEvent['type']> = new Set<NeutralEvent['type']>([
  'tool-call-start',
  'refusal-delta',
  'answer-end',
])

/** A stream of text that broke off, with the writer that wrote it to the client. */
export class ResumableStream implements BrokenStream {
  readonly error: GatewayError
  readonly said: string
  readonly writer: StreamWriter
  /** The text part that is still open, if one is. */
  readonly openPart: number | undefined
  /** The first index that no part has had. */
  readonly nextPart: number
  /** What the attempts so far have used. */
  readonly usage: MeteredUsage

  constructor(parts: Omit<ResumableStream, 'saidLength'>) {
    this.error = parts.error
    this.said = parts.said
    this.writer = parts.writer
    this.openPart = parts.openPart
    this.nextPart = parts.nextPart
    this.usage = parts.usage
  }

  get saidLength(): number {
    return this.said.length
  }
}

/** Follows the events of a stream for the case that it breaks off. */
export class Continuity {
  readonly #writer: StreamWriter
  #said: string
  #openPart: number | undefined
  #nextPart: number
  #isOnlyText = true

  /** @param resumed the stream that this one goes on with, if it does */
  constructor(writer: StreamWriter, resumed: ResumableStream | undefined) {
    this.#writer = writer
    this.#said = resumed?.said ?? ''
    this.#openPart = resumed?.openPart
    this.#nextPart = resumed?.nextPart ?? 0
  }

  /** Takes an event that was written to the client. */
  see(event: NeutralEvent): void {
    if ('index' in event) this.#nextPart = Math.max(this.#nextPart, event.index + 1)
    if (event.type === 'text-start') this.#openPart = event.index
    else if (event.type === 'text-delta') this.#say(event.text)
    else if (event.type === 'text-end') this.#openPart = undefined
    else if (endsText.has(event.type)) this.#isOnlyText = false
  }

  #say(text: string): void {
    if (this.#said.length <= maxSaidLength) this.#said += text
    // What nobody goes on with need not be held.
    else this.#isOnlyText = false
    if (!this.#isOnlyText) this.#said = ''
  }

  /** Returns the stream as it broke off; `undefined` when nobody could go on with it. */
  broken(error: GatewayError, usage: MeteredUsage): ResumableStream | undefined {
    const isText = this.#isOnlyText && this.#said !== '' && this.#said.length <= maxSaidLength
    if (!isText) return undefined
    return new ResumableStream({
      error,
      usage,
      said: this.#said,
      writer: this.#writer,
      openPart: this.#openPart,
      nextPart: this.#nextPart,
    })
  }
}

/**
 * Follows frames that are forwarded as they came: a writer is kept in the state it would be in, had it
 * written them. Frames that cannot be read end that, not the stream.
 */
export function followFrames(
  formats: { readonly client: ClientFormat; readonly provider: ProviderFormat },
  options: StreamWriterOptions,
): { readonly continuity: Continuity; readonly see: (frame: SseFrame) => void } {
  const reader = formats.provider.openStreamReader()
  const writer = formats.client.openStreamWriter(options)
  const continuity = new Continuity(writer, undefined)
  let isLost = false
  return {
    continuity,
    see(frame) {
      if (isLost) return
      try {
        for (const event of reader.read(frame)) {
          writer.write(event)
          continuity.see(event)
        }
      } catch {
        // The observer of the stream has judged the frame: here only the way back into it is lost.
        isLost = true
        continuity.see({ type: 'answer-end', stopReason: 'other' })
      }
    },
  }
}

/** Returns the broken stream that an attempt is to go on with. */
export function resumedOf(broken: BrokenStream | undefined): ResumableStream | undefined {
  return broken instanceof ResumableStream ? broken : undefined
}

/**
 * Tells whether the answer to a request may be put together of two: not where its form must hold as a
 * whole, nor behind frames that were forwarded as they came where only their writer knows how to go on.
 */
export function isDivisible(
  question: Question,
  request: NeutralRequest,
  { client, isSame }: Translation,
): boolean {
  const { responseShape } = request
  const isText = responseShape === undefined || responseShape.type === 'text'
  const hasOneChoice = (question.body.json?.['n'] ?? 1) === 1
  return isText && hasOneChoice && (!isSame || plainFormats.has(client.name))
}

/** Returns the request for what is to follow. */
export function continued(request: NeutralRequest, { said }: ResumableStream): NeutralRequest {
  const { messages, maxOutputTokens } = request
  return {
    ...request,
    messages: [
      ...messages,
      { role: 'assistant', content: [{ type: 'text', text: said }] },
      { role: 'user', content: [{ type: 'text', text: goOnText }] },
    ],
    ...(maxOutputTokens === undefined
      ? {}
      : { maxOutputTokens: Math.max(maxOutputTokens - Math.ceil(said.length / 4), 1) }),
  }
}

/**
 * Returns what turns the events of a new answer into those of the one that broke off: no second start, its
 * first text goes on in the part that is open, and thoughts about going on are left out.
 */
export function rewriteEvents(
  resumed: ResumableStream,
): (event: NeutralEvent) => NeutralEvent | undefined {
  const parts = new Map<number, number>()
  let { openPart, nextPart } = resumed
  return (event) => {
    switch (event.type) {
      case 'answer-start':
      case 'reasoning-start':
      case 'reasoning-delta':
      case 'reasoning-signature':
      case 'reasoning-end':
      case 'redacted-reasoning':
        return undefined
      case 'text-start': {
        const isOpen = openPart !== undefined
        parts.set(event.index, openPart ?? nextPart++)
        openPart = undefined
        return isOpen ? undefined : { ...event, index: parts.get(event.index) ?? event.index }
      }
      case 'tool-call-start':
        parts.set(event.index, nextPart++)
        return { ...event, index: parts.get(event.index) ?? event.index }
      case 'text-delta':
      case 'text-end':
      case 'tool-call-delta':
      case 'tool-call-end':
        return { ...event, index: parts.get(event.index) ?? event.index }
      case 'answer-end':
        // What the client is told is what the whole answer took.
        return event.usage === undefined
          ? event
          : { ...event, usage: addUsage(resumed.usage, { ...event.usage, estimated: false }) }
      case 'refusal-delta':
      case 'error':
      case 'done':
        return event
      default:
        return event satisfies never
    }
  }
}

/** Adds what two attempts at one answer used. */
export function addUsage(one: MeteredUsage, other: MeteredUsage): MeteredUsage {
  const sum = (name: 'cacheReadTokens' | 'cacheWriteTokens' | 'reasoningTokens') => {
    const total = (one[name] ?? 0) + (other[name] ?? 0)
    return total === 0 ? {} : { [name]: total }
  }
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    ...sum('cacheReadTokens'),
    ...sum('cacheWriteTokens'),
    ...sum('reasoningTokens'),
    estimated: one.estimated || other.estimated,
  }
}

/** Tells every client that reads server-sent events, and harms none, that another target goes on. */
const continuedComment = Buffer.from(': continued by another target\n\n')

/** What follows a stream that broke off. */
export interface Following {
  readonly rest: Answer
  /** What the attempt that broke off has used. */
  readonly own: MeteredUsage
  /** Whether a comment tells the client of it. */
  readonly isMarked: boolean
}

/** Gives what follows a stream that broke off, and carries over to its report what becomes of the rest. */
export async function* goOn(
  { rest, own, isMarked }: Following,
  report: AnswerReport,
): AsyncGenerator<Uint8Array> {
  if (!isStreamed(rest.body)) return
  function carryOver(): void {
    report.error = rest.report.error
    report.usage = rest.report.usage === undefined ? own : addUsage(own, rest.report.usage)
    report.isComplete = rest.report.isComplete
  }
  report.error = undefined
  try {
    if (isMarked) yield continuedComment
    for await (const piece of rest.body) {
      carryOver()
      yield piece
    }
  } finally {
    carryOver()
  }
}

/** Ends an answer that nobody reads any more, also while it waits for its provider. */
export function closeBody({ body }: Answer): void {
  if (!isStreamed(body)) return
  const closing = body[Symbol.asyncIterator]().return?.()
  closing?.catch(() => {
    // What a stream throws while it is closed has no reader.
  })
}
