import { describe, expect, test } from 'bun:test'
import { barriersOf, dayMs, memoryKnowledge, person } from './testing/knowledge.ts'

const section = {
  walls: [
    {
      name: 'equities',
      sides: [
        { name: 'deal-team', groups: ['deals'], categories: ['deal:falcon*', 'mnpi'] },
        { name: 'research', departments: ['research'], categories: ['draft'] },
        { name: 'public', groups: ['sales-*'], categories: ['published'] },
      ],
      allow: [
        { from: 'research', to: 'public', direction: 'send', categories: ['published'] },
        { from: 'public', to: 'outside', direction: 'receive', categories: ['published'] },
      ],
      above: { users: ['cora'] },
    },
  ],
  clearances: [
    {
      users: ['lena'],
      categories: ['deal:falcon-2'],
      direction: 'receive',
      until: '1970-01-11T00:00:00Z',
    },
  ],
  conflicts: [{ name: 'oil', categories: ['client:a*', 'client:b'], forgetAfterDays: 3 }],
}

const banker = person('ben', { groups: ['staff', 'deals'] })
const analyst = person('ana', { department: 'research' })
const seller = person('sam', { groups: ['sales-emea'] })
const outsider = person('otto')
const both = person('bea', { groups: ['deals', 'sales-us'] })

describe('a wall', () => {
  test.each([
    ['its own', banker, 'receive deal:falcon-2', true],
    ['its own', banker, 'send mnpi', true],
    ['what is of another side', banker, 'receive draft', false],
    ['what is of another side', seller, 'send mnpi', false],
    ['what a rule lets it send', analyst, 'send published', true],
    ['the other way round', analyst, 'receive published', false],
    ['what a rule lets others send', banker, 'send published', false],
    ['what a rule lets outsiders receive', outsider, 'receive published', true],
    ['what an outsider may only receive', outsider, 'send published', false],
    ['anything, above it', person('cora'), 'receive mnpi', true],
    ['its own, being on two sides', both, 'receive mnpi', false],
    ['by rules, being on two sides', both, 'receive published', false],
    ['what no wall is about', outsider, 'receive weather', true],
  ] as const)('someone may have %s: %#', (_, principal, asked, isAllowed) => {
    const label = asked.replace(/.* /, '')
    const direction = asked.startsWith('send') ? 'send' : 'receive'
    const barriers = barriersOf(section)
    const verdict = barriers.check({ principal, direction, labels: ['weather', label], at: 0 })
    expect(verdict.isAllowed).toBe(isAllowed)
    expect(verdict.refused).toEqual(isAllowed ? [] : [label])
  })

  test('says in words what it refuses and what it lets across', () => {
    const barriers = barriersOf(section)
    const labels = ['published', 'mnpi']
    const receive = { direction: 'receive', labels, at: 0 } as const
    const words = (principal: typeof banker): readonly string[] =>
      barriers
        .check({ principal, ...receive })
        .statements.map(({ action, words }) => `${action}: ${words}`)
    expect(words(outsider)).toEqual([
      "allow: You may receive the category 'published' across the wall 'equities': one of its rules permits it.",
      "block: You may not receive content of the category 'mnpi': you are on no side of the wall 'equities'.",
    ])
    expect(words(seller)).toEqual([
      "block: You may not receive content of the category 'mnpi': it belongs to the side 'deal-team' of the wall 'equities', and you are on 'public'.",
    ])
    expect(words(both)[0]).toContain('on more than one side')
    expect(barriers.check({ principal: banker, ...receive }).statements[0]?.ruleId).toBe(
      'barrier/equities',
    )
  })

  test('can keep its name and its categories to itself', () => {
    const walls = section.walls.map((wall) => ({ ...wall, words: 'This is not for you.' }))
    const verdict = barriersOf({ walls }).check({
      principal: outsider,
      direction: 'send',
      labels: ['mnpi', 'deal:falcon'],
      at: 0,
    })
    expect(verdict.statements).toEqual([
      { ruleId: 'barrier/equities', action: 'block', words: 'This is not for you.' },
    ])
    expect(verdict.refused).toEqual(['deal:falcon', 'mnpi'])
  })

  test('counts members of the named tenants alone', () => {
    const [wall] = section.walls
    const sides = wall?.sides.map((side) => ({ ...side, tenants: ['bank'] }))
    const barriers = barriersOf({ walls: [{ ...wall, sides }] })
    const asked = { direction: 'send', labels: ['mnpi'], at: 0 } as const
    expect(barriers.check({ principal: banker, ...asked }).isAllowed).toBe(false)
    expect(barriers.check({ principal: { ...banker, tenant: 'bank' }, ...asked }).isAllowed).toBe(
      true,
    )
  })

  test('opens for a clearance until it ends, in its direction', () => {
    const barriers = barriersOf(section)
    const may = (direction: 'send' | 'receive', at: number): boolean =>
      barriers.check({ principal: person('lena'), direction, labels: ['deal:falcon-2'], at })
        .isAllowed
    expect([may('receive', 0), may('receive', 10 * dayMs - 1)]).toEqual([true, true])
    expect([may('receive', 10 * dayMs), may('send', 0)]).toEqual([false, false])
  })

  test('opens for a crossing while it lasts and is not revoked', () => {
    const knowledge = memoryKnowledge()
    const crossing = {
      id: 'crossing_1',
      user: 'otto',
      tenant: 'default',
      categories: ['deal:*'],
      direction: 'receive',
      from: 10,
      until: 20,
      approver: 'cora',
      reason: 'test',
      grantedAt: 0,
    } as const
    knowledge.crossings.all.push(crossing)
    const barriers = barriersOf(section, knowledge)
    const may = (at: number, label = 'deal:falcon'): boolean =>
      barriers.check({ principal: outsider, direction: 'receive', labels: [label], at }).isAllowed
    expect([9, 10, 19, 20].map((at) => may(at))).toEqual([false, true, true, false])
    expect(may(10, 'mnpi')).toBe(false)
    knowledge.crossings.all.splice(0, 1, { ...crossing, revokedAt: 5 })
    expect(may(10)).toBe(false)
  })
})

describe('a conflict of interest', () => {
  const enter = (
    barriers: ReturnType<typeof barriersOf>,
    labels: readonly string[],
    day: number,
    direction: 'send' | 'receive' = 'receive',
  ) => barriers.enter({ principal: outsider, labels, direction, at: day * dayMs })

  test('keeps a competitor from whoever had the other, until that is forgotten', () => {
    const barriers = barriersOf(section)
    expect(enter(barriers, ['client:a-1'], 1).isAllowed).toBe(true)
    expect(enter(barriers, ['client:a-2'], 2).isAllowed).toBe(true)
    expect(enter(barriers, ['client:b'], 5)).toEqual({
      isAllowed: false,
      refused: ['client:b'],
      statements: [
        {
          ruleId: 'barrier/oil',
          action: 'block',
          words:
            "You may not receive content of the category 'client:b': it is in a conflict of interest ('oil') with what you have seen before.",
        },
      ],
    })
    expect(enter(barriers, ['client:b'], 6).isAllowed).toBe(true)
    expect(enter(barriers, ['client:a-1'], 6).isAllowed).toBe(false)
  })

  test('counts what was sent as seen, and keeps competitors from being sent', () => {
    const barriers = barriersOf(section)
    enter(barriers, ['client:b'], 1, 'send')
    expect(enter(barriers, ['client:a'], 1, 'send').isAllowed).toBe(false)
  })

  test('lets no two competitors into one call', () => {
    const verdict = enter(barriersOf(section), ['client:b', 'client:a'], 1)
    expect(verdict.refused).toEqual(['client:a', 'client:b'])
    expect(verdict.statements[0]?.words).toContain('something else in this call')
  })

  test('holds between two calls that were both checked before either was recorded', () => {
    const barriers = barriersOf(section)
    const contact = (label: string) =>
      ({ principal: outsider, labels: [label], direction: 'receive', at: 0 }) as const
    expect(barriers.check(contact('client:a')).isAllowed).toBe(true)
    expect(barriers.check(contact('client:b')).isAllowed).toBe(true)
    barriers.record(contact('client:b'))
    expect(() => barriers.record(contact('client:a'))).toThrow('conflict of interest')
    barriers.record(contact('client:b'))
  })

  test('does not concern who is exempt, though what they see is remembered', () => {
    const knowledge = memoryKnowledge()
    const conflicts = section.conflicts.map((each) => ({ ...each, exempt: { users: ['otto'] } }))
    const barriers = barriersOf({ conflicts }, knowledge)
    expect(enter(barriers, ['client:b', 'client:a'], 1).isAllowed).toBe(true)
    expect(knowledge.history.of(outsider)?.size).toBe(2)
  })

  test('is not a thing of what was refused, nor of what was only checked', () => {
    const knowledge = memoryKnowledge()
    const barriers = barriersOf(section, knowledge)
    barriers.check({ principal: outsider, labels: ['client:a'], direction: 'send', at: 0 })
    expect(enter(barriers, ['client:a', 'mnpi'], 0).isAllowed).toBe(false)
    expect(knowledge.history.of(outsider)).toBeUndefined()
  })
})

describe('barriers', () => {
  test('ask for their labels alone, and say nothing where there is nothing to say', () => {
    const barriers = barriersOf(section)
    expect(
      ['deal:falcon-9', 'client:a1', 'published'].map((label) => barriers.needs(label)),
    ).toEqual([true, true, true])
    expect(['deal:eagle', 'phi'].map((label) => barriers.needs(label))).toEqual([false, false])
    const nothing = { isAllowed: true, statements: [], refused: [] }
    const asked = { principal: outsider, direction: 'send', at: 0 } as const
    expect(barriers.check({ ...asked, labels: [] })).toEqual(nothing)
    expect(barriersOf({}).check({ ...asked, labels: ['mnpi'] })).toEqual(nothing)
  })

  test('have another version whenever something in them is another', () => {
    expect(barriersOf(section).version).toBe(barriersOf(section).version)
    expect(barriersOf(section).version).not.toBe(barriersOf({ ...section, conflicts: [] }).version)
  })
})

describe('an explanation', () => {
  test('names the wall, the sides, the ground, and what would make it possible', () => {
    const barriers = barriersOf(section)
    const explain = (principal: typeof banker, category: string, direction: 'send' | 'receive') =>
      barriers.explain({ principal, category, direction })
    expect(explain(seller, 'mnpi', 'receive')).toEqual({
      user: 'sam',
      tenant: 'default',
      groups: ['sales-emea'],
      category: 'mnpi',
      direction: 'receive',
      isAllowed: false,
      summary: "sam may not receive 'mnpi'.",
      reasons: [
        {
          ruleId: 'barrier/equities',
          isAllowed: false,
          words:
            "'mnpi' belongs to the side 'deal-team' of the wall 'equities'; sam is on the side 'public'; nothing permits it.",
        },
      ],
      remedies: [
        "a rule of 'equities': { from: deal-team, to: public, direction: receive, categories: ['mnpi'] }",
        "a clearance for 'mnpi'",
        'leave to cross the wall for a while, by an approver: POST /api/barriers/crossings',
      ],
    })
    expect(explain(analyst, 'published', 'send').reasons[0]?.words).toContain(
      'the rule barriers.walls[0].allow[0] permits it',
    )
    expect(explain(both, 'mnpi', 'send').remedies[0]).toBe(
      "take bea off all sides of 'equities' but one",
    )
    expect(explain(outsider, 'weather', 'send').summary).toBe(
      "otto may send 'weather': no wall and no conflict is about it.",
    )
  })

  test('tells when a competitor was seen, by the day, and when that is forgotten', () => {
    const barriers = barriersOf(section)
    const day = Date.parse('2026-03-01T15:00:00Z')
    const contact = { principal: outsider, direction: 'receive', labels: ['client:a'] } as const
    barriers.enter({ ...contact, at: day })
    barriers.enter({ ...contact, at: day + dayMs })
    const told = barriers.explain({ ...contact, category: 'client:b', at: day + 2 * dayMs })
    expect(told.reasons[0]?.words).toBe(
      "'client:b' is in the conflict of interest 'oil'; otto had 'client:a' first on 2026-03-01, last on 2026-03-02.",
    )
    expect(told.remedies).toEqual([
      "wait until 2026-03-06, if 'client:a' is not met again",
      "exempt otto from the conflict 'oil'",
    ])
  })
})
