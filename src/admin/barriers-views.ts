import type { BarrierAnswer, BarriersConfig, Crossing, Seen } from '../compliance/index.ts'
import { crossingStatus, dayText, wallsOpened } from '../compliance/index.ts'
import type { JsonObject } from '../core/json.ts'

/** Shows the walls, clearances and conflicts of a configuration. */
export function showBarriers(config: BarriersConfig): JsonObject {
  const { walls, clearances, conflicts, crossings } = config
  return {
    walls: walls.map(({ name, sides, allow, above }) => ({
      name,
      sides: sides.map((side) => ({
        name: side.name,
        ...membersOf(side),
        categories: side.categories,
      })),
      allow: allow.map((rule) => ({ ...rule })),
      above: above === undefined ? null : membersOf(above),
    })),
    clearances: clearances.map((clearance) => ({
      ...membersOf(clearance),
      categories: clearance.categories,
      direction: clearance.direction,
      until: clearance.until === undefined ? null : timeText(clearance.until),
    })),
    conflicts: conflicts.map(({ name, categories, forgetAfterDays, exempt, sameSide }) => ({
      name,
      categories,
      forget_after_days: forgetAfterDays ?? null,
      exempt: exempt === undefined ? null : membersOf(exempt),
      same_side: sameSide,
    })),
    crossings: {
      approvers: crossings.approvers.map(({ key }) => key),
      max_days: crossings.maxDays,
    },
  }
}

/** Shows a crossing; `opens` is empty when no wall keeps its categories any more. */
export function showCrossing(crossing: Crossing, config: BarriersConfig, now: number): JsonObject {
  const { revokedAt, revokedBy } = crossing
  return {
    id: crossing.id,
    user: crossing.user,
    tenant: crossing.tenant,
    categories: [...crossing.categories],
    direction: crossing.direction,
    from: timeText(crossing.from),
    until: timeText(crossing.until),
    approver: crossing.approver,
    reason: crossing.reason,
    granted_at: timeText(crossing.grantedAt),
    status: crossingStatus(crossing, now),
    opens: [...wallsOpened(crossing, config)],
    ...(revokedAt !== undefined && { revoked_at: timeText(revokedAt) }),
    ...(revokedBy !== undefined && { revoked_by: revokedBy }),
  }
}

/** Shows what someone has seen, by the day. */
export function showHistory(seen: ReadonlyMap<string, Seen> | undefined): JsonObject[] {
  return [...(seen ?? [])]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([category, { firstDay, lastDay }]) => ({
      category,
      first_seen: dayText(firstDay),
      last_seen: dayText(lastDay),
    }))
}

/** Shows an answer to whether someone may have a category. */
export function showAnswer(answer: BarrierAnswer): JsonObject {
  return {
    keys: [...answer.keys],
    tenant: answer.tenant,
    department: answer.department ?? null,
    groups: [...answer.groups],
    direction: answer.direction,
    is_allowed: answer.isAllowed,
    summary: answer.summary,
    reasons: answer.reasons.map(({ ruleId, isAllowed, words }) => ({
      rule: ruleId,
      is_allowed: isAllowed,
      words,
    })),
    remedies: [...answer.remedies],
  }
}

function membersOf(members: {
  readonly users: readonly string[]
  readonly groups: readonly string[]
  readonly departments: readonly string[]
  readonly tenants?: readonly string[] | undefined
}): JsonObject {
  return {
    users: [...members.users],
    groups: [...members.groups],
    departments: [...members.departments],
    tenants: members.tenants === undefined ? null : [...members.tenants],
  }
}

function timeText(at: number): string {
  return new Date(at).toISOString()
}
