import { toolTierOf } from './compliance/index.ts'
import type { Answer, AnswerReport, Question } from './core/call.ts'
import { isStreamed } from './core/call.ts'
import { GatewayError } from './core/errors.ts'
import type { Operation } from './core/record.ts'
import type { Settled, StreamTextGate, TextChannel, TextFilter } from './core/text-filter.ts'
import { answerTexts, openStreamEnding, openTextGate, requestTexts } from './formats/index.ts'
import type { ClientFormat, StreamEnding } from './formats/index.ts'
import type { OversightConfig } from './oversight/index.ts'

/** What is needed to tell calls that read from those that write. */
export interface ReadOnlyParts {
  readonly clientFormats: ReadonlyMap<string, ClientFormat>
  readonly maxFrameBytes: () => number
  readonly tools: () => OversightConfig['tools']
}

/** Endpoints that keep or change something at a provider. */
const storingOperations: ReadonlySet<Operation> = new Set(['files', 'batches', 'responses'])

/**
 * Says what of a call may write, in words for its caller; `undefined` for a call that only reads.
 * @param isRunning whether it runs already: then nobody watches what its answer calls
 */
export function whatWrites(
  question: Question,
  isRunning: boolean,
  { tools }: Pick<ReadOnlyParts, 'tools'>,
): string | undefined {
  const { operation, method } = question.call
  // What it offers as tools, and calls, changes while it runs.
  if (operation === 'realtime') return 'realtime sessions may do more'
  if (storingOperations.has(operation) && method !== 'GET') {
    return `${method} at this endpoint writes`
  }
  const offered = offeredTools(question)
  const writing = offered.find((tool) => toolTierOf(tool, tools()).tier !== 'T1')
  if (writing !== undefined) return `the tool '${writing.name.slice(0, 100)}' may do more`
  return isRunning && offered.length > 0 ? 'a call with tools began before it' : undefined
}

function offeredTools(question: Question) {
  return requestTexts(question).tools.filter(({ use }) => use === 'offered')
}

/**
 * Lets an answer pass whose calls of tools only read. Throws `emergency_stop` for another whole answer, and
 * ends a stream with it before a call that may write is complete.
 */
export function readingAnswer(question: Question, answer: Answer, parts: ReadOnlyParts): Answer {
  if (offeredTools(question).length === 0) return answer
  const { body, headers, report } = answer
  const mayDo = (name: string, given: string | undefined): boolean =>
    toolTierOf({ name, arguments: given }, parts.tools()).tier === 'T1'
  if (!isStreamed(body)) {
    const { tools } = answerTexts(question, body, headers['content-type'] ?? '')
    const called = tools.filter(({ use }) => use === 'called')
    if (called.every((tool) => mayDo(tool.name, tool.arguments))) return answer
    throw refusal()
  }
  const format = parts.clientFormats.get(question.call.clientFormat)
  if (format === undefined || answer.channel !== undefined) return answer
  const gate = openTextGate(format.name, {
    maxFrameBytes: parts.maxFrameBytes(),
    openFilter: ({ kind, source = '', key }: TextChannel) =>
      kind === 'tool-arguments'
        ? new ArgumentsFilter((text) =>
            mayDo(source, key === undefined ? text : JSON.stringify({ [key]: text })),
          )
        : new OpenFilter(),
  })
  const ending = openStreamEnding(format)
  return { ...answer, body: gated(body, { gate, ending, report, question }) }
}

function refusal(): GatewayError {
  const text =
    'An emergency stop permits only calls that read: the answer called a tool that may do more.'
  return new GatewayError('emergency_stop', text)
}

/** Lets everything pass. */
class OpenFilter implements TextFilter {
  readonly isBlocked = false
  #length = 0

  push(text: string): Settled {
    this.#length += text.length
    return this.end()
  }

  idle(): Settled {
    return this.end()
  }

  end(): Settled {
    return { upTo: this.#length, edits: [] }
  }
}

/** Longest arguments that are held; longer ones are not let out. */
const maxArgumentsLength = 200_000

/** Holds the arguments of a call until all are there. */
class ArgumentsFilter implements TextFilter {
  readonly #mayPass: (text: string) => boolean
  #text = ''
  isBlocked = false

  constructor(mayPass: (text: string) => boolean) {
    this.#mayPass = mayPass
  }

  push(text: string): Settled {
    this.#text += text
    if (this.#text.length > maxArgumentsLength) this.isBlocked = true
    return this.idle()
  }

  idle(): Settled {
    return { upTo: 0, edits: [] }
  }

  end(): Settled {
    this.isBlocked ||= !this.#mayPass(this.#text)
    return { upTo: this.isBlocked ? 0 : this.#text.length, edits: [] }
  }
}

interface GatedStream {
  readonly gate: StreamTextGate
  readonly ending: StreamEnding
  readonly report: AnswerReport
  readonly question: Question
}

// Not an async generator: one that was never started runs no `finally`, and a client may leave that early.
function gated(
  body: AsyncIterable<Uint8Array>,
  { gate, ending, report, question }: GatedStream,
): AsyncIterableIterator<Uint8Array> {
  const source = body[Symbol.asyncIterator]()
  const ready: Uint8Array[] = []
  let isOver = false

  async function stop(): Promise<void> {
    const error = refusal()
    const { status, code, message, source: fault } = error
    const { requestId } = question.call
    const wire = ending.write({ status, code, message, source: fault, requestId })
    ready.push(typeof wire === 'string' ? new TextEncoder().encode(wire) : wire)
    isOver = true
    report.error = error
    report.isComplete = false
    await source.return?.()
    // What ended may have said that all was well: it does not know why it was ended.
    report.error = error
  }

  async function more(): Promise<void> {
    const { done, value } = await source.next()
    isOver = done === true
    for (const bytes of done === true ? gate.end() : gate.push(value)) {
      ending.see(bytes)
      ready.push(bytes)
    }
    if (gate.isBlocked) await stop()
  }

  const iterator: AsyncIterableIterator<Uint8Array> = {
    async next() {
      while (ready.length === 0 && !isOver) await more()
      const value = ready.shift()
      return value === undefined ? { done: true, value } : { done: false, value }
    },
    async return() {
      isOver = true
      ready.length = 0
      await source.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}
