import { expect, test } from 'bun:test'
import type { PolicyFacts } from '../../core/facts.ts'
import type { PolicySet } from '../contracts.ts'
import { replay } from './replay.ts'
import type { DecisionFactsRecord } from './replay.ts'
import { card, request, rules, targets } from './testing/facts.ts'

const cards = { detectors: ['payment-card'] }
const before = rules({ action: 'mask', what: cards }, { action: 'warn', what: { labels: ['phi'] } })

/** What was kept of a call that a set decided. */
function recordOf(set: PolicySet, id: string, changes: Partial<PolicyFacts>): DecisionFactsRecord {
  const facts = request(changes)
  return { id, facts, statements: set.evaluate(facts).spoken }
}

const records = [
  recordOf(before, 'nothing', {}),
  recordOf(before, 'card', { observations: [card] }),
  recordOf(before, 'health', { labels: ['phi'] }),
  recordOf(before, 'both', { observations: [card], labels: ['phi'] }),
]

test('the same policies change nothing', () => {
  const report = replay(records, before)
  expect(report).toEqual({ records: 4, changed: 0, verdicts: {}, byRule: [], changes: [] })
  expect(replay(records, before, { previous: before }).changed).toBe(0)
})

test('what another version changes is told by decision and by rule', () => {
  const next = rules(
    { action: 'redact', what: cards },
    { action: 'block', what: { labels: ['phi'] } },
    { action: 'log', what: { ...cards, labels: ['phi'] } },
  )
  for (const options of [{}, { previous: before }]) {
    const report = replay(records, next, options)
    expect(report).toMatchObject({
      records: 4,
      changed: 3,
      verdicts: { 'allow → block': 1, 'redact → block': 1 },
    })
    expect(report.changes.map(({ id, before, after }) => [id, before, after])).toEqual([
      ['card', 'redact', 'redact'],
      ['health', 'allow', 'block'],
      ['both', 'redact', 'block'],
    ])
    expect(report.changes[0]).toMatchObject({
      differences: ['treatments'],
      rules: [{ ruleId: 'test/rule-0', was: 'mask', is: 'redact' }],
    })
    expect(report.byRule.find(({ ruleId }) => ruleId === 'test/rule-1')).toMatchObject({
      speaksNow: 0,
      silentNow: 0,
      verdicts: 2,
      examples: ['health', 'both'],
    })
    expect(report.byRule.find(({ ruleId }) => ruleId === 'test/rule-2')).toMatchObject({
      speaksNow: 1,
      silentNow: 0,
    })
  }
})

test('targets that are no longer admitted are a change', () => {
  const next = rules(
    { action: 'mask', what: cards },
    { action: 'warn', what: { labels: ['phi'] } },
    { action: 'block', what: cards, where: { perimeters: ['public'] } },
  )
  const open = [recordOf(before, 'card', { observations: [card], targets: Object.values(targets) })]
  for (const options of [{}, { previous: before }]) {
    const [change] = replay(open, next, options).changes
    expect(change).toMatchObject({ before: 'redact', after: 'redact', differences: ['admits'] })
  }
})

test('what barriers said is not replayed, and only some changes are listed', () => {
  const statement = { ruleId: 'barrier/falcon', action: 'block', words: 'No.' } as const
  const walled = records.map((record) => ({
    ...record,
    statements: [...record.statements, statement],
  }))
  expect(replay(walled, before).changed).toBe(0)
  const report = replay(walled, rules({ action: 'hold' }), { maxChanges: 2 })
  expect(report).toMatchObject({ changed: 4 })
  expect(report.changes).toHaveLength(2)
})
