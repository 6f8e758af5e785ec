import { isObject } from '../../core/json.ts'
import type {
  DecisionRecord,
  HoldRecord,
  LifecycleRecord,
  OutcomeRecord,
  RefusalRecord,
  RefusalSummaryRecord,
  ShadowRecord,
} from '../../core/record.ts'
import type { StoredRecord } from '../types.ts'
import { Bounds, cutText, numberFrom } from './bounds.ts'
import {
  changeFrom,
  endpointFrom,
  findingsFrom,
  modelFrom,
  personFrom,
  traceFrom,
} from './parts.ts'
import type { EventAction, EventOrigin, EventView, Severity } from './view.ts'

/** What one record says beyond what every record has. */
type Said = Pick<EventView, 'topic' | 'severity' | 'message'> & Partial<EventView>

const actions = {
  allow: 'allowed',
  redact: 'modified',
  hold: 'deferred',
  block: 'blocked',
} as const satisfies Record<DecisionRecord['verdict'], EventAction>

const verdictSeverities = {
  allow: 'informational',
  redact: 'low',
  hold: 'medium',
  block: 'high',
} as const satisfies Record<DecisionRecord['verdict'], Severity>

/** Words and kinds are ours and short; only a record that is not as its type says has longer ones. */
const maxMessageBytes = 128
const maxKindBytes = 64

const knownActions: ReadonlySet<string> = new Set(Object.values(actions))
const knownSeverities: ReadonlySet<string> = new Set(Object.values(verdictSeverities))

/** Refusals that mean that the gateway itself is not well. */
const graveCodes: ReadonlySet<string> = new Set([
  'audit_unavailable',
  'compliance_unavailable',
  'internal_error',
  'limits_unavailable',
])

/**
 * Makes an event of an audit record. This is the one place that knows the types of records: one that it does
 * not know becomes an event of the topic `other`, and so does one that is not as its type says. Never throws.
 * @param decision the decision about the same request, where the record is an outcome and it is at hand:
 *   outcomes tell neither who asked nor from where
 */
export function eventFrom(
  record: StoredRecord,
  origin: EventOrigin,
  decision?: DecisionRecord,
): EventView {
  try {
    return viewOf(record, { origin, decision, say: said })
  } catch {
    // Written by another version, or damaged before it came here: it must still reach the SIEM.
    return viewOf(record, { origin, decision: undefined, say: () => unknownSaid(record) })
  }
}

interface Making {
  readonly origin: EventOrigin
  readonly decision: DecisionRecord | undefined
  readonly say: (record: StoredRecord, bounds: Bounds) => Said
}

function viewOf(record: StoredRecord, { origin, decision, say }: Making): EventView {
  const bounds = new Bounds()
  const fields = new Map<string, unknown>(
    Object.entries({ ...callOf(record, decision), ...record }),
  )
  const text = (name: string) => bounds.text(fields.get(name))
  const sequence = numberFrom(record.sequence) ?? 0
  const common = {
    id: `${bounds.text(origin.logId) ?? ''}-${sequence}`,
    sequence,
    at: numberFrom(record.at) ?? 0,
    kind: cutText(text('type') ?? 'unknown', maxKindBytes),
    origin,
    person: personFrom(fields, bounds),
    model: modelFrom(fields, bounds),
    source: text('sourceAddress'),
    requestId: text('requestId'),
    ...traceFrom(fields.get('traceparent')),
    ...endpointFrom(fields, bounds),
    holdId: text('holdId'),
    status: numberFrom(fields.get('status')),
    errorCode: text('errorCode'),
    bytesIn: numberFrom(fields.get('bodyBytes')),
    durationMs: numberFrom(fields.get('durationMs')),
    firstByteMs: numberFrom(fields.get('firstByteMs')),
    ruleIds: bounds.list(fields.get('ruleIds')),
    labels: bounds.list(fields.get('labels')),
    ...findingsFrom(fields.get('findings'), bounds),
    policyVersion: text('policyVersion'),
    configVersion: text('configVersion'),
  }
  const view = { ...common, ...checked(say(record, bounds), bounds) }
  return { ...view, isCut: bounds.isCut }
}

/** What the decision tells about the call whose end a record tells; nothing where it is about another. */
function callOf(record: StoredRecord, decision: DecisionRecord | undefined): object {
  const isEnd = record.type === 'outcome' || record.type === 'shadow'
  if (!isEnd || decision?.requestId !== record.requestId) return {}
  return { ...decision, findings: [], ruleIds: [], labels: [], holdId: undefined }
}

/** Throws where a record made words or a severity out of a value that its type does not have. */
function checked(saying: Said, bounds: Bounds): Said {
  const { message, severity, action, change } = saying
  const isAction = action === undefined || knownActions.has(action)
  if (!knownSeverities.has(severity) || !isAction || message.includes('undefined')) {
    throw new TypeError('the record is not as its type says')
  }
  return {
    ...saying,
    message: cutText(message, maxMessageBytes),
    ...(change !== undefined && {
      change: { ...change, command: bounds.text(change.command) ?? '' },
    }),
  }
}

function said(record: StoredRecord, bounds: Bounds): Said {
  switch (record.type) {
    case 'decision':
      return decisionSaid(record)
    case 'outcome':
      return outcomeSaid(record, bounds)
    case 'refusal':
      return refusalSaid(record)
    case 'refusal_summary':
      return summarySaid(record, bounds)
    case 'lifecycle':
      return lifecycleSaid(record)
    case 'administration':
      return {
        topic: 'change',
        severity: severityOfChange(record.action, record.result),
        outcome: record.result === 'failed' ? 'failure' : 'success',
        message: record.result === 'failed' ? 'A change did not come about' : 'A change was made',
        change: changeFrom(record, bounds),
      }
    case 'shadow':
      return shadowSaid(record)
    case 'hold':
      return holdSaid(record)
    default:
      return unknownSaid(record)
  }
}

function decisionSaid({ verdict, findings }: DecisionRecord): Said {
  const isAttack = findings.some(({ category }) => category === 'attack')
  return {
    topic: 'inspection',
    severity: isAttack && verdict === 'allow' ? 'medium' : verdictSeverities[verdict],
    action: actions[verdict],
    message: `The content of a request was judged: ${verdict}`,
  }
}

function outcomeSaid(record: OutcomeRecord, bounds: Bounds): Said {
  const { answer, endedBy, errorSource } = record
  const verdict = answer?.verdict ?? 'allow'
  const failed = endedBy === 'error' || record.status >= 400
  const ofFailure: Severity = errorSource === 'gateway' ? 'medium' : 'low'
  return {
    topic: 'exchange',
    severity: failed && verdict === 'allow' ? ofFailure : verdictSeverities[verdict],
    action: actions[verdict],
    outcome: failed ? 'failure' : 'success',
    message: `A call ended: ${endedBy}, status ${record.status}`,
    // Rules and findings here are those of the answer; the decision has those of the request.
    ruleIds: bounds.list(answer?.ruleIds),
    labels: bounds.list(answer?.labels),
    ...findingsFrom(answer?.observations, bounds),
    holdId: bounds.text(answer?.holdId),
    ...(answer !== undefined && { policyVersion: bounds.text(answer.policyVersion) }),
  }
}

function refusalSaid({ status, errorCode, keyState }: RefusalRecord): Said {
  const isCredential = status === 401 || keyState !== undefined
  const ofCode: Severity = graveCodes.has(errorCode) ? 'high' : 'low'
  return {
    topic: isCredential ? 'authentication' : 'exchange',
    severity: keyState === 'revoked' ? 'medium' : ofCode,
    action: 'blocked',
    outcome: 'failure',
    message: keyState === undefined ? `A request was refused: ${status}` : `A key is ${keyState}`,
  }
}

function summarySaid(record: RefusalSummaryRecord, bounds: Bounds): Said {
  const codes = Object.entries(record.errorCodes).toSorted(([, a], [, b]) => b - a)
  return {
    topic: 'exchange',
    severity: 'medium',
    action: 'blocked',
    outcome: 'failure',
    message: `${record.count} requests were refused in a short time`,
    source: bounds.text(record.source),
    count: numberFrom(record.count),
    firstAt: numberFrom(record.firstAt),
    lastAt: numberFrom(record.lastAt),
    errorCode: bounds.text(codes[0]?.[0]),
  }
}

function lifecycleSaid({ event, droppedBytes }: LifecycleRecord): Said {
  const words = {
    start: 'The gateway began its work',
    stop: 'The gateway ended its work',
    recovered: `The log was recovered without ${droppedBytes ?? 0} damaged bytes`,
  }
  return {
    topic: 'service',
    severity: event === 'recovered' ? 'high' : 'informational',
    outcome: 'success',
    message: words[event],
    change: {
      command: `service.${event}`,
      kind: 'modified',
      object: 'gateway',
      objectKind: 'service',
      fields: [],
    },
  }
}

function shadowSaid(record: ShadowRecord): Said {
  const failed = record.errorCode !== undefined || (record.status ?? 200) >= 400
  return {
    topic: 'exchange',
    severity: 'informational',
    action: 'allowed',
    outcome: failed ? 'failure' : 'success',
    message: 'A copy of a call was compared',
  }
}

function holdSaid({ event, approvers, waitUntil }: HoldRecord): Said {
  const words = {
    opened: `waits for ${approvers} to approve until ${new Date(waitUntil).toISOString()}`,
    used: 'was done after it was approved',
    expired: 'was not decided in time',
  }
  const action = { opened: 'deferred', used: 'allowed', expired: 'blocked' } as const
  return {
    topic: 'approval',
    severity: event === 'opened' ? 'medium' : 'low',
    action: action[event],
    message: `An action ${words[event]}`,
  }
}

function unknownSaid(record: unknown): Said {
  const grave = isObject(record) && record['result'] === 'failed'
  return {
    topic: 'other',
    severity: grave ? 'low' : 'informational',
    message: 'A record of a kind that this version cannot describe',
  }
}

function severityOfChange(action: string, result: 'done' | 'failed'): Severity {
  if (action.startsWith('emergency-stop.')) return 'high'
  return result === 'failed' ? 'medium' : 'low'
}
