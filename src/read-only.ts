import { endingOf } from './body-reader.ts'
import { letThrough, toolTierOf } from './compliance/index.ts'
import type { StreamJudge } from './compliance/index.ts'
import type { Answer, Question } from './core/call.ts'
import { isStreamed } from './core/call.ts'
import { GatewayError } from './core/errors.ts'
import type { Operation } from './core/record.ts'
import type { Settled, TextFilter } from './core/text-filter.ts'
import { answerTexts, openTextGate, requestTexts } from './formats/index.ts'
import type { ClientFormat } from './formats/index.ts'
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
  const { body, headers } = answer
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
    openFilter: () => new OpenFilter(),
    holdsCalls: true,
  })
  const judge: StreamJudge = {
    refusal: refusal(),
    judgeCall: (calls) => calls.every((call) => mayDo(call.name, call.arguments)),
  }
  return letThrough({ ...answer, body }, { gate, judge, ending: endingOf(format, question) })
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
