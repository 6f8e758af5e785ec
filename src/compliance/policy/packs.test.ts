import { describe, expect, test } from 'bun:test'
import { builtInLabels } from '../inspect/built-ins.ts'
import { compilePolicies } from './compile.ts'
import { findProblems } from './problems.ts'
import { policyPacks } from './packs/index.ts'
import { found, policiesOf, request, targets, userText } from './testing/facts.ts'

const vocabulary = { findings: builtInLabels() }
const finding = (label: string, category: string) => ({ label, category, score: 0.95 })

/** Compiles ready packs with all built-in detectors. */
function packs(...policies: readonly object[]) {
  return compilePolicies(policiesOf(...policies), vocabulary)
}

describe.each(policyPacks.map((pack) => [pack.id, pack] as const))('the pack %s', (id, pack) => {
  test('is valid as it stands, and in shadow', () => {
    expect(findProblems(policiesOf({ pack: id }), vocabulary)).toEqual([])
    expect(findProblems(policiesOf({ pack: id, mode: 'shadow' }), vocabulary)).toEqual([])
  })

  test('cites a provision for each rule, and has words for every label', () => {
    for (const rule of pack.rules) {
      expect(rule.description ?? '').toMatch(
        /Art\. \d|Art\. 5\(1\)|CFR \d|PCI DSS|ISO\/IEC|NIST|section 15/,
      )
    }
  })

  test('names labels of findings that exist, or are made by the customer', () => {
    const known = new Set(builtInLabels().map(({ label }) => label))
    const named = pack.rules.flatMap(({ what }) => what?.detectors ?? [])
    expect(named.filter((name) => !known.has(name) && !/^(custom|exact):|\*/.test(name))).toEqual(
      [],
    )
  })
})

test('there are the packs that are promised', () => {
  const ids = ['gdpr', 'hipaa', 'pci-dss', 'mnpi', 'secrets', 'eu-ai-act-article-5']
  expect(policyPacks.map(({ id }) => id)).toEqual(ids)
})

test('cards are redacted both ways, verification codes block', () => {
  const set = packs({ pack: 'pci-dss' })
  const card = found('payment-card', 'financial')
  for (const direction of ['request', 'answer'] as const) {
    const outcome = set.evaluate(request({ direction, observations: [card] }))
    expect(outcome.treat(finding('payment-card', 'financial'), userText)).toBe('redact')
  }
  const code = found('custom:cvv', 'custom')
  expect(set.evaluate(request({ observations: [code] })).verdict).toBe('block')
})

test('private keys block, tokens are redacted, and many secrets block', () => {
  const set = packs({ pack: 'secrets' })
  const verdictOf = (label: string, count = 1) =>
    set.evaluate(request({ observations: [found(label, 'secret', [[90, count]])] })).verdict
  expect(verdictOf('private-key')).toBe('block')
  expect(verdictOf('api-token')).toBe('allow')
  expect(verdictOf('password', 10)).toBe('block')
})

test('protected health information stays with business associates', () => {
  const set = packs({ pack: 'hipaa' })
  const verdictAt = (perimeter: string) =>
    set.evaluate(request({ labels: ['phi'], targets: [{ ...targets.openai, perimeter }] })).verdict
  expect(verdictAt('public')).toBe('block')
  expect(verdictAt('business-associate')).toBe('allow')
})

test('inside information stays in the house, and waits for who is no insider', () => {
  const set = packs({ pack: 'mnpi' })
  const call = (roles: readonly string[], target: (typeof targets)[keyof typeof targets]) =>
    set.evaluate(
      request({
        labels: ['deal:falcon'],
        targets: [target],
        principal: { id: 'ana', kind: 'user', tenant: 'default', groups: [], roles },
      }),
    )
  expect(call(['insider'], targets.openai).verdict).toBe('block')
  expect(call(['trader'], targets.ollama).verdict).toBe('hold')
  expect(call(['insider'], targets.ollama)).toMatchObject({ verdict: 'allow', sharing: 'none' })
})

test('a pack is changed rule by rule', () => {
  const set = packs({
    pack: 'gdpr',
    overrides: {
      'national-ids': { action: 'mask', what: { minScore: 0.9 } },
      'online-identifiers': { off: true },
      minimisation: { shadow: true },
    },
  })
  const [id, email] = [found('es-nif', 'identity', [[90, 1]]), found('email', 'contact')]
  const outcome = set.evaluate(request({ observations: [id, email] }))
  expect(outcome.treat({ ...finding('es-nif', 'identity'), score: 0.9 }, userText)).toBe('mask')
  expect(outcome.treat({ ...finding('es-nif', 'identity'), score: 0.8 }, userText)).toBeUndefined()
  // What the override does not name stays: ages are no national ids.
  expect(outcome.treat(finding('age', 'identity'), userText)).toBeUndefined()
  expect(outcome.treat(finding('email', 'contact'), userText)).toBeUndefined()
  expect(outcome.shadowed.map(({ ruleId }) => ruleId)).toEqual(['gdpr/minimisation'])
  expect(set.needs('ip-address', 'network', 'request')).toBeUndefined()
})

test('what rules say holds no content and reads as a sentence', () => {
  const set = packs(...policyPacks.map(({ id }) => ({ pack: id })))
  const observations = [
    found('payment-card', 'financial', [[95, 30]]),
    found('us-ssn', 'identity', [[95, 200]]),
    found('private-key', 'secret'),
  ]
  const labels = ['ai-act:social-scoring', 'deal:falcon', 'phi', 'special-category:health']
  const { spoken } = set.evaluate(request({ observations, labels }))
  expect(spoken.length).toBeGreaterThan(10)
  for (const { words, ruleId } of spoken) {
    expect(words).toMatch(/^[A-Z0-9].* \(rule [a-z0-9-]+\/[a-z0-9-]+\)$/)
    expect(words).toEndWith(`(rule ${ruleId})`)
  }
  expect(spoken.map(({ words }) => words)).toContain(
    'Private keys may not be sent (rule secrets/private-keys)',
  )
})
