import { expect, test } from 'bun:test'
import { analyseOversight } from './analytics.ts'
import type { Hold, Verdict } from './hold.ts'

/** A hold that was decided after a time. */
function decided(by: string, verdict: Verdict['verdict'], tookMs: number): Hold {
  return {
    id: 'hold_1',
    digest: '',
    facts: {
      requestId: 'req_1',
      tenant: 'default',
      requester: 'agent',
      kind: 'tool-call',
      ruleIds: [],
      labels: [],
    },
    state: verdict === 'approve' ? 'approved' : 'denied',
    createdAt: 1000,
    waitUntil: 900_000,
    approvers: 1,
    verdicts: [{ by, at: 1000 + tookMs, verdict, reason: '' }],
    validUntil: 0,
    usesLeft: 0,
  }
}

/** Holds one person decided: so many denied, so many approved, each in a time. */
function person(by: string, denied: number, approved: number, tookMs: number): Hold[] {
  return [
    ...Array.from({ length: denied }, () => decided(by, 'deny', tookMs)),
    ...Array.from({ length: approved }, () => decided(by, 'approve', tookMs)),
  ]
}

function kinds(holds: readonly Hold[]): string[] {
  return analyseOversight(holds).alerts.map(({ kind, reviewer }) => `${kind} ${reviewer}`)
}

test('people who read and sometimes deny raise no alert', () => {
  expect(
    kinds([
      ...person('ana', 2, 10, 20_000),
      ...person('ben', 3, 12, 30_000),
      ...person('cem', 2, 11, 9_000),
    ]),
  ).toEqual([])
})

test('people who approve everything, or faster than they can read, are told of', () => {
  expect(kinds(person('ana', 0, 20, 20_000))).toEqual(['rubber_stamping ana'])
  expect(kinds(person('ana', 1, 19, 20_000))).toEqual([])
  expect(kinds(person('ana', 5, 5, 2_999))).toEqual(['automation_bias ana'])
  expect(kinds(person('ana', 5, 5, 3_000))).toEqual([])
})

test('of a few verdicts nothing is said', () => {
  expect(kinds(person('ana', 0, 9, 10))).toEqual([])
})

test('somebody far from all others is told of', () => {
  const others = ['ben', 'cem', 'dan'].flatMap((name) => person(name, 2, 18, 20_000))
  expect(kinds([...others, ...person('ana', 15, 5, 20_000)])).toEqual(['outlier_reviewer ana'])
})

test('the numbers are those of the verdicts', () => {
  const expired: Hold = { ...decided('x', 'deny', 1), state: 'expired', verdicts: [] }
  expect(
    analyseOversight([...person('ana', 1, 3, 10), decided('ana', 'deny', 40), expired]),
  ).toEqual({
    reviewers: [{ reviewer: 'ana', decisions: 5, denialRate: 0.4, medianDecisionMs: 10 }],
    alerts: [],
    expired: 1,
  })
  expect(analyseOversight([])).toEqual({ reviewers: [], alerts: [], expired: 0 })
})
