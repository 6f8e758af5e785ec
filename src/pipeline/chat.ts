import type { Answer, AnswerEnd, Call, Question } from '../core/call.ts'
import type { Decision } from '../core/decision.ts'
import { discard, release } from './release.ts'
import { refusalBy, refusalOf } from './refusal-of.ts'
import type { Reservation, Stages } from './stages.ts'

/**
 * The path of one chat call, from client to provider and back. The order of these lines is the security
 * order of the product: who are you, is anything stopped, may you, is the content allowed, was it answered
 * before, which model, is the answer allowed for you, and the proof written before and after. Embeddings
 * and the other model endpoints take the same path.
 */
export async function answerChat(stages: Stages, call: Call): Promise<Answer> {
  const principal = await stages.identity.authenticate(call) // 401
  const asked: Question = { call, principal, ...(await stages.intake.parse(call)) } // 400 408 413
  const trail = stages.audit.open(asked)
  const running = stages.controls.watch(asked)
  const { question } = running
  let reservation: Reservation | undefined
  let found: Answer | undefined
  try {
    running.admit() // emergency stop, 503
    const offer = stages.catalog.resolve(question) // 404 403
    reservation = await stages.limits.reserve(question, offer) // 429
    const held = reservation

    const decision = await stages.compliance.inspectRequest(question, offer) // MAESTRO, 503
    await trail.decided(decision) // INVARIANT: durable before content leaves, or 503
    if (!mayPass(decision)) throw refusalBy(decision) // 403

    const allowed = stages.compliance.redact(question, decision)
    found =
      (await stages.cache.find(allowed, offer, decision)) ??
      (await stages.routing.send(allowed, offer)) // 502 504
    const answer = await stages.compliance.inspectAnswer(allowed, found, decision)
    answer.report.verdict = decision.verdict

    return release(answer, question.call, (end: AnswerEnd) => {
      running.end()
      if (end === 'complete') stages.cache.keep(allowed, answer, decision)
      held.settle(answer)
      stages.compliance.forget(question)
      trail.close(answer, end)
    })
  } catch (error) {
    const refusal = refusalOf(error, running)
    await discard(found)
    running.end()
    reservation?.settle(found)
    stages.compliance.forget(question)
    trail.refuse(refusal, found)
    throw refusal
  }
}

function mayPass(
  decision: Decision,
): decision is Decision & { readonly verdict: 'allow' | 'redact' } {
  return decision.verdict === 'allow' || decision.verdict === 'redact'
}
