import type { Answer, Question } from '../core/call.ts'
import { undecided } from '../core/decision.ts'
import type { Decision } from '../core/decision.ts'
import type { SessionInspector, SessionVerdict } from '../core/session.ts'

/**
 * The compliance stage of a gateway without policies: it inspects nothing, and every decision it makes
 * says so (`policyVersion: none`).
 */
export const complianceNotConfigured = {
  inspectRequest(): Decision {
    return undecided
  },
  redact(question: Question): Question {
    return question
  },
  inspectAnswer(_question: Question, answer: Answer): Answer {
    return answer
  },
  forget(): void {},
}

/** The inspection of realtime sessions in a gateway without policies: every event passes. */
export const inspectionNotConfigured = {
  open() {
    return passingInspector
  },
}

const passing: SessionVerdict = { verdict: 'pass' }
const passingInspector: SessionInspector = {
  inspect: () => passing,
  isHolding: false,
  idle: () => passing,
  end: () => passing,
}
