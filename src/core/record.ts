import type { ErrorSource } from './errors.ts'
import type { Finding } from './decision.ts'
import type {
  Observation,
  PolicyFacts,
  PrincipalFacts,
  RiskTier,
  RuleStatement,
  ToolFact,
} from './facts.ts'
import type { FailureClass } from './failure.ts'
import type { JsonValue } from './json.ts'
import type { Cost, MeteredUsage } from './usage.ts'

/** Kinds of calls that pass the pipeline; OpenTelemetry `gen_ai.operation.name` where it has one. */
export const operations = [
  'chat',
  'text_completion',
  'embeddings',
  'count_tokens',
  'moderations',
  'audio',
  'images',
  'files',
  'batches',
  'responses',
  'rerank',
  'realtime',
] as const

/** What kind of call it is. */
export type Operation = (typeof operations)[number]

/** Who called and what for: the head of every audit record of a call. Never content. */
export interface CallFacts {
  readonly requestId: string
  readonly traceparent?: string | undefined
  readonly operation: Operation
  /** Wire format of the client, such as `openai-chat`. */
  readonly clientFormat: string
  readonly tenant: string
  readonly user: string
  readonly department?: string | undefined
  readonly groups: readonly string[]
  readonly product?: string | undefined
  readonly keyId?: string | undefined
  readonly sourceAddress?: string | undefined
  readonly modelAsked?: string | undefined
  readonly stream: boolean
  readonly bodyBytes: number
  /** Hash of the configuration that was in force. */
  readonly configVersion: string
}

/** Written durably before content leaves the gateway. */
export interface DecisionRecord extends CallFacts {
  readonly type: 'decision'
  readonly verdict: 'allow' | 'redact' | 'hold' | 'block'
  readonly findings: readonly Finding[]
  readonly ruleIds: readonly string[]
  readonly labels: readonly string[]
  readonly policyVersion: string
  /** What every rule in force that spoke said; absent when none did. */
  readonly statements?: readonly RuleStatement[] | undefined
  /** What rules said that only watch. */
  readonly shadowed?: readonly RuleStatement[] | undefined
  /** What the rules were told, for `smartflow policy replay`. */
  readonly facts?: RecordedFacts | undefined
  /** The hold that waits for approval. */
  readonly holdId?: string | undefined
}

/** Facts as they are recorded: who and what for stands in the record itself. */
export type RecordedFacts = Omit<
  PolicyFacts,
  'principal' | 'sourceAddress' | 'operation' | 'labels'
> & {
  readonly principal: Pick<PrincipalFacts, 'kind' | 'roles' | 'tier'>
}

/** What compliance decided about an answer; recorded with its outcome. Never content. */
export interface AnswerDecision {
  readonly verdict: 'allow' | 'redact' | 'hold' | 'block'
  readonly observations: readonly Observation[]
  /** The tools it called, up to where it was stopped; the first hundred of them. */
  readonly tools?: readonly ToolFact[] | undefined
  readonly ruleIds: readonly string[]
  readonly labels: readonly string[]
  readonly policyVersion: string
  readonly statements?: readonly RuleStatement[] | undefined
  readonly shadowed?: readonly RuleStatement[] | undefined
  /** The hold that a call of a tool waits for. */
  readonly holdId?: string | undefined
}

/** What is not known of a request that did not become a call. */
type UnknownFact = 'operation' | 'tenant' | 'user' | 'groups' | 'stream' | 'bodyBytes'
type UnknownFacts = { readonly [Fact in UnknownFact]?: CallFacts[Fact] | undefined }

/**
 * A call refused before anything was decided about its content (unknown model, limit reached), or a request
 * that did not even become a call: nobody signed in, its body was not taken in, there is no such endpoint.
 * Of such a request who asked is known only where the credential was good.
 */
export interface RefusalRecord extends Omit<CallFacts, UnknownFact>, UnknownFacts {
  readonly type: 'refusal'
  readonly status: number
  readonly errorCode: string
  /** Method and path of a request that did not become a call; long parts of the path are left out. */
  readonly endpoint?: string | undefined
  /** Why a key that the gateway knows was not accepted; `keyId` names it, and never who presented it. */
  readonly keyState?: 'expired' | 'revoked' | undefined
}

/** Refusals that were too many to have a record each. */
export interface RefusalSummaryRecord {
  readonly type: 'refusal_summary'
  /** Where they came from, an IPv6 network for its addresses; absent when it was many. */
  readonly source?: string | undefined
  readonly count: number
  /** How many there were of each error code. */
  readonly errorCodes: Readonly<Record<string, number>>
  /** When the first and the last came, in milliseconds since the Unix epoch. */
  readonly firstAt: number
  readonly lastAt: number
}

/**
 * Why an attempt was made after or beside another: again at the same target, at the next target of the
 * route, at a target of another route, in a race with a slow one, to go on with a stream that broke off, or
 * in the capable lane because the answer of the efficient one was a refusal or empty.
 */
export type AttemptReason = 'retry' | 'failover' | 'fallback' | 'hedge' | 'continuation' | 'quality'

/** One attempt at one target. */
export interface AttemptRecord {
  readonly provider: string
  readonly model: string
  /** HTTP status of the provider's answer; absent when none arrived. */
  readonly status?: number | undefined
  readonly errorCode?: string | undefined
  /** What kind of failure it was; absent for an answer. */
  readonly failureClass?: FailureClass | undefined
  /** Absent for the first attempt of a call. */
  readonly reason?: AttemptReason | undefined
  /** When it began, counted from the arrival of the call. */
  readonly startedMs?: number | undefined
  /** Until the answer, or for streams until their end. */
  readonly durationMs: number
  readonly usage?: MeteredUsage | undefined
  readonly cost?: Cost | undefined
}

/** One of the two ways a model with lanes can answer: cheaply, or as well as it can. */
export type Lane = 'efficient' | 'capable'

/** Why the capable lane was asked after the efficient one. */
export type Escalation = 'refusal' | 'empty' | 'failure'

/** Which lane a call took, and why: labels and numbers, never content. */
export interface LaneRecord {
  /** Name of the model that has the lanes. */
  readonly route: string
  /** The lane whose answer the caller got. */
  readonly lane: Lane
  /** How demanding the request is, from 0 to 1; absent where that did not decide. */
  readonly score?: number | undefined
  /** What decided, the strongest first: signals such as `code`, or `header`, `sticky`, `residency`. */
  readonly reasons: readonly string[]
  readonly escalation?: Escalation | undefined
  /**
   * What the billed tokens of the answer would have cost in the capable lane, less what was really paid
   * for the call; below 0 when it cost more. Absent when a price or a count of tokens is not known.
   */
  readonly savingsNanoUsd?: number | undefined
}

/** Written after a decided call ended, whatever happened to it. */
export interface OutcomeRecord {
  readonly type: 'outcome'
  readonly requestId: string
  readonly status: number
  readonly endedBy: 'complete' | 'client' | 'error'
  readonly errorCode?: string | undefined
  readonly errorSource?: ErrorSource | undefined
  readonly provider?: string | undefined
  readonly modelUsed?: string | undefined
  readonly attempts: readonly AttemptRecord[]
  readonly usage?: MeteredUsage | undefined
  readonly cost?: Cost | undefined
  readonly cache: 'hit' | 'miss' | 'bypass'
  /** For calls of models with lanes. */
  readonly lane?: LaneRecord | undefined
  /** What compliance decided about the answer; absent where nothing was looked for in it. */
  readonly answer?: AnswerDecision | undefined
  /** Field paths lost or changed in translation. */
  readonly warnings: readonly string[]
  readonly durationMs: number
  /** Time until the first byte of the answer left for the client. */
  readonly firstByteMs?: number | undefined
}

/** The gateway itself began or ended its work, or had to drop damaged bytes while starting. */
export interface LifecycleRecord {
  readonly type: 'lifecycle'
  readonly event: 'start' | 'stop' | 'recovered'
  readonly version?: string | undefined
  readonly droppedBytes?: number | undefined
}

/** An administrator changed something while the gateway ran. Written durably before it takes effect. */
export interface AdministrationRecord {
  readonly type: 'administration'
  readonly requestId: string
  /** Name of the administrator's key. */
  readonly actor: string
  readonly sourceAddress?: string | undefined
  /** What was done, such as `routing.override.set`. */
  readonly action: string
  /** What it was done to, where there are several of the kind. */
  readonly subject?: string | undefined
  /** The state before and after; absent where there was none. */
  readonly before?: JsonValue | undefined
  readonly after?: JsonValue | undefined
  /** `failed` tells that what an earlier record of the same request announced did not come about. */
  readonly result: 'done' | 'failed'
}

/** A copy of a call was sent to a second target and compared; only numbers, and never before the decision. */
export interface ShadowRecord {
  readonly type: 'shadow'
  readonly requestId: string
  /** Name of the model whose calls are copied. */
  readonly route: string
  readonly result: string
  readonly provider?: string | undefined
  readonly model?: string | undefined
  readonly status?: number | undefined
  readonly errorCode?: string | undefined
  readonly attempts: readonly AttemptRecord[]
  readonly usage?: MeteredUsage | undefined
  readonly cost?: Cost | undefined
  readonly comparison?: Readonly<Record<string, number | boolean>> | undefined
  readonly durationMs: number
}

/**
 * An action waits for the approval of people, its approval was used, or nobody decided in time. What people
 * decided is in administration records about the same hold. Never content.
 */
export interface HoldRecord {
  readonly type: 'hold'
  readonly event: 'opened' | 'used' | 'expired'
  readonly holdId: string
  /** The call that wants to do it. */
  readonly requestId: string
  readonly tenant: string
  /** Id of the principal that asked. */
  readonly requester: string
  readonly keyId?: string | undefined
  /** What is held, such as `request` or `tool-call`. */
  readonly kind: string
  readonly tool?: string | undefined
  readonly tier?: RiskTier | undefined
  readonly model?: string | undefined
  readonly ruleIds: readonly string[]
  readonly labels: readonly string[]
  /** How many different people have to approve. */
  readonly approvers: number
  /** When it expires undecided, in milliseconds since the Unix epoch. */
  readonly waitUntil: number
}

export type AuditRecord =
  | DecisionRecord
  | RefusalRecord
  | RefusalSummaryRecord
  | OutcomeRecord
  | LifecycleRecord
  | AdministrationRecord
  | ShadowRecord
  | HoldRecord
