import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { barriersOf, dayMs, memoryKnowledge, person } from './testing/knowledge.ts'
import { isCleared, isInConflict } from './testing/model.ts'
import type { Delivery, Model } from './testing/model.ts'

const people = ['ana', 'ben', 'cleo', 'dan']
/** Groups with who is in them. */
const groups: Readonly<Record<string, readonly string[]>> = {
  deals: ['ana', 'ben'],
  desk: ['ben', 'cleo'],
  nobody: [],
}
const departments: Readonly<Record<string, string>> = { ana: 'banking', dan: 'sales' }
const labels = ['deal:a', 'deal:b', 'pub:a', 'pub:b', 'client:a', 'client:b', 'else']
/** Patterns with the labels they stand for. */
const patterns: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(labels.map((label) => [label, [label]])),
  'deal:*': ['deal:a', 'deal:b'],
  '*:a': ['deal:a', 'pub:a', 'client:a'],
  'client:*': ['client:a', 'client:b'],
  '*': labels,
}

const some = <T>(values: readonly T[], maxLength: number): fc.Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { maxLength })
const members = fc.record({
  users: some(people, 2),
  groups: some(Object.keys(groups), 1),
  departments: some(['banking', 'sales'], 1),
})
const categories = some(Object.keys(patterns), 2)
const direction = fc.constantFrom('send', 'receive')
const anyDirection = fc.constantFrom('send', 'receive', 'both')
const at = fc.integer({ min: 0, max: 12 * dayMs })

const section = fc.record({
  walls: fc.array(
    fc.record({
      sides: fc.array(fc.record({ members, categories }), { minLength: 2, maxLength: 4 }),
      above: members,
      rules: fc.array(
        fc.record({
          holder: fc.integer({ min: -1, max: 3 }),
          about: fc.integer({ min: 0, max: 3 }),
          direction,
          categories: some(Object.keys(patterns), 2).filter(({ length }) => length > 0),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 3 },
  ),
  conflicts: fc.array(
    fc.record({
      categories: fc.uniqueArray(fc.constantFrom('client:a', 'client:b', 'deal:*', 'pub:a'), {
        minLength: 2,
        maxLength: 3,
      }),
      forgetAfterDays: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
      exempt: members,
    }),
    { maxLength: 2 },
  ),
  clearances: fc.array(fc.record({ members, categories, direction: anyDirection, until: at }), {
    maxLength: 2,
  }),
})
type Section = typeof section extends fc.Arbitrary<infer T> ? T : never
type Members = Section['clearances'][number]['members']

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('call' as const),
      who: fc.constantFrom(...people),
      labels: fc.array(fc.constantFrom(...labels), { maxLength: 3 }),
      direction,
      passes: fc.integer({ min: 0, max: 2 * dayMs }),
      /** Whether it waits between being checked and being recorded, while others come in. */
      waits: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('crossing' as const),
      who: fc.constantFrom(...people),
      categories: some(Object.keys(patterns), 2),
      direction: anyDirection,
      from: at,
      until: at,
    }),
  },
)

const sideName = (index: number): string => (index < 0 ? 'outside' : `side-${index}`)

/** Writes what was drawn as a section of a configuration. */
function fileOf({ walls, conflicts, clearances }: Section) {
  return {
    walls: walls.map(({ sides, above, rules }, index) => ({
      name: `wall-${index}`,
      sides: sides.map((side, at) => ({
        name: sideName(at),
        ...side.members,
        categories: side.categories,
      })),
      above,
      allow: rules.map(({ holder, about, ...rule }) => ({
        ...rule,
        from: sideName(rule.direction === 'send' ? holder : about),
        to: sideName(rule.direction === 'send' ? about : holder),
      })),
    })),
    conflicts: conflicts.map((conflict, index) => ({ name: `conflict-${index}`, ...conflict })),
    clearances: clearances
      .filter(({ members, categories }) => categories.length > 0 && isAnybody(members))
      .map(({ members, until, ...rest }) => ({
        ...members,
        ...rest,
        until: new Date(until).toISOString(),
      })),
  }
}

function isAnybody({ users, groups, departments }: Members): boolean {
  return users.length + groups.length + departments.length > 0
}

/** Writes what was drawn as sets. */
function modelOf({ walls, conflicts, clearances }: Section): Model {
  return {
    walls: walls.map(({ sides, above, rules }) => ({
      sides: sides.map((side) => ({
        people: membersIn(side.members),
        labels: labelsIn(side.categories),
      })),
      above: membersIn(above),
      rules: rules.map((rule) => ({ ...rule, labels: labelsIn(rule.categories) })),
    })),
    conflicts: conflicts.map(({ categories, forgetAfterDays = Infinity, exempt }) => ({
      interests: categories.map((category) => labelsIn([category])),
      forgetAfterDays,
      exempt: membersIn(exempt),
    })),
    grants: clearances.map(({ members, categories, direction, until }) => ({
      people: membersIn(members),
      labels: labelsIn(categories),
      direction,
      from: -Infinity,
      until,
    })),
  }
}

function membersIn(drawn: Members): Set<string> {
  return new Set(
    people.filter(
      (who) =>
        drawn.users.includes(who) ||
        drawn.groups.some((group) => groups[group]?.includes(who)) ||
        drawn.departments.includes(departments[who] ?? ''),
    ),
  )
}

function labelsIn(categories: readonly string[]): Set<string> {
  return new Set(categories.flatMap((category) => patterns[category] ?? []))
}

function principalOf(who: string) {
  const department = departments[who]
  return person(who, {
    groups: Object.keys(groups).filter((group) => groups[group]?.includes(who)),
    ...(department !== undefined && { department }),
  })
}

test('no sequence of calls delivers a category to someone not cleared, and none is refused without need', () => {
  fc.assert(
    fc.property(section, fc.array(step, { maxLength: 25 }), (drawn, steps) => {
      const model = modelOf(drawn)
      const knowledge = memoryKnowledge()
      const barriers = barriersOf(fileOf(drawn), knowledge)
      const delivered: Delivery[] = []
      const refusedOf = (asked: readonly Delivery[]): string[] => {
        const met = [...delivered, ...asked]
        const refused = asked.filter(
          (one) => !isCleared(model, one) || isInConflict(model, one, met),
        )
        return [...new Set(refused.map(({ label }) => label))].toSorted()
      }
      const waiting: (() => void)[] = []
      let now = 0
      for (const each of steps) {
        if (each.kind === 'crossing') {
          const { who: user, ...rest } = each
          const fixed = { tenant: 'default', approver: 'cora', reason: 'test', grantedAt: now }
          knowledge.crossings.all.push({ id: 'x', user, ...fixed, ...rest })
          const labels = labelsIn(each.categories)
          model.grants.push({ ...rest, people: new Set([user]), labels })
          continue
        }
        now += each.passes
        const contact = { principal: principalOf(each.who), ...each, at: now }
        const asked = each.labels.map((label) => ({ ...each, label, at: now }))
        const refused = refusedOf(asked)
        const verdict = each.waits ? barriers.check(contact) : barriers.enter(contact)
        expect(verdict.refused).toEqual(refused)
        expect(verdict.isAllowed).toBe(refused.length === 0)
        if (each.waits && verdict.isAllowed) {
          waiting.push(() => {
            const isLate = refusedOf(asked).length > 0
            if (isLate) expect(() => barriers.record(contact)).toThrow()
            else {
              barriers.record(contact)
              delivered.push(...asked)
            }
          })
          continue
        }
        if (verdict.isAllowed) delivered.push(...asked)
        waiting.shift()?.()
      }
    }),
    { numRuns: 400 },
  )
})

test('explanations say what calls are answered with', () => {
  fc.assert(
    fc.property(section, fc.array(step, { maxLength: 10 }), (drawn, steps) => {
      const barriers = barriersOf(fileOf(drawn))
      for (const each of steps) {
        if (each.kind === 'crossing') continue
        const principal = principalOf(each.who)
        for (const label of each.labels) {
          const asked = { principal, direction: each.direction, at: each.passes }
          const { isAllowed, remedies } = barriers.explain({ ...asked, category: label })
          expect(isAllowed).toBe(barriers.check({ ...asked, labels: [label] }).isAllowed)
          expect(remedies.length > 0).toBe(!isAllowed)
        }
        barriers.enter({ principal, ...each, at: each.passes })
      }
    }),
  )
})

test('the order of walls, sides, rules, clearances, conflicts and labels changes nothing', () => {
  fc.assert(
    fc.property(section, fc.array(step, { maxLength: 8 }), (drawn, steps) => {
      const file = fileOf(drawn)
      const barriers = barriersOf(file)
      const turned = barriersOf({
        walls: file.walls.toReversed().map((wall) => ({
          ...wall,
          sides: wall.sides.toReversed(),
          allow: wall.allow.toReversed(),
        })),
        conflicts: file.conflicts
          .toReversed()
          .map((each) => ({ ...each, categories: each.categories.toReversed() })),
        clearances: file.clearances.toReversed(),
      })
      for (const each of steps) {
        if (each.kind === 'crossing') continue
        const contact = { principal: principalOf(each.who), ...each, at: each.passes }
        const other = turned.enter({ ...contact, labels: each.labels.toReversed() })
        expect(other).toEqual(barriers.enter(contact))
      }
    }),
  )
})
