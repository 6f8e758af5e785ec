import { readAuditLog } from '../audit/index.ts'
import type { StoredRecord } from '../audit/index.ts'
import type { DecisionFactsRecord } from '../compliance/index.ts'
import type { PolicyFacts, TargetFacts } from '../core/facts.ts'
import type { DecisionRecord, OutcomeRecord } from '../core/record.ts'

/** A decision of the past, with what it was made of. */
export interface PastDecision extends DecisionFactsRecord {
  /** When it was recorded, in milliseconds since the Unix epoch. */
  readonly at: number
}

/** What was in the log, apart from the decisions themselves. */
export interface PastCounts {
  requests: number
  answers: number
  /** Decisions without facts: nothing was inspected, or an older version recorded them. */
  withoutFacts: number
  /** Answers whose request was decided before the first record that was read. */
  withoutRequest: number
}

/** Which decisions are read: the newest ones. */
export interface PastRange {
  /** None recorded before this time, in milliseconds since the Unix epoch. */
  readonly since: number
  /** Most requests; their answers come with them. */
  readonly limit: number
}

/** Most requests that wait for the record of their end. */
const maxOpen = 50_000

/** Reads what was decided about requests and answers from an audit log, in its order. Changes nothing. */
export async function* readPastDecisions(
  directory: string,
  range: PastRange,
  counts: PastCounts,
): AsyncIterable<PastDecision> {
  const open = new Map<string, DecisionRecord>()
  const fromSequence = await firstSequence(directory, range)
  if (fromSequence === undefined) return
  for await (const record of readAuditLog(directory, { fromSequence })) {
    const { at } = record
    if (record.type === 'decision') {
      const decision = requestOf(record, at)
      if (decision === undefined) {
        counts.withoutFacts += 1
        continue
      }
      counts.requests += 1
      open.set(record.requestId, record)
      if (open.size > maxOpen) open.delete(open.keys().next().value ?? '')
      yield decision
    } else if (record.type === 'outcome' && record.answer !== undefined) {
      const asked = open.get(record.requestId)
      open.delete(record.requestId)
      const decision = asked === undefined ? undefined : answerOf(record, asked, at)
      if (decision === undefined) {
        counts.withoutRequest += 1
        continue
      }
      counts.answers += 1
      yield decision
    } else if (record.type === 'outcome') open.delete(record.requestId)
  }
}

/** Finds where the newest decisions begin; `undefined` where there are none. */
async function firstSequence(
  directory: string,
  { since, limit }: PastRange,
): Promise<number | undefined> {
  const newest: number[] = []
  let count = 0
  for await (const record of readAuditLog(directory)) {
    if (!isDecisionSince(record, since)) continue
    newest[count % limit] = record.sequence
    count += 1
  }
  return count === 0 ? undefined : newest[count > limit ? count % limit : 0]
}

function isDecisionSince({ type, at }: StoredRecord, since: number): boolean {
  return type === 'decision' && at >= since
}

function requestOf(record: DecisionRecord, at: number): PastDecision | undefined {
  const { facts, requestId } = record
  if (facts === undefined) return undefined
  return {
    id: requestId,
    at,
    statements: said(record.statements),
    facts: { ...facts, ...callFacts(record), labels: record.labels },
  }
}

/** What is not recorded of an answer, which is its size, counts as none. */
function answerOf(
  { answer, provider, modelUsed }: OutcomeRecord,
  asked: DecisionRecord,
  at: number,
): PastDecision | undefined {
  const { facts, requestId } = asked
  if (answer === undefined || facts === undefined) return undefined
  return {
    id: `${requestId} (answer)`,
    at,
    statements: said(answer.statements),
    facts: {
      ...callFacts(asked),
      direction: 'answer',
      model: facts.model,
      ...(facts.offered !== undefined && { offered: facts.offered }),
      targets: targetsOf(facts.targets, provider, modelUsed),
      observations: answer.observations,
      labels: answer.labels,
      tools: answer.tools ?? [],
      attachments: [],
      bytes: 0,
    },
  }
}

function targetsOf(
  known: readonly TargetFacts[],
  provider: string | undefined,
  model: string | undefined,
): readonly TargetFacts[] {
  if (provider === undefined || model === undefined) return []
  const target = known.find((each) => each.provider === provider && each.model === model)
  return [target ?? { provider, model }]
}

/** Who called and what for, from the head of the record. */
function callFacts(
  record: DecisionRecord,
): Pick<PolicyFacts, 'principal' | 'sourceAddress' | 'operation'> {
  const { user, tenant, department, groups, product, keyId, sourceAddress, operation } = record
  return {
    principal: {
      id: user,
      kind: 'user',
      ...record.facts?.principal,
      tenant,
      groups,
      ...(department !== undefined && { department }),
      ...(product !== undefined && { product }),
      ...(keyId !== undefined && { keyId }),
    },
    sourceAddress,
    operation,
  }
}

/** Leaves out what no policy said. */
function said(statements: DecisionRecord['statements']): PastDecision['statements'] {
  return (statements ?? []).filter(({ ruleId }) => ruleId !== 'compliance/unreadable')
}
