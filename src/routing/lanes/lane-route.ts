import { isStreamed } from '../../core/call.ts'
import type { Answer, AnswerReport, Question } from '../../core/call.ts'
import { toGatewayError } from '../../core/errors.ts'
import type { GatewayError } from '../../core/errors.ts'
import type { AttemptRecord, Escalation, Lane, LaneRecord, Operation } from '../../core/record.ts'
import type { Target } from '../../core/target.ts'
import type { Clock } from '../../core/clock.ts'
import { AttemptsFailed, mayFallBack } from '../failures.ts'
import type { CompleteBody } from '../shadow.ts'
import type { Route } from '../router.ts'
import type { Earlier } from '../sending.ts'
import type { LaneChoice, LaneChooser } from './choose-lane.ts'
import { faultOf, isOfWords } from './judge.ts'
import type { Fault, JudgedAnswer } from './judge.ts'
import { readOpening } from './opening.ts'
import { lossOf, savingsOf } from './savings.ts'
import type { PriceAt } from './savings.ts'

/** A model with an efficient and a capable lane. */
export interface LaneRouteOptions {
  /** Name of the model. */
  readonly name: string
  /** Routes of the lanes, each held to all that the model demands of its targets. */
  readonly lanes: Readonly<Record<Lane, Route>>
  /** Takes what is no chat, which has no lanes. */
  readonly own: Route
  readonly chooser: LaneChooser
  /** Whether a refusal or an empty answer of the efficient lane has the capable one asked, once. */
  readonly qualityRetry: boolean
}

export interface LaneDependencies {
  readonly clock: Pick<Clock, 'monotonic'>
  /** Reads an answer in the client's format, or its beginning; `undefined` where that cannot be done. */
  readonly read: (question: Question, answer: CompleteBody) => JudgedAnswer | undefined
  readonly priceAt: PriceAt
}

/** Operations that have lanes. */
const laned: ReadonlySet<Operation> = new Set<Operation>(['chat', 'text_completion'])
/** Longer answers are neither empty nor refused. */
const maxJudgedBytes = 65_536
const encoder = new TextEncoder()

/** Makes the route of a model with lanes. */
export function createLaneRoute(options: LaneRouteOptions, dependencies: LaneDependencies): Route {
  const { name, lanes, own } = options
  let targets: readonly Target[] | undefined
  return {
    name,
    order: () => (targets ??= [...new Set([lanes.efficient, lanes.capable].flatMap(targetsOf))]),
    send: (question, earlier) =>
      laned.has(question.call.operation)
        ? new LaneCall(question, options, dependencies).send(earlier)
        : own.send(question, earlier),
  }
}

function targetsOf(route: Route): readonly Target[] {
  return route.order()
}

/** What a lane said: an answer to be shown, or why there is none. */
type Said =
  | { readonly type: 'answered'; readonly answer: Answer }
  | { readonly type: 'failed'; readonly error: GatewayError; readonly answer: Answer }
  | { readonly type: 'failed'; readonly error: GatewayError; readonly answer?: undefined }

/** One call of a model with lanes. */
class LaneCall {
  readonly #question: Question
  readonly #options: LaneRouteOptions
  readonly #dependencies: LaneDependencies
  readonly #startedAt: number

  constructor(question: Question, options: LaneRouteOptions, dependencies: LaneDependencies) {
    this.#question = question
    this.#options = options
    this.#dependencies = dependencies
    this.#startedAt = dependencies.clock.monotonic()
  }

  async send(earlier: Earlier | undefined): Promise<Answer> {
    const choice = this.#options.chooser.choose(this.#question)
    const said = await this.#ask(choice.lane, earlier)
    if (isConfined(said)) return this.#elsewhere(said, choice)
    return choice.lane === 'efficient'
      ? this.#afterEfficient(said, choice)
      : this.#shown(said, choice, 'capable')
  }

  /**
   * Takes a call that may not go where its lane is to the other one, if it may go there.
   * INVARIANT: what a call demands of its targets goes before what it needs of a model.
   */
  async #elsewhere(said: Said, choice: LaneChoice): Promise<Answer> {
    const lane = choice.lane === 'efficient' ? 'capable' : 'efficient'
    const other = await this.#ask(lane, undefined)
    if (isConfined(other)) return this.#shown(said, choice, choice.lane)
    const reasons = ['residency', ...choice.reasons]
    // There was no choice: nothing is saved by what could not have been otherwise.
    return this.#shown(other, { ...choice, reasons }, lane, { savings: () => 0 })
  }

  async #afterEfficient(said: Said, choice: LaneChoice): Promise<Answer> {
    if (said.type === 'failed') {
      return mayFallBack(said.error.failureClass)
        ? this.#escalate(said, choice, 'failure')
        : this.#shown(said, choice, 'efficient')
    }
    const { answer, fault, error } = await this.#judge(said.answer)
    if (error !== undefined && mayFallBack(error.failureClass)) {
      return this.#escalate({ type: 'failed', error, answer }, choice, 'failure')
    }
    const judged: Said = { type: 'answered', answer }
    return fault === undefined
      ? this.#shown(judged, choice, 'efficient')
      : this.#escalate(judged, choice, fault)
  }

  /** Asks the capable lane after the efficient one; what that said is shown when this one has no answer. */
  async #escalate(first: Said, choice: LaneChoice, escalation: Escalation): Promise<Answer> {
    const attempts = attemptsOf(first)
    const second = await this.#ask('capable', {
      attempts,
      reason: escalation === 'failure' ? 'fallback' : 'quality',
      startedAt: this.#startedAt,
    })
    const all = attemptsOf(second)
    if (second.type === 'answered') {
      if (first.answer !== undefined) await close(first.answer)
      if (escalation !== 'failure') this.#options.chooser.stay(this.#question)
      return this.#shown(second, choice, 'capable', { escalation, savings: () => lossOf(attempts) })
    }
    // What a provider said is worth more than that the next could not be asked.
    const isWorse = first.type === 'answered' || isOwn(second.error)
    if (!isWorse) {
      if (first.answer !== undefined) await close(first.answer)
      return this.#shown(second, choice, 'capable', { escalation, savings: () => lossOf(attempts) })
    }
    if (first.answer !== undefined && all.length > attempts.length) {
      first.answer.report.attempts = all
    }
    return this.#shown(first, choice, 'efficient', { escalation })
  }

  async #ask(lane: Lane, earlier: Earlier | undefined): Promise<Said> {
    try {
      const answer = await this.#options.lanes[lane].send(this.#question, earlier)
      const { error } = answer.report
      return error === undefined || isStreamed(answer.body)
        ? { type: 'answered', answer }
        : { type: 'failed', error, answer }
    } catch (thrown) {
      return { type: 'failed', error: toGatewayError(thrown) }
    }
  }

  /** Finds out what is wrong with an answer before anything of it is shown; returns it as it was. */
  async #judge(answer: Answer): Promise<{
    readonly answer: Answer
    readonly fault?: Fault | undefined
    readonly error?: GatewayError | undefined
  }> {
    const { body, report } = answer
    if (!isStreamed(body)) {
      const bytes = typeof body === 'string' ? encoder.encode(body) : body
      return { answer, fault: this.#faultIn(report, { bytes, isStream: false }, true) }
    }
    const opening = await readOpening(body, report)
    const again = { ...answer, body: opening.body }
    if (report.error !== undefined && !report.hasContent) {
      return { answer: again, error: report.error }
    }
    const begun = { bytes: opening.bytes, isStream: true }
    const fault = this.#faultIn(report, begun, opening.isOver)
    return { answer: again, fault }
  }

  #faultIn(
    { hasRefusal = false }: AnswerReport,
    body: CompleteBody,
    isComplete: boolean,
  ): Fault | undefined {
    if (!this.#options.qualityRetry || body.bytes.byteLength > maxJudgedBytes) return undefined
    if (!isOfWords(this.#question)) return undefined
    try {
      const read = this.#dependencies.read(this.#question, body)
      if (read === undefined) return undefined
      return faultOf({ ...read, hasRefusal: hasRefusal || read.hasRefusal }, isComplete)
    } catch {
      // What cannot be read cannot be judged: the client gets it as it is.
      return undefined
    }
  }

  /** Returns an answer with what is to be told about its lane, or throws why there is none. */
  #shown(
    said: Said,
    { score, reasons }: LaneChoice,
    lane: Lane,
    more: {
      readonly escalation?: Escalation
      readonly savings?: () => number | undefined
    } = {},
  ): Answer {
    if (said.answer === undefined) throw said.error
    const { answer } = said
    const record: LaneRecord = {
      route: this.#options.name,
      lane,
      score,
      reasons,
      escalation: more.escalation,
    }
    const { savings = () => (lane === 'efficient' ? this.#savings(answer) : undefined) } = more
    answer.report.lane = () => ({ ...record, savingsNanoUsd: savings() })
    return { ...answer, headers: { ...answer.headers, 'x-smartflow-lane': lane } }
  }

  #savings({ report }: Answer): number | undefined {
    const capable = this.#options.lanes.capable.order()
    return savingsOf({ report, capable }, this.#dependencies.priceAt)
  }
}

/** Tells whether nothing in a lane may receive the call. */
function isConfined(said: Said): boolean {
  return said.type === 'failed' && said.error.code === 'no_admissible_target'
}

/** Tells whether a failure is the gateway's own: nobody was asked. */
function isOwn({ code }: GatewayError): boolean {
  return code === 'no_available_target' || code === 'no_admissible_target'
}

function attemptsOf(said: Said): readonly AttemptRecord[] {
  if (said.answer !== undefined) return said.answer.report.attempts
  return said.type === 'failed' && said.error instanceof AttemptsFailed ? said.error.attempts : []
}

/** Ends an answer that nobody will see. */
async function close({ body }: Answer): Promise<void> {
  if (!isStreamed(body)) return
  try {
    await body[Symbol.asyncIterator]().return?.()
  } catch {
    // What a stream throws while it is closed has no reader.
  }
}
