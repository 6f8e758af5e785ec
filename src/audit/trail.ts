import type { Answer, AnswerEnd, Question } from '../core/call.ts'
import type { Clock } from '../core/clock.ts'
import type { Decision } from '../core/decision.ts'
import type { GatewayError } from '../core/errors.ts'
import type {
  AnswerDecision,
  AttemptRecord,
  CallFacts,
  OutcomeRecord,
  RecordedFacts,
} from '../core/record.ts'
import type { Cost } from '../core/usage.ts'
import type { AuditLog } from './types.ts'

export interface TrailDependencies {
  readonly log: Pick<AuditLog, 'append' | 'appendOutcome'>
  readonly clock: Clock
  /** Hash of the configuration in force. */
  readonly configVersion: string
  /** The price of an answer, where it is known. */
  readonly costOf: (answer: Answer) => Cost | undefined
  /** Told about every call that ended, after its record was handed to the log. */
  readonly onClosed: (question: Question, outcome: OutcomeRecord) => void
}

/** The records of one call: its decision, then its outcome or its refusal. */
export interface Trail {
  decided(decision: Decision): Promise<void>
  close(answer: Answer, end: AnswerEnd): void
  refuse(error: GatewayError, withheld?: Answer): void
}

/** Makes the audit stage: it turns calls into records and knows when which record is due. */
export function createAuditStage(dependencies: TrailDependencies): {
  open(question: Question): Trail
} {
  return { open: (question) => openTrail(question, dependencies) }
}

function openTrail(question: Question, dependencies: TrailDependencies): Trail {
  const { log, clock, configVersion } = dependencies
  const { call } = question
  let isDecided = false

  function end(outcome: OutcomeRecord): void {
    log.appendOutcome(outcome)
    dependencies.onClosed(question, outcome)
  }

  return {
    async decided(decision) {
      await log.append(
        Object.assign(factsOf(question, configVersion), {
          type: 'decision',
          verdict: decision.verdict,
          findings: decision.findings,
          ruleIds: decision.ruleIds,
          labels: decision.labels,
          policyVersion: decision.policyVersion,
          statements: decision.statements,
          shadowed: decision.shadowed,
          facts: recordedFacts(decision),
          holdId: decision.holdId,
        } as const),
      )
      isDecided = true
    },
    close(answer, ending) {
      end(outcomeOf(answer, ending, call, dependencies))
    },
    refuse(error, withheld) {
      error.isRecorded = true
      const durationMs = round(clock.monotonic() - call.startedAt)
      const known = withheld === undefined ? {} : withheldFacts(withheld, dependencies)
      const outcome: OutcomeRecord = {
        type: 'outcome',
        requestId: call.requestId,
        status: error.status,
        endedBy: error.code === 'client_closed' ? 'client' : 'error',
        errorCode: error.code,
        errorSource: error.source,
        attempts: attemptsOf(error),
        cache: 'bypass',
        warnings: [],
        durationMs,
        ...known,
      }
      if (isDecided) return end(outcome)
      log.appendOutcome({
        type: 'refusal',
        ...factsOf(question, configVersion),
        status: error.status,
        errorCode: error.code,
      })
      dependencies.onClosed(question, outcome)
    },
  }
}

// Absent fields are written as `undefined`, which JSON leaves out: one shape of object for every call is
// several times faster than spreading what is there.
function factsOf(question: Question, configVersion: string): CallFacts {
  const { call, principal, body, model, stream } = question
  return {
    requestId: call.requestId,
    traceparent: call.traceparent,
    operation: call.operation,
    clientFormat: call.clientFormat,
    tenant: principal.tenant,
    user: principal.id,
    department: principal.department,
    groups: principal.groups,
    product: principal.product,
    keyId: principal.keyId,
    sourceAddress: call.sourceAddress,
    modelAsked: model === '' ? undefined : model,
    stream,
    bodyBytes: body.bytes.byteLength,
    configVersion,
  }
}

function outcomeOf(
  answer: Answer,
  endedBy: AnswerEnd,
  call: Question['call'],
  { clock, costOf }: TrailDependencies,
): OutcomeRecord {
  const { report } = answer
  return {
    type: 'outcome',
    requestId: call.requestId,
    status: answer.status,
    endedBy,
    errorCode: report.error?.code,
    errorSource: report.error?.source,
    provider: answer.provider,
    modelUsed: answer.model,
    attempts: report.attempts,
    usage: report.usage,
    cost: costOf(answer),
    cache: answer.cache,
    lane: report.lane?.(),
    answer: answerDecision(report.decision),
    warnings: answer.warnings,
    durationMs: round(clock.monotonic() - call.startedAt),
    firstByteMs:
      report.firstByteAt === undefined ? undefined : round(report.firstByteAt - call.startedAt),
  }
}

/** What an answer cost that nobody got, and why nobody did. */
function withheldFacts(answer: Answer, { costOf }: TrailDependencies): Partial<OutcomeRecord> {
  const { report, provider, model, cache } = answer
  return {
    provider,
    modelUsed: model,
    attempts: report.attempts,
    usage: report.usage,
    cost: costOf(answer),
    cache,
    answer: answerDecision(report.decision),
  }
}

/** Leaves out what the record says already. */
function recordedFacts({ facts }: Decision): RecordedFacts | undefined {
  if (facts === undefined) return undefined
  const { direction, model, targets, observations, tools, attachments, bytes, principal } = facts
  const { kind, roles, tier } = principal
  return {
    direction,
    model,
    targets: targets.map(({ provider, model: name, region, perimeter }) => ({
      provider,
      model: name,
      region,
      perimeter,
    })),
    observations,
    tools,
    attachments,
    bytes,
    principal: { kind, ...(roles && { roles }), ...(tier !== undefined && { tier }) },
  }
}

/** Most tools of one answer that are recorded. */
const maxTools = 100

function answerDecision(decision: Decision | undefined): AnswerDecision | undefined {
  if (decision === undefined) return undefined
  const { verdict, facts, ruleIds, labels, policyVersion, statements, shadowed, holdId } = decision
  const { observations = [], tools = [] } = facts ?? {}
  return {
    verdict,
    observations,
    tools: tools.length === 0 ? undefined : tools.slice(0, maxTools),
    ruleIds,
    labels,
    policyVersion,
    statements,
    shadowed,
    holdId,
  }
}

/** Errors of routing carry what was tried; others tried nothing. */
function attemptsOf(error: GatewayError): readonly AttemptRecord[] {
  return 'attempts' in error && Array.isArray(error.attempts) ? error.attempts : []
}

/** Microsecond precision is what the clock is worth. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
