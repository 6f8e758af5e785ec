import type { PrincipalFacts } from '../../core/facts.ts'
import { matchesAny } from '../../core/patterns.ts'
import type {
  Clearance,
  CompiledBarriers,
  Interest,
  LabelPlaces,
  Rule,
  Side,
  Wall,
} from './compile.ts'
import { outside, sidesOf } from './compile.ts'
import { dayOf } from './types.ts'
import type { ContactHistory, Crossing, Crossings, Seen } from './types.ts'

/** Someone and one label of what they send or receive. */
export interface LabelContact {
  readonly principal: PrincipalFacts
  readonly label: string
  readonly direction: 'send' | 'receive'
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Why someone may have a label of a side. */
export type Ground =
  | { readonly by: 'side' }
  | { readonly by: 'above' }
  | { readonly by: 'rule'; readonly rule: Rule }
  | { readonly by: 'clearance'; readonly clearance: Clearance }
  | { readonly by: 'crossing'; readonly crossing: Crossing }

/** What one side of a wall says about a contact. */
export interface SideVerdict {
  readonly wall: Wall
  /** The side that the label belongs to. */
  readonly side: Side
  /** The sides that the person is on; more than one is a contradiction, and then none counts. */
  readonly own: readonly Side[]
  /** Absent: nothing permits it. */
  readonly ground: Ground | undefined
}

/** Tells what a side that a label belongs to says about a contact: nothing permits it unless it is found here. */
export function judgeSide(
  { wall, side }: LabelPlaces['sides'][number],
  contact: LabelContact,
  clearances: readonly Clearance[],
  crossings: Crossings,
): SideVerdict {
  const own = sidesOf(wall, contact.principal)
  return { wall, side, own, ground: groundOf() }

  function groundOf(): Ground | undefined {
    if (own.length === 1 && own[0] === side) return { by: 'side' }
    if (wall.isAbove(contact.principal)) return { by: 'above' }
    const holder = own.length > 1 ? undefined : (own[0]?.name ?? outside)
    const rule = wall.rules.find(
      (each) =>
        each.holder === holder &&
        each.about === side.name &&
        each.direction === contact.direction &&
        each.categories.has(contact.label),
    )
    if (rule !== undefined) return { by: 'rule', rule }
    const clearance = clearances.find((each) => isCleared(each, contact))
    if (clearance !== undefined) return { by: 'clearance', clearance }
    const crossing = crossings.of(contact.principal).find((each) => opens(each, contact))
    return crossing && { by: 'crossing', crossing }
  }
}

function isCleared(clearance: Clearance, { principal, direction, at }: LabelContact): boolean {
  const goesThatWay = clearance.direction === 'both' || clearance.direction === direction
  return goesThatWay && at < clearance.until && clearance.isMember(principal)
}

function opens(crossing: Crossing, { label, direction, at }: LabelContact): boolean {
  const goesThatWay = crossing.direction === 'both' || crossing.direction === direction
  const isInForce = crossing.revokedAt === undefined && crossing.from <= at && at < crossing.until
  return goesThatWay && isInForce && matchesAny(crossing.categories, label)
}

/** What stands against a label in a conflict of interest. */
export interface Rival {
  readonly label: string
  /** When the person had it; absent where it is in the same call. */
  readonly seen?: Seen
}

/**
 * Finds what keeps someone from a label of a competitor: another competitor among the labels of the same
 * call, or one they have seen before and that is not forgotten. A label that belongs to two competitors is
 * a rival to itself. Nothing for those whom the conflict does not concern.
 */
export function findRival(
  { conflict, number }: Interest,
  contact: LabelContact & { readonly labels: readonly string[] },
  { placesOf }: Pick<CompiledBarriers, 'placesOf'>,
  history: ContactHistory,
): Rival | undefined {
  const { principal, labels, at } = contact
  if (conflict.isExempt(principal)) return undefined
  const isRival = (label: string): boolean =>
    placesOf(label)?.interests.some(
      (other) => other.conflict === conflict && other.number !== number,
    ) === true
  const beside = labels.find(isRival)
  if (beside !== undefined) return { label: beside }
  const oldestDay = dayOf(at) - conflict.forgetAfterDays
  for (const [label, seen] of history.of(principal) ?? []) {
    if (seen.lastDay >= oldestDay && isRival(label)) return { label, seen }
  }
  return undefined
}
