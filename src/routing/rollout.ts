import type { Principal } from '../core/principal.ts'

/** A share of callers that a route sends elsewhere. */
export interface RolloutRule {
  /** From 0 to 100, fractions permitted. */
  readonly percent: number
  /** Who is in or out as a whole. */
  readonly stickyBy: 'user' | 'key' | 'department' | 'tenant'
}

/**
 * Tells whether a caller belongs to the share of a rollout. The same caller gets the same word from every
 * process and after every restart; a share that grows keeps everybody it had. Each route draws anew, so
 * that it is not always the same people who try things out.
 */
export function isInRollout(
  { percent, stickyBy }: RolloutRule,
  route: string,
  principal: Principal,
): boolean {
  const text = JSON.stringify([route, principal.tenant, ...identityOf(principal, stickyBy)])
  return (Bun.hash.xxHash32(text) / 2 ** 32) * 100 < percent
}

/** Who decides; a caller without department or key is somebody of its own. */
function identityOf(principal: Principal, stickyBy: RolloutRule['stickyBy']): readonly string[] {
  const { id, keyId, department } = principal
  switch (stickyBy) {
    case 'tenant':
      return []
    case 'department':
      return department === undefined ? ['user', id] : ['department', department]
    case 'key':
      return keyId === undefined ? ['user', id] : ['key', keyId]
    case 'user':
      return ['user', id]
    default:
      return stickyBy satisfies never
  }
}
