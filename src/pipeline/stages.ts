import type { Answer, AnswerEnd, Call, CallBody, Question } from '../core/call.ts'
import type { Decision } from '../core/decision.ts'
import type { GatewayError } from '../core/errors.ts'
import type { Principal } from '../core/principal.ts'
import type { Target } from '../core/target.ts'

/**
 * The stages of a call as the pipeline sees them. Rooms implement them, `gateway.ts` hands them in, and
 * the pipeline alone decides their order. A stage without configuration is present and says so.
 */
export interface Stages {
  readonly identity: IdentityStage
  readonly intake: IntakeStage
  readonly audit: AuditStage
  readonly controls: ControlsStage
  readonly catalog: CatalogStage
  readonly limits: LimitsStage
  readonly compliance: ComplianceStage
  readonly cache: CacheStage
  readonly routing: RoutingStage
}

export interface IdentityStage {
  /** Returns who is calling, or throws `missing_key`, `invalid_key` (401). */
  authenticate(call: Call): Principal | Promise<Principal>
}

/** What `parse` found out about a call. */
export interface Parsed {
  readonly body: CallBody
  readonly model: string
  readonly stream: boolean
}

export interface IntakeStage {
  /** Reads and checks the body, or throws `invalid_request` (400), 408, 413, 415. */
  parse(call: Call): Promise<Parsed>
}

export interface AuditStage {
  /** Opens the trail of a call. Nothing is written yet. */
  open(question: Question): AuditTrail
}

/** The records of one call. `close` must be called exactly once. */
export interface AuditTrail {
  /** Resolves when the decision is durable; throws `audit_unavailable` (503) when it cannot be. */
  decided(decision: Decision): Promise<void>
  /** Records how an answered call ended. Never throws. */
  close(answer: Answer, end: AnswerEnd): void
  /**
   * Records a call whose caller got no answer: refused, blocked or failed. Never throws.
   * @param withheld the answer that came and was not handed over, if one did
   */
  refuse(error: GatewayError, withheld?: Answer): void
}

/** Emergency stops, as the path of a call sees them. */
export interface ControlsStage {
  /** Watches over a call from now on. Never throws. */
  watch(question: Question): RunningCall
}

/** A call that emergency stops end. */
export interface RunningCall {
  /** The question, with a call whose signal fires also when a stop ends it: see `stoppedBy`. */
  readonly question: Question
  /** Throws `emergency_stop` (503) for a call that must not begin. */
  admit(): void
  /** The call is over. Must be called; a second time does nothing. */
  end(): void
}

/** What the catalogue offers for a model name: who may answer. */
export interface Offer {
  readonly name: string
  /** The name by which the answer is to call its model; the provider's own when absent. */
  readonly echo?: string | undefined
  /** The caller asked for the model's context of a million tokens. */
  readonly longContext?: boolean
  /** Returns the targets in the order in which they are to be tried. */
  readonly order: () => readonly Target[]
}

export interface CatalogStage {
  /** Returns the offer for the asked model, or throws `model_not_found` (404), `model_not_permitted` (403). */
  resolve(question: Question): Offer
}

/** A share of the caller's limits, held while the call runs. */
export interface Reservation {
  /** Settles what was really used, nothing when there was no answer. Called exactly once; never throws. */
  settle(answer: Answer | undefined): void
}

export interface LimitsStage {
  /** Reserves, or throws `rate_limited` (429), `limits_unavailable` (503). */
  reserve(question: Question, offer: Offer): Reservation | Promise<Reservation>
}

export interface ComplianceStage {
  /** Decides about the content of a request. Throws `compliance_unavailable` (503) when it cannot. */
  inspectRequest(question: Question, offer: Offer): Decision | Promise<Decision>
  /** Returns the question with what the decision demands removed. */
  redact(question: Question, decision: Decision): Question
  /** Returns the answer as this receiver may see it; cached answers pass here too. */
  inspectAnswer(question: Question, answer: Answer, decision: Decision): Answer | Promise<Answer>
  /** Forgets what was kept for a call, such as the values behind its tokens. Never throws. */
  forget(question: Question): void
}

export interface CacheStage {
  /** Finds an answer within the scope the decision allows. Never throws: a failing cache is a miss. */
  find(
    question: Question,
    offer: Offer,
    decision: Decision,
  ): Promise<Answer | undefined> | undefined
  /** Keeps an answer that was completely released. Never throws. */
  keep(question: Question, answer: Answer, decision: Decision): void
}

export interface RoutingStage {
  /** Asks the targets of an offer in order, or throws 502, 504, 501. */
  send(question: Question, offer: Offer): Promise<Answer>
}
