import type { Answer, Question } from '../../core/call.ts'
import type { Decision } from '../../core/decision.ts'
import { GatewayError } from '../../core/errors.ts'
import { versionOf } from './parts.ts'
import type { CallState, InspectionParts } from './parts.ts'
import type { SaidTexts } from './said-texts.ts'
import type { SessionReader } from './session-reader.ts'
import { unavailable } from './unavailable.ts'

/** What the inspection of one session knows of it. */
export interface SessionParts {
  readonly parts: InspectionParts
  /** The question that opened it. */
  readonly question: Question
  /** What is known of its beginning; its writer is that of the whole session. */
  readonly state: CallState
  /** Who answers in it. */
  readonly answer: Answer
  readonly reader: SessionReader
  /** What the client sent, as the provider got it. */
  readonly said: SaidTexts
}

/** Tells whether a decision has anything to say that must be recorded. */
export function isNotable({
  verdict,
  findings,
  statements,
  shadowed,
  labels,
  facts,
}: Decision): boolean {
  return (
    verdict !== 'allow' ||
    findings.length > 0 ||
    statements !== undefined ||
    shadowed !== undefined ||
    labels.length > 0 ||
    (facts?.observations.length ?? 0) > 0
  )
}

/** The decision about an event that nobody here can read. */
export function unreadableDecision(parts: InspectionParts): Decision {
  const ruleId = 'compliance/unreadable'
  const words = 'The event cannot be inspected.'
  return {
    ...plainDecision(parts, words),
    ruleIds: [ruleId],
    statements: [{ ruleId, action: 'block', words }],
  }
}

/** A decision to block something, for a reason. */
export function plainDecision(parts: InspectionParts, reason: string): Decision {
  return {
    verdict: 'block',
    findings: [],
    ruleIds: [],
    labels: [],
    sharing: 'none',
    policyVersion: versionOf(parts),
    reason,
  }
}

/** Returns the refusal that was thrown, such as that of a barrier that was shut meanwhile; throws all else. */
export function refusalIn(error: unknown): GatewayError {
  if (error instanceof GatewayError && error.code === 'blocked_by_policy') return error
  throw failure(error)
}

/** Whatever goes wrong while events are inspected, they do not pass. */
export function failure(error: unknown): GatewayError {
  return unavailable(error)
}
