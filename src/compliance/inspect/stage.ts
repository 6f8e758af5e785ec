import { isStreamed } from '../../core/call.ts'
import type { Answer, Call, Question } from '../../core/call.ts'
import type { Decision } from '../../core/decision.ts'
import { GatewayError } from '../../core/errors.ts'
import type { TargetFacts } from '../../core/facts.ts'
import type { SessionInspector } from '../../core/session.ts'
import { AnswerInspection } from './answer.ts'
import type { CallState, InspectionParts } from './parts.ts'
import { inspectRequest } from './request.ts'
import { inspectStream } from './stream.ts'
import { openSessionInspection } from './session.ts'
import { rewritten } from './treated.ts'
import { unavailable } from './unavailable.ts'
import { inspectWhole } from './whole.ts'

/** Where a call may go, as the stage is told of it. */
export interface Destinations {
  /** Name of the model that is offered, however it was asked for. */
  readonly name?: string
  readonly order: () => readonly TargetFacts[]
}

/** The compliance stage of the pipeline, see `pipeline/stages.ts`. */
export interface Compliance {
  inspectRequest(question: Question, offer: Destinations): Promise<Decision>
  redact(question: Question, decision: Decision): Question
  inspectAnswer(question: Question, answer: Answer, decision: Decision): Answer | Promise<Answer>
  forget(question: Question): void
  /** Opens the inspection of sessions whose beginning was decided about; `answer` is who talks in one. */
  readonly sessions: { open(question: Question, answer: Answer): SessionInspector }
}

/**
 * MAESTRO: everything that goes to a model and comes back from it passes here, in this process and in one
 * pass, PII, policy, information barrier. What fails denies: an inspection that throws or takes too long is
 * `compliance_unavailable`, never a pass.
 *
 * @param looksAtAnswers whether any rule or barrier asks about answers
 */
export function createCompliance(parts: InspectionParts, looksAtAnswers: boolean): Compliance {
  const states = new WeakMap<Call, CallState>()

  function stateOf({ call }: Question): CallState {
    const state = states.get(call)
    if (state !== undefined) return state
    const cause = new Error('a call was answered that had not been inspected')
    throw new GatewayError('compliance_unavailable', undefined, { cause })
  }

  return {
    async inspectRequest(question, offer) {
      const state = await failingClosed(() =>
        inspectRequest(question, { ...offer, targets: offer.order().map(factsOf) }, parts),
      )
      states.set(question.call, state)
      return state.decision
    },
    redact(question, { routeTo, admits }) {
      const state = stateOf(question)
      const body = closed(() => state.replace?.(rewritten(state))) ?? question.body
      if (body === question.body && routeTo === undefined && admits === undefined) return question
      return { ...question, body, admits, routeTo }
    },
    inspectAnswer(question, given, decision) {
      const state = stateOf(question)
      const answer = withWarnings(given, decision)
      if (!looksAtAnswers && state.writer.restorer() === undefined) return answer
      const call = { question, state, answer }
      const inspection = new AnswerInspection(parts, call, looksAtAnswers)
      const { body } = answer
      const kind = isStreamed(body) ? parts.reader.streamKind(question, answer) : 'whole'
      if (kind === 'media') return answer
      if (kind === 'frames' && isStreamed(body)) {
        const stream = { question, answer: { ...answer, body }, inspection, parts }
        return closed(() => inspectStream(stream))
      }
      if (!isStreamed(body)) {
        return failingClosed(() => inspectWhole(inspection, question, answer, parts))
      }
      return failingClosed(async () => {
        const whole = await wholeOf(answer, body, parts.limits.maxAnswerBytes)
        return inspectWhole(inspection, question, whole, parts)
      })
    },
    forget({ call }) {
      states.get(call)?.writer[Symbol.dispose]()
      states.delete(call)
    },
    sessions: {
      open: (question, answer) =>
        openSessionInspection(parts, { question, answer, state: stateOf(question) }),
    },
  }
}

/** Tells the caller what rules only warn of. */
function withWarnings(answer: Answer, { statements = [] }: Decision): Answer {
  const warnings = statements.filter(({ action }) => action === 'warn')
  if (warnings.length === 0) return answer
  const words = warnings.map((warning) => `policy: ${warning.words}`)
  return { ...answer, warnings: [...answer.warnings, ...words] }
}

/** Puts the pieces of a body together, such as those of a stored file. */
async function wholeOf(
  answer: Answer,
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Answer> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of body) {
    length += piece.byteLength
    if (length > maxBytes) throw new GatewayError('provider_answer_too_large')
    pieces.push(piece)
  }
  return { ...answer, body: Buffer.concat(pieces) }
}

function factsOf({ provider, model, region, perimeter }: TargetFacts): TargetFacts {
  return { provider, model, region, perimeter }
}

/** Whatever goes wrong while content is inspected, at once or later, it does not pass. */
function failingClosed<T>(inspect: () => T | Promise<T>): T | Promise<T> {
  const result = closed(inspect)
  if (!(result instanceof Promise)) return result
  return result.catch((error: unknown) => {
    throw unavailable(error)
  })
}

/** As `failingClosed`, for what is done at once. */
function closed<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw unavailable(error)
  }
}
