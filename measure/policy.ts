import type { Observation, PolicyFacts } from '../src/core/facts.ts'
import { compilePolicies, policyPacks } from '../src/compliance/policy/index.ts'
import { builtInLabels, policiesConfigSchema } from '../src/compliance/policy/config.ts'
import type { PolicySet } from '../src/compliance/contracts.ts'
import type { Row } from './support/row.ts'

export const name = 'policy'

/** Measures what deciding costs with a hundred rules and with every ready pack. */
export function run(): Promise<Row[]> {
  const hundred = compile([{ id: 'hundred', rules: manyRules(100) }])
  const callers = compile([{ id: 'callers', rules: callerRules(100) }])
  const packs = compile(policyPacks.map(({ id }) => ({ pack: id })))
  return Promise.resolve([
    costOf('100 rules, nothing found', hundred, calls([]), 3),
    costOf('100 rules for callers, nothing found', callers, calls([]), 3),
    costOf('100 rules, 4 kinds of findings', hundred, calls(four), 15),
    costOf('every pack, nothing found', packs, calls([]), 3),
    costOf('every pack, 4 kinds of findings', packs, calls(four), 15),
    { subject: 'needs', metric: 'cost', value: needsCost(hundred), unit: 'µs' },
  ])
}

function compile(policies: readonly unknown[]): PolicySet {
  return compilePolicies(policiesConfigSchema.parse(policies), { findings: builtInLabels() })
}

/** Rules of every kind, as a bank might write them: some hold for callers, some for content, some for targets. */
function manyRules(count: number): unknown[] {
  const labels = builtInLabels().map(({ label }) => label)
  const actions = ['redact', 'mask', 'hold', 'warn', 'log'] as const
  return Array.from({ length: count }, (_, index) => ({
    id: `rule-${index}`,
    action: actions[index % actions.length],
    ...(index % 4 === 0 && {
      who: { groups: [`group-${index % 9}`], not: { roles: ['auditor'] } },
    }),
    what: {
      detectors: [labels[(index * 7) % labels.length], 'payment-card', 'us-*'].slice(
        0,
        1 + (index % 3),
      ),
      minScore: 0.3 + (index % 6) / 10,
      ...(index % 10 === 9 && { labels: ['deal:*'] }),
    },
    ...(index % 5 === 0 && { where: { not: { perimeters: ['eu', 'on-premises'] } } }),
  }))
}

/** Rules that hold for callers and their calls, whatever is in them. */
function callerRules(count: number): unknown[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `rule-${index}`,
    action: 'log',
    who: { groups: [`team-${index}`, `desk-${index}`], not: { roles: ['auditor'] } },
    what: { operations: ['chat'], models: ['gpt-*'] },
  }))
}

const four: readonly Observation[] = [
  ['payment-card', 'financial'],
  ['email', 'contact'],
  ['us-ssn', 'identity'],
  ['person-name', 'name'],
].map(([label = '', category = '']) => ({
  label,
  category,
  role: 'user',
  kind: 'text',
  scores: [
    [95, 2],
    [45, 1],
  ],
}))

/** Calls of several people. */
function calls(observations: readonly Observation[]): readonly PolicyFacts[] {
  return Array.from({ length: 64 }, (_, index) => ({
    direction: index % 2 === 0 ? 'request' : 'answer',
    principal: {
      id: `user-${index}@example.com`,
      kind: 'user',
      tenant: 'default',
      department: 'research',
      groups: ['everybody', `group-${index % 9}`],
      roles: ['trader'],
    },
    operation: 'chat',
    model: 'assistant',
    targets: [
      { provider: 'one', model: 'large', perimeter: 'public' },
      { provider: 'two', model: 'large', perimeter: 'eu' },
    ],
    observations,
    labels: [],
    tools: [],
    attachments: [],
    bytes: 1000,
  }))
}

function costOf(subject: string, set: PolicySet, facts: readonly PolicyFacts[], most: number): Row {
  const value = best(facts.length, () => {
    for (const each of facts) set.evaluate(each)
  })
  return { subject, metric: 'cost', value, unit: 'µs', most }
}

function needsCost(set: PolicySet): number {
  const labels = builtInLabels()
  return best(labels.length, () => {
    for (const { label, category } of labels) set.needs(label, category, 'request')
  })
}

/** Microseconds of one of the units of work: the best of many rounds. */
function best(units: number, work: () => void): number {
  let least = Infinity
  for (let round = 0; round < 400; round++) {
    const start = performance.now()
    work()
    least = Math.min(least, performance.now() - start)
  }
  return (least * 1000) / units
}
