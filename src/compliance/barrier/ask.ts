import type { PrincipalFacts } from '../../core/facts.ts'
import type { Explain, Explanation } from './explain.ts'

/** May a user send or receive a category; both without a direction. */
export interface BarrierQuestion {
  readonly user: string
  readonly category: string
  readonly direction?: 'send' | 'receive' | undefined
  readonly tenant?: string | undefined
  /** Who the user is, in place of what their keys say. */
  readonly groups?: readonly string[] | undefined
  readonly department?: string | undefined
}

/** A key with which somebody calls. */
export interface KnownCaller {
  /** Name of the key. */
  readonly name: string
  readonly user: string
  readonly kind: PrincipalFacts['kind']
  readonly tenant: string
  readonly department?: string | undefined
  readonly groups: readonly string[]
}

/** An explanation, and the keys that call as the one it is about; none where nothing but the name is known. */
export interface BarrierAnswer extends Explanation {
  readonly keys: readonly string[]
}

/**
 * Answers a question for everyone the user may be: what the question says of them, or else what each of their
 * keys says, or else somebody without a group.
 */
export function askBarriers(
  question: BarrierQuestion,
  callers: readonly KnownCaller[],
  explain: Explain,
): readonly BarrierAnswer[] {
  const { category, direction } = question
  const directions = direction === undefined ? (['send', 'receive'] as const) : [direction]
  return whoIs(question, callers).flatMap(({ principal, keys }) =>
    directions.map((each) => ({ ...explain({ principal, category, direction: each }), keys })),
  )
}

interface Known {
  readonly principal: PrincipalFacts
  readonly keys: readonly string[]
}

function whoIs(question: BarrierQuestion, callers: readonly KnownCaller[]): readonly Known[] {
  const { user, tenant, groups, department } = question
  const told: PrincipalFacts = {
    id: user,
    kind: 'user',
    tenant: tenant ?? 'default',
    groups: groups ?? [],
    ...(department !== undefined && { department }),
  }
  if (groups !== undefined || department !== undefined) return [{ principal: told, keys: [] }]
  const own = callers.filter(
    (caller) => caller.user === user && (tenant === undefined || caller.tenant === tenant),
  )
  const byFacts = Map.groupBy(own, (caller) =>
    JSON.stringify([caller.tenant, caller.department, caller.groups.toSorted()]),
  )
  const known = [...byFacts.values()].flatMap(([first, ...same]): Known[] =>
    first === undefined
      ? []
      : [{ principal: principalOf(first), keys: [first, ...same].map(({ name }) => name) }],
  )
  return known.length > 0 ? known : [{ principal: told, keys: [] }]
}

function principalOf({ user, kind, tenant, groups, department }: KnownCaller): PrincipalFacts {
  return { id: user, kind, tenant, groups, ...(department !== undefined && { department }) }
}
