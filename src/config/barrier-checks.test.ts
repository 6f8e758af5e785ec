import { describe, expect, test } from 'bun:test'
import { createConfigLoader } from './load.ts'
import { configSchema } from './schema.ts'

const labels = ['deal:falcon', 'published', 'client:a', 'client:b', 'x', 'y']

const head = `providers: [{ name: one, type: simulated }]
models: [{ name: small, targets: [{ provider: one, model: s }] }]
server: { admin: { keys: [{ name: compliance, sha256: ${'ab'.repeat(32)} }] } }
compliance:
  categories: [${labels.map((label) => `{ label: '${label}', detectors: [email] }`).join(', ')}]
barriers:
`

/** The problems of a section, without the name of the file and the lines of source. */
async function problemsOf(text: string): Promise<string[]> {
  const loader = createConfigLoader(configSchema, { environment: {} })
  const message = await loader.parse(head + text, 'x.yaml').then(
    () => '',
    (error: Error) => error.message,
  )
  return message.split('\n').flatMap((line) => (line.startsWith('x.yaml:') ? [line.slice(7)] : []))
}

const sound = `  walls:
    - name: falcon
      sides:
        - { name: team, users: [ana], groups: [deals], categories: ['deal:falcon*'] }
        - { name: desk, users: ['*@desk.example'], groups: [desk], categories: [published] }
      allow:
        - { from: team, to: desk, direction: send, categories: [published] }
        - { from: desk, to: outside, direction: receive, categories: ['*'] }
      above: { users: [cora] }
  clearances:
    - { groups: [audit], categories: ['deal:*'], until: 2027-01-31T00:00:00Z }
  conflicts:
    - { name: oil, categories: ['client:a*', client:b], forgetAfterDays: 365 }
  crossings: { approvers: [{ key: compliance, user: cora@example.com }], maxDays: 14 }
`

test('sound barriers are no problem, nor are none', async () => {
  expect(await problemsOf(sound)).toEqual([])
  expect(await problemsOf('  {}\n')).toEqual([])
})

const twoSides = (left: string, right: string): string =>
  `  walls: [{ name: w, sides: [{ name: a, ${left} }, { name: b, ${right} }] }]\n`

describe('a contradiction is refused where it stands, with its cure:', () => {
  test.each([
    [
      'one category on two sides',
      twoSides(`categories: ['deal:*']`, 'categories: [x, deal:falcon]'),
      "7:94 barriers.walls[0].sides[1].categories[1]: 'deal:falcon' and 'deal:*' of the side 'a' have labels in common; a category belongs to one side of a wall: take it off the other, and let it cross by a rule in allow",
    ],
    [
      'someone on two sides',
      twoSides('users: [ana]', 'users: [ana]'),
      "7:76 barriers.walls[0].sides[1].users[0]: 'ana' is also on the side 'a': who is on two sides of a wall may have nothing of it; keep them on one side, or put them above the wall",
    ],
    [
      'a group that is also meant by a pattern',
      twoSides(`groups: ['deal-*']`, 'groups: [deal-team]'),
      "barriers.walls[0].sides[1].groups[0]: 'deal-team' is also on the side 'a'",
    ],
    [
      'competitors on one side',
      `${twoSides(`categories: ['client:*']`, 'categories: []')}  conflicts: [{ name: oil, categories: [client:a, client:b] }]\n`,
      "barriers.conflicts[0]: the side 'a' of the wall 'w' holds 'client:a' and 'client:b', which are in conflict; put them on different sides, or set sameSide: true if its people may have either",
    ],
    [
      'competitors in one clearance',
      `${twoSides('categories: [client:a]', 'categories: [client:b]')}  clearances: [{ users: [ana], categories: ['client:*'] }]\n  conflicts: [{ name: oil, categories: [client:a, client:b] }]\n`,
      'barriers.clearances[0] holds',
    ],
    [
      'competitors that are the same',
      `  conflicts: [{ name: oil, categories: [client:a, 'client:*'] }]\n`,
      "barriers.conflicts[0].categories[1]: 'client:*' and 'client:a' have labels in common, which nobody could have",
    ],
    [
      'two of one name',
      `  walls: [{ name: oil, sides: [{ name: a }, { name: a }] }]\n  conflicts: [{ name: oil, categories: [x, y] }]\n`,
      "barriers.conflicts[0].name: duplicate name 'oil', first at barriers.walls[0].name",
    ],
    [
      'a side named outside',
      '  walls: [{ name: w, sides: [{ name: a }, { name: outside }] }]\n',
      "barriers.walls[0].sides[1].name: 'outside' is the name of those who are on no side",
    ],
  ])('%s', async (_, text, expected) => {
    expect((await problemsOf(text)).join('\n')).toContain(expected)
  })
})

const ruled = (rule: string): string =>
  `  walls: [{ name: w, sides: [{ name: team, categories: [x] }, { name: desk, categories: [y] }], allow: [{ ${rule} }] }]\n`

describe('what can never hold is refused where it stands:', () => {
  test.each([
    [
      'a rule between sides that are not there',
      ruled('from: team, to: dest, direction: send, categories: [y]'),
      "allow[0].to: unknown side of this wall 'dest'; did you mean 'desk'?",
    ],
    [
      'a rule about what is not of that side',
      ruled('from: team, to: desk, direction: send, categories: [x]'),
      "allow[0].categories[0]: the rule never holds: 'x' is no category of the side 'desk'; add it to the categories of 'desk', or take it out",
    ],
    [
      'a rule about nobody’s categories',
      ruled('from: team, to: outside, direction: send, categories: [x]'),
      "allow[0].to: the rule never holds: no category belongs to 'outside'; with direction send, `to` is the side that the categories belong to",
    ],
    [
      'a rule that leads nowhere',
      ruled('from: desk, to: desk, direction: send, categories: [y]'),
      'allow[0]: the rule leads from a side to the same side',
    ],
    [
      'a clearance for what no wall keeps',
      `${twoSides('categories: [deal:falcon]', 'categories: [y]')}  clearances: [{ users: [ana], categories: [deal:falcom] }]\n`,
      "barriers.clearances[0].categories[0]: the clearance opens nothing: no side of a wall has 'deal:falcom'; did you mean 'deal:falcon'?",
    ],
    [
      'a clearance for nobody',
      `${twoSides('categories: [x]', 'categories: [y]')}  clearances: [{ categories: [x] }]\n`,
      'barriers.clearances[0]: names nobody',
    ],
    [
      'an approver without a key',
      '  crossings: { approvers: [{ key: complaince, user: cora }] }\n',
      "barriers.crossings.approvers[0].key: unknown administrator's key 'complaince'; did you mean 'compliance'?",
    ],
  ])('%s', async (_, text, expected) => {
    expect((await problemsOf(text)).join('\n')).toContain(expected)
  })
})

test('a contradiction between competitors may be meant', async () => {
  const text = `${twoSides(`categories: ['client:*']`, 'categories: []')}  conflicts: [{ name: oil, categories: [client:a, client:b], sameSide: true }]\n`
  expect(await problemsOf(text)).toEqual([])
})

test('one name on two sides is no problem where they are of different tenants', async () => {
  const text = twoSides('users: [ana], tenants: [one]', 'users: [ana], tenants: [two]')
  expect(await problemsOf(text)).toEqual([])
})

test('categories that no content can have are refused: a wall about them keeps nothing', async () => {
  const text = `${twoSides(`categories: ['deal:*']`, 'categories: [publisht]')}  conflicts: [{ name: oil, categories: ['client:*', 'prospect:*'] }]\n`
  expect(await problemsOf(text)).toEqual([
    "7:91 barriers.walls[0].sides[1].categories[0]: no content can have the category 'publisht'; did you mean 'published'?",
    "8:53 barriers.conflicts[0].categories[1]: no content can have the category 'prospect:*'; say in compliance.categories what content has it, or take it out",
  ])
})
