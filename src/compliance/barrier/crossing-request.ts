import { overlapOf, patternsOverlap } from '../../core/pattern-overlap.ts'
import type { BarriersConfig } from './config.ts'
import type { Crossing, Crossings } from './types.ts'

/** What an approver asks for. */
export type CrossingRequest = Pick<
  Crossing,
  'user' | 'tenant' | 'categories' | 'direction' | 'from' | 'until' | 'reason'
>

/** Why somebody is not let across. Its message is for the administrator who asked. */
export class CrossingRefused extends Error {
  override readonly name = 'CrossingRefused'
  /** Whether the administrator may not do this, whatever they write. */
  readonly isForbidden: boolean
  /** Name of the field at fault. */
  readonly param: string | undefined

  constructor(message: string, param?: string) {
    super(message)
    this.isForbidden = param === undefined
    this.param = param
  }
}

const dayMs = 86_400_000
/** Most crossings of one person that are not over. */
const maxOfPerson = 100

/**
 * Returns the crossing that an approver asks for. Nothing is changed yet. Throws `CrossingRefused` where the
 * approver is none, or the one who is to cross; where it would last too long, or open nothing.
 */
export function proposeCrossing(
  request: CrossingRequest,
  by: { readonly approver: string; readonly id: string; readonly now: number },
  { config, crossings }: { readonly config: BarriersConfig; readonly crossings: Crossings },
): Crossing {
  const { approver, id, now } = by
  requireApprover(request, approver, config)
  requireTime(request, now, config.crossings.maxDays)
  requireOpening(request.categories, config)
  const { user, tenant } = request
  const open = crossings.of({ id: user, tenant }).filter(({ until }) => until > now)
  if (open.length >= maxOfPerson) {
    throw new CrossingRefused(`${user} has ${open.length} crossings already: revoke some.`, 'user')
  }
  return { ...request, id, approver, grantedAt: now }
}

function requireApprover(
  { user }: CrossingRequest,
  approver: string,
  { crossings: { approvers } }: BarriersConfig,
): void {
  const entry = approvers.find(({ key }) => key === approver)
  if (entry === undefined) {
    const cure = 'barriers.crossings.approvers names those who may.'
    throw new CrossingRefused(`'${approver}' may let nobody cross a wall: ${cure}`)
  }
  if (folded(entry.user) === folded(user)) {
    throw new CrossingRefused('Nobody lets themselves cross: another approver has to ask.')
  }
}

function requireTime({ from, until }: CrossingRequest, now: number, maxDays: number): void {
  if (until <= now || until <= from) {
    throw new CrossingRefused('It would be over before it begins.', 'until')
  }
  if (until - Math.max(from, now) > maxDays * dayMs) {
    const limit = `${maxDays} day${maxDays === 1 ? '' : 's'}`
    throw new CrossingRefused(`It may last ${limit} at most (barriers.crossings.maxDays).`, 'until')
  }
}

function requireOpening(categories: readonly string[], { walls }: BarriersConfig): void {
  const kept = walls.flatMap(({ sides }) => sides.flatMap((side) => side.categories))
  for (const category of categories) {
    if (overlapOf([category], kept) !== undefined) continue
    throw new CrossingRefused(`No side of a wall has '${category}'.`, 'categories')
  }
}

/** Names of the walls that a crossing opens; none when the configuration has changed so that it opens nothing. */
export function wallsOpened(
  { categories }: Pick<Crossing, 'categories'>,
  { walls }: BarriersConfig,
): readonly string[] {
  return walls
    .filter(({ sides }) =>
      sides.some((side) =>
        side.categories.some((own) => categories.some((each) => patternsOverlap(own, each))),
      ),
    )
    .map(({ name }) => name)
}

/** Whether a crossing is in force at a time, will be, or was. */
export function crossingStatus(
  { from, until, revokedAt }: Crossing,
  now: number,
): 'in-force' | 'pending' | 'over' | 'revoked' {
  if (revokedAt !== undefined) return 'revoked'
  if (now >= until) return 'over'
  return now < from ? 'pending' : 'in-force'
}

function folded(id: string): string {
  return id.normalize('NFC').toLowerCase()
}
