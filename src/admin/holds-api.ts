import type { JsonObject } from '../core/json.ts'
import { analyseOversight, HoldRefused } from '../oversight/index.ts'
import type { Hold, Holds, OversightReport } from '../oversight/index.ts'
import { data } from './area.ts'
import type { AdminArea, Change, ChangeRequest } from './area.ts'
import { holdQuerySchema, verdictBodySchema } from './oversight-schema.ts'
import { Refusal } from './refusal.ts'
import { readBySchema } from './routing-schema.ts'

/** The approval queue as administrators see it and decide about it. */
export type HoldAdministration = Pick<Holds, 'list' | 'get' | 'preview' | 'propose' | 'decide'>

const listPath = '/api/holds'
const analyticsPath = '/api/oversight/analytics'
const holdPattern = /^\/api\/holds\/(hold_[0-9a-f]{32})(?:\/(approve|deny))?$/
/** Most holds that analytics look at: the newest. */
const maxAnalysed = 10_000

/** The paths of the approval queue, and of what is known about those who decide. */
export function holdsArea(holds: HoldAdministration): AdminArea {
  return {
    read({ path, query, reader }) {
      if (path === listPath) return list(query, holds)
      if (path === analyticsPath) {
        return data(showReport(analyseOversight(holds.list({ limit: maxAnalysed }))))
      }
      const [, id, verb] = holdPattern.exec(path) ?? []
      if (id === undefined || verb !== undefined) return undefined
      const hold = holds.get(id)
      if (hold === undefined) throw notFound()
      // What is in a request is for those who decide about it.
      const preview = reader === undefined ? undefined : holds.preview(id)
      return data({ ...show(hold), ...(preview === undefined ? {} : { preview }) })
    },
    methods: (path) => (holdPattern.exec(path)?.[2] === undefined ? [] : ['POST']),
    change: (request) => deciding(request, holds),
  }
}

function list(query: URLSearchParams, holds: HoldAdministration): Response {
  const filter = readBySchema(holdQuerySchema, Object.fromEntries(query))
  return data({ holds: holds.list(filter).map(show) })
}

function deciding({ path, body, actor }: ChangeRequest, holds: HoldAdministration): Change {
  const { reason } = readBySchema(verdictBodySchema, body)
  const [, id = '', verb] = holdPattern.exec(path) ?? []
  const verdict = verb === 'approve' ? 'approve' : 'deny'
  const asked = { by: actor, verdict, reason } as const
  const before = holds.get(id)
  const after = refusing(() => holds.propose(id, asked))
  return {
    facts: {
      action: `hold.${verdict}`,
      subject: id,
      before: before === undefined ? null : { state: before.state },
      after: { state: after.state, reason, requester: after.facts.requester },
    },
    make: () => data(show(refusing(() => holds.decide(id, asked)))),
  }
}

const codes = {
  unknown: { status: 404, code: 'not_found' },
  decided: { status: 409, code: 'already_decided' },
  own: { status: 403, code: 'own_action' },
  again: { status: 409, code: 'second_person_needed' },
} as const

function refusing<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof HoldRefused)) throw error
    throw new Refusal(codes[error.kind], error.message)
  }
}

function notFound(): Refusal {
  return new Refusal(codes.unknown, 'There is no such hold.')
}

function show({ id, facts, state, verdicts, ...hold }: Hold): JsonObject {
  const { tool, tier, model, keyId } = facts
  return {
    id,
    state,
    kind: facts.kind,
    tenant: facts.tenant,
    requester: facts.requester,
    request_id: facts.requestId,
    ...(keyId === undefined ? {} : { key: keyId }),
    ...(tool === undefined ? {} : { tool }),
    ...(tier === undefined ? {} : { tier }),
    ...(model === undefined ? {} : { model }),
    rule_ids: [...facts.ruleIds],
    labels: [...facts.labels],
    created_at: timeText(hold.createdAt),
    wait_until: timeText(hold.waitUntil),
    approvers: hold.approvers,
    verdicts: verdicts.map(({ by, at, verdict, reason }) => ({
      by,
      at: timeText(at),
      verdict,
      reason,
    })),
    ...(hold.validUntil === 0 ? {} : { valid_until: timeText(hold.validUntil) }),
    ...(state === 'approved' ? { uses_left: hold.usesLeft } : {}),
  }
}

function showReport({ reviewers, alerts, expired }: OversightReport): JsonObject {
  return {
    reviewers: reviewers.map(({ reviewer, decisions, denialRate, medianDecisionMs }) => ({
      reviewer,
      decisions,
      denial_rate: denialRate,
      median_decision_ms: medianDecisionMs,
    })),
    alerts: alerts.map((alert) => ({ ...alert })),
    expired,
  }
}

function timeText(at: number): string {
  return new Date(at).toISOString()
}
