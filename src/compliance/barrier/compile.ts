import type { PrincipalFacts } from '../../core/facts.ts'
import { matchesPattern } from '../../core/patterns.ts'
import type { BarriersConfig, ClearanceConfig, ConflictConfig, WallConfig } from './config.ts'
import { compileMembers, compileNames } from './names.ts'
import type { IsMember, NameSet } from './names.ts'

/** Name of those who are on no side of a wall, in its rules. */
export const outside = 'outside'

/** One side of a wall. */
export interface Side {
  readonly name: string
  readonly isMember: IsMember
}

/** An exception of a wall: who is on `holder` may send or receive what belongs to `about`. */
export interface Rule {
  readonly holder: string
  readonly about: string
  readonly direction: 'send' | 'receive'
  readonly categories: NameSet
  /** Such as `barriers.walls[0].allow[2]`. */
  readonly place: string
}

/** A wall, compiled. */
export interface Wall {
  readonly name: string
  readonly ruleId: string
  readonly sides: readonly Side[]
  readonly rules: readonly Rule[]
  readonly isAbove: IsMember
  readonly words: string | undefined
}

/** A clearance, compiled. */
export interface Clearance {
  readonly isMember: IsMember
  readonly direction: 'send' | 'receive' | 'both'
  /** Milliseconds since the epoch; `Infinity` where it has no end. */
  readonly until: number
  readonly place: string
}

/** A conflict of interest, compiled. */
export interface Conflict {
  readonly name: string
  readonly ruleId: string
  readonly forgetAfterDays: number
  readonly isExempt: IsMember
  readonly words: string | undefined
}

/** Where a label stands: the sides it belongs to, the competitors it belongs to, and who is cleared for it. */
export interface LabelPlaces {
  readonly sides: readonly { readonly wall: Wall; readonly side: Side }[]
  readonly interests: readonly Interest[]
  readonly clearances: readonly Clearance[]
}

/** One competitor of a conflict of interest, by its position in the list of categories. */
export interface Interest {
  readonly conflict: Conflict
  readonly number: number
}

/** Barriers, compiled. Pure data and look-ups. */
export interface CompiledBarriers {
  readonly walls: readonly Wall[]
  readonly conflicts: readonly Conflict[]
  /** Where a label stands; `undefined` for one that nothing asks for. */
  readonly placesOf: (label: string) => LabelPlaces | undefined
}

/** Labels whose places are remembered: more come from no configuration. */
const maxKnownLabels = 16_384

/** Compiles a configuration that was checked. */
export function compileBarriers(config: BarriersConfig): CompiledBarriers {
  const walls = config.walls.map(compileWall)
  const conflicts = config.conflicts.map(compileConflict)
  return {
    walls,
    conflicts,
    placesOf: createPlaces([
      ...walls.flatMap((wall, index) => patternsOfWall(wall, config.walls[index])),
      ...conflicts.flatMap((conflict, index) =>
        patternsOfConflict(conflict, config.conflicts[index]),
      ),
      ...config.clearances.flatMap(patternsOfClearance),
    ]),
  }
}

/** The sides of a wall that someone is on. */
export function sidesOf(wall: Wall, principal: PrincipalFacts): readonly Side[] {
  return wall.sides.filter(({ isMember }) => isMember(principal))
}

function compileWall({ name, sides, allow, above, words }: WallConfig, index: number): Wall {
  return {
    name,
    ruleId: `barrier/${name}`,
    sides: sides.map((side) => ({ name: side.name, isMember: compileMembers(side) })),
    rules: allow.map(({ from, to, direction, categories }, at) => ({
      holder: direction === 'send' ? from : to,
      about: direction === 'send' ? to : from,
      direction,
      categories: compileNames(categories),
      place: `barriers.walls[${index}].allow[${at}]`,
    })),
    isAbove: compileMembers(above),
    words,
  }
}

function compileConflict({ name, forgetAfterDays, exempt, words }: ConflictConfig): Conflict {
  return {
    name,
    ruleId: `barrier/${name}`,
    forgetAfterDays: forgetAfterDays ?? Infinity,
    isExempt: compileMembers(exempt),
    words,
  }
}

/** A pattern of labels and where its labels stand. */
interface PlacedPattern {
  readonly pattern: string
  readonly side?: { readonly wall: Wall; readonly side: Side }
  readonly interest?: Interest
  readonly clearance?: Clearance
}

function patternsOfWall(wall: Wall, config: WallConfig | undefined): PlacedPattern[] {
  return wall.sides.flatMap((side, index) =>
    (config?.sides[index]?.categories ?? []).map((pattern) => ({ pattern, side: { wall, side } })),
  )
}

function patternsOfConflict(
  conflict: Conflict,
  config: ConflictConfig | undefined,
): PlacedPattern[] {
  return (config?.categories ?? []).map((pattern, number) => ({
    pattern,
    interest: { conflict, number },
  }))
}

function patternsOfClearance(
  { categories, direction, until = Infinity, ...members }: ClearanceConfig,
  index: number,
): PlacedPattern[] {
  const isMember = compileMembers(members)
  const clearance = { isMember, direction, until, place: `barriers.clearances[${index}]` }
  return categories.map((pattern) => ({ pattern, clearance }))
}

/** Indexes patterns by label: plain ones at once, those with a star when a label is first asked for. */
function createPlaces(patterns: readonly PlacedPattern[]): CompiledBarriers['placesOf'] {
  const plain = new Map<string, PlacedPattern[]>()
  const open: PlacedPattern[] = []
  for (const placed of patterns) {
    if (placed.pattern.includes('*')) open.push(placed)
    else plain.set(placed.pattern, [...(plain.get(placed.pattern) ?? []), placed])
  }
  const known = new Map<string, LabelPlaces | undefined>()

  function find(label: string): LabelPlaces | undefined {
    const starred = open.filter(({ pattern }) => matchesPattern(pattern, label))
    const found = [...(plain.get(label) ?? []), ...starred]
    const sides = new Map(found.flatMap(({ side }) => (side ? [[side.side, side] as const] : [])))
    const interests = found.flatMap(({ interest }) => interest ?? [])
    // What only clearances name is kept by nothing.
    if (sides.size === 0 && interests.length === 0) return undefined
    const clearances = [...new Set(found.flatMap(({ clearance }) => clearance ?? []))]
    return { sides: [...sides.values()], interests, clearances }
  }

  return (label) => {
    const places = known.get(label)
    if (places !== undefined || known.has(label)) return places
    const looked = find(label)
    if (known.size < maxKnownLabels) known.set(label, looked)
    return looked
  }
}
