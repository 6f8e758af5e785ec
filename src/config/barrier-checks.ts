import type { BarriersConfig } from '../compliance/barrier/config.ts'
import { overlapOf, patternsOverlap } from '../core/pattern-overlap.ts'
import { nearest } from '../core/nearest.ts'
import { unknownName } from './checks.ts'
import type { CheckProblem } from './checks.ts'
import { quoted } from './problem.ts'
import { formatPath } from './problem.ts'
import type { Path } from './problem.ts'

type Wall = BarriersConfig['walls'][number]
type Side = Wall['sides'][number]

/** The part of a configuration that barriers are checked with. */
interface Barriers {
  readonly barriers: BarriersConfig
  readonly compliance: {
    readonly categories: readonly {
      readonly label: string
      readonly implies?: readonly string[] | undefined
    }[]
  }
  readonly server: { readonly admin: { readonly keys: readonly { readonly name: string }[] } }
}

/** Name of those who are on no side of a wall. */
const outside = 'outside'

/** Problems with barriers: contradictions, and what can never hold. */
export function checkBarriers({ barriers, compliance, server }: Barriers): CheckProblem[] {
  const labels = compliance.categories.flatMap(({ label, implies = [] }) => [label, ...implies])
  return [
    ...checkLabels(barriers, labels),
    ...checkNames(barriers),
    ...barriers.walls.flatMap((wall, index) => {
      const path = ['barriers', 'walls', index]
      return [...checkSides(wall, path), ...checkRules(wall, path)]
    }),
    ...checkConflicts(barriers),
    ...checkClearances(barriers),
    ...checkApprovers(
      barriers,
      server.admin.keys.map(({ name }) => name),
    ),
  ]
}

/** Problems with categories that no content can have: a wall about one keeps nothing. */
function checkLabels(
  { walls, conflicts, clearances }: BarriersConfig,
  labels: readonly string[],
): CheckProblem[] {
  const lists: (readonly [Path, readonly string[]])[] = [
    ...walls.flatMap(({ sides, allow }, index) => [
      ...sides.map(({ categories }, at) => [['walls', index, 'sides', at], categories] as const),
      ...allow.map(({ categories }, at) => [['walls', index, 'allow', at], categories] as const),
    ]),
    ...conflicts.map(({ categories }, index) => [['conflicts', index], categories] as const),
    ...clearances.map(({ categories }, index) => [['clearances', index], categories] as const),
  ]
  return lists.flatMap(([place, categories]) =>
    categories.flatMap((category, at) => {
      if (labels.some((label) => patternsOverlap(category, label))) return []
      const close = nearest(category, labels)
      return {
        path: ['barriers', ...place, 'categories', at],
        message: `no content can have the category ${quoted(category)}`,
        hint:
          close === undefined
            ? 'say in compliance.categories what content has it, or take it out'
            : `did you mean ${quoted(close)}?`,
      }
    }),
  )
}

/** Walls and conflicts share the names of their rules, such as `barrier/falcon`. */
function checkNames({ walls, conflicts }: BarriersConfig): CheckProblem[] {
  return [
    ...repeated([
      ...walls.map(({ name }, index) => [name, ['barriers', 'walls', index, 'name']] as const),
      ...conflicts.map(
        ({ name }, index) => [name, ['barriers', 'conflicts', index, 'name']] as const,
      ),
    ]),
    ...walls.flatMap(({ sides }, index) =>
      repeated(
        sides.map(({ name }, at) => [name, ['barriers', 'walls', index, 'sides', at, 'name']]),
      ),
    ),
  ]
}

function repeated(entries: readonly (readonly [name: string, path: Path])[]): CheckProblem[] {
  const first = new Map<string, Path>()
  return entries.flatMap(([name, path]) => {
    const earlier = first.get(name)
    if (earlier === undefined) {
      first.set(name, path)
      return []
    }
    return { path, message: `duplicate name ${quoted(name)}, first at ${formatPath(earlier)}` }
  })
}

function checkSides({ sides }: Wall, path: Path): CheckProblem[] {
  return sides.flatMap((side, index) => {
    const place = [...path, 'sides', index]
    const problems: CheckProblem[] = []
    if (side.name === outside) {
      const message = `${quoted(outside)} is the name of those who are on no side`
      problems.push({ path: [...place, 'name'], message, hint: 'give the side another name' })
    }
    for (const other of sides.slice(0, index)) problems.push(...checkPair(side, other, place))
    return problems
  })
}

const memberKinds = ['users', 'groups', 'departments'] as const

/** Problems with two sides of one wall: what belongs to both could be given to nobody. */
function checkPair(side: Side, other: Side, path: Path): CheckProblem[] {
  const problems = side.categories.flatMap((category, at): CheckProblem[] => {
    const common = other.categories.find((each) => patternsOverlap(category, each))
    if (common === undefined) return []
    return [
      {
        path: [...path, 'categories', at],
        message: `${quoted(category)} and ${quoted(common)} of the side ${quoted(other.name)} have labels in common`,
        hint: 'a category belongs to one side of a wall: take it off the other, and let it cross by a rule in allow',
      },
    ]
  })
  if (side.tenants && other.tenants && !overlapOf(side.tenants, other.tenants)) return problems
  return [
    ...problems,
    ...memberKinds.flatMap((kind) =>
      side[kind].flatMap((name, at): CheckProblem[] => {
        // Two different patterns may well have nobody in common; that is told when somebody asks.
        const isSame = (each: string): boolean =>
          each === name ||
          (!(name.includes('*') && each.includes('*')) && patternsOverlap(name, each))
        if (!other[kind].some(isSame)) return []
        return [
          {
            path: [...path, kind, at],
            message: `${quoted(name)} is also on the side ${quoted(other.name)}: who is on two sides of a wall may have nothing of it`,
            hint: 'keep them on one side, or put them above the wall',
          },
        ]
      }),
    ),
  ]
}

function checkRules({ sides, allow }: Wall, path: Path): CheckProblem[] {
  const known = [...sides.map(({ name }) => name), outside]
  return allow.flatMap((rule, index) => {
    const place = [...path, 'allow', index]
    const unknown = (['from', 'to'] as const).filter((end) => !known.includes(rule[end]))
    if (unknown.length > 0) {
      return unknown.map((end) =>
        unknownName([...place, end], 'side of this wall', rule[end], known),
      )
    }
    const about = rule.direction === 'send' ? 'to' : 'from'
    if (rule.from === rule.to) {
      const message = 'the rule leads from a side to the same side'
      return [{ path: place, message, hint: 'take it out: a side may have what is its own' }]
    }
    if (rule[about] === outside) {
      const message = `the rule never holds: no category belongs to ${quoted(outside)}`
      const hint = `with direction ${rule.direction}, \`${about}\` is the side that the categories belong to`
      return [{ path: [...place, about], message, hint }]
    }
    const own = sides.find(({ name }) => name === rule[about])?.categories ?? []
    return rule.categories.flatMap((category, at) =>
      overlapOf([category], own)
        ? []
        : {
            path: [...place, 'categories', at],
            message: `the rule never holds: ${quoted(category)} is no category of the side ${quoted(rule[about])}`,
            hint: `add it to the categories of ${quoted(rule[about])}, or take it out`,
          },
    )
  })
}

function checkConflicts({ conflicts, walls, clearances }: BarriersConfig): CheckProblem[] {
  const holders = [
    ...walls.flatMap(({ name, sides }) =>
      sides.map((side) => ({
        called: `the side ${quoted(side.name)} of the wall ${quoted(name)}`,
        ...side,
      })),
    ),
    ...clearances.map(({ categories }, index) => ({
      called: `barriers.clearances[${index}]`,
      categories,
    })),
  ]
  return conflicts.flatMap((conflict, index) => {
    const path = ['barriers', 'conflicts', index]
    const problems = conflict.categories.flatMap((category, at): CheckProblem[] => {
      const common = overlapOf([category], conflict.categories.slice(0, at))
      if (common === undefined) return []
      const message = `${quoted(category)} and ${quoted(common[1])} have labels in common, which nobody could have`
      return [{ path: [...path, 'categories', at], message, hint: 'give each competitor its own' }]
    })
    if (conflict.sameSide || problems.length > 0) return problems
    for (const { called, categories } of holders) {
      const held = conflict.categories.filter((category) => overlapOf([category], categories))
      const [first, second] = held
      if (first === undefined || second === undefined) continue
      const message = `${called} holds ${quoted(first)} and ${quoted(second)}, which are in conflict`
      const hint =
        'put them on different sides, or set sameSide: true if its people may have either'
      problems.push({ path, message, hint })
    }
    return problems
  })
}

function checkClearances({ clearances, walls }: BarriersConfig): CheckProblem[] {
  const kept = walls.flatMap(({ sides }) => sides.flatMap(({ categories }) => categories))
  return clearances.flatMap(({ categories }, index) =>
    categories.flatMap((category, at): CheckProblem[] => {
      if (overlapOf([category], kept)) return []
      const close = nearest(category, kept)
      const message = `the clearance opens nothing: no side of a wall has ${quoted(category)}`
      const hint = close === undefined ? 'take it out' : `did you mean ${quoted(close)}?`
      return [{ path: ['barriers', 'clearances', index, 'categories', at], message, hint }]
    }),
  )
}

function checkApprovers({ crossings }: BarriersConfig, keys: readonly string[]): CheckProblem[] {
  const path = ['barriers', 'crossings', 'approvers']
  return [
    ...crossings.approvers.flatMap(({ key }, index) =>
      keys.includes(key)
        ? []
        : [unknownName([...path, index, 'key'], "administrator's key", key, keys)],
    ),
    ...repeated(crossings.approvers.map(({ key }, index) => [key, [...path, index, 'key']])),
  ]
}
