import { describe, expect, test } from 'bun:test'
import { compilePolicies, PolicyError } from './compile.ts'
import { policyWarnings } from './names.ts'
import { findProblems } from './problems.ts'
import { policiesOf, vocabulary } from './testing/facts.ts'

/** Problems of policies, each as `path: message; hint`. */
function problemsOf(...policies: readonly unknown[]): readonly string[] {
  return findProblems(policiesOf(...policies), vocabulary).map(
    ({ path, message, hint }) => `${path.slice(2).join('.')}: ${message}; ${hint ?? ''}`,
  )
}

/** Problems of one rule. */
function problemsOfRule(rule: object, more: object = {}): readonly string[] {
  return problemsOf({ id: 'test', rules: [{ id: 'rule', ...rule }], ...more })
}

const cards = { detectors: ['payment-card'] }

test('policies with problems are not compiled', () => {
  const policies = policiesOf({ id: 'a', rules: [{ id: 'b', action: 'redact' }] })
  expect(() => compilePolicies(policies, vocabulary)).toThrow(PolicyError)
  expect(() => compilePolicies(policies, vocabulary)).toThrow(
    'policies.0.rules.0.what: there is nothing to redact: the rule looks at no findings; name detectors or categories',
  )
})

test('names given twice, policies that say nothing and unknown packs are refused', () => {
  const rules = [{ id: 'a', action: 'log' }]
  expect(problemsOf({ id: 'p', rules: [...rules, ...rules] })).toEqual([
    "rules.1.id: duplicate rule 'a', first at policies[0].rules[0]; rename one of them",
  ])
  expect(problemsOf({ id: 'p', rules }, { id: 'p', rules })).toEqual([
    "id: duplicate policy 'p', first at policies[0]; give this one an id of its own",
  ])
  expect(problemsOf({ pack: 'gdpr' }, { pack: 'gdpr' })).toEqual([
    "pack: duplicate policy 'gdpr', first at policies[0]; give this one an id of its own",
  ])
  expect(problemsOf({ id: 'p' })[0]).toContain('the policy says nothing')
  expect(problemsOf({ rules })[0]).toContain('the policy has no name')
  expect(problemsOf({ pack: 'secret' })).toEqual([
    "pack: unknown pack 'secret'; did you mean 'secrets'?",
  ])
  expect(problemsOf({ pack: 'pci-dss', overrides: { 'card-number': { off: true } } })).toEqual([
    "overrides.card-number: the pack 'pci-dss' has no rule 'card-number'; did you mean 'card-numbers'?",
  ])
  const own = { pack: 'pci-dss', rules: [{ id: 'card-numbers', action: 'log' }] }
  expect(problemsOf(own)[0]).toContain("duplicate rule 'card-numbers', first in the pack")
  expect(problemsOf({ id: 'p', rules, overrides: { a: { off: true } } })[0]).toContain(
    'only rules of a pack can be overridden',
  )
})

describe('names that nothing bears', () => {
  test.each([
    [{ what: { detectors: ['payment-cards'] } }, "detector 'payment-cards'", "'payment-card'?"],
    [{ what: { categories: ['identities'] } }, "category of findings 'identities'", "'identity'?"],
    [{ what: { labels: ['deal:falcom'] } }, "label 'deal:falcom'", "'deal:falcon'?"],
    [{ what: { models: ['locale'] } }, "model 'locale'", "'local'?"],
    [{ where: { providers: ['opnai'] } }, "provider 'opnai'", "'openai'?"],
    [{ where: { not: { perimeters: ['ue'] } } }, "perimeter 'ue'", 'known:'],
    [{ where: { regions: ['mars'] } }, "region 'mars'", 'known:'],
  ])('%j is refused', (rule, name, hint) => {
    const [problem = ''] = problemsOfRule({ action: 'block', ...rule })
    expect(problem).toContain(`unknown ${name}`)
    expect(problem).toContain(hint)
  })

  test('are refused in routes, and in overrides of packs', () => {
    const route = { action: 'route', what: cards, route: { model: 'lokal' } }
    expect(problemsOfRule(route)).toEqual([
      "rules.0.route.model: unknown model 'lokal'; did you mean 'local'?",
    ])
    const what = { labels: ['phj'] }
    expect(problemsOf({ pack: 'pci-dss', overrides: { bulk: { what } } })).toEqual([
      "overrides.bulk.what.labels.0: unknown label 'phj'; did you mean 'phi'?",
    ])
  })

  test('may be patterns, and names of patterns and models that are offered by patterns', () => {
    const what = { detectors: ['us-*', 'custom:case'], labels: ['deal:*'], models: ['small-x'] }
    expect(problemsOfRule({ action: 'redact', what })).toEqual([])
    const anything = { findings: vocabulary.findings }
    const policies = policiesOf({
      id: 'p',
      rules: [{ id: 'a', action: 'log', what: { labels: ['x'] } }],
    })
    expect(findProblems(policies, anything)).toEqual([])
  })
})

describe('rules that can never match', () => {
  test.each([
    [{ what: { minBytes: 2, maxBytes: 1 } }, 'minBytes'],
    [{ what: { direction: 'answer', attachments: ['image'] } }, 'attachments'],
    [{ what: { direction: 'answer', toolUse: ['offered'] } }, 'toolUse'],
    [{ what: { direction: 'answer', ...cards, textRoles: ['user'] } }, 'textRoles'],
    [{ what: { ...cards, not: { detectors: ['payment-*'] } } }, 'not'],
    [{ what: { ...cards, not: { categories: ['financial'] } } }, 'not'],
    [{ what: { labels: ['deal:falcon'], not: { labels: ['deal:*'] } } }, 'not.labels'],
    [{ who: { groups: ['a', 'b'], not: { groups: ['b', 'a', 'c'] } } }, 'not.groups'],
    [{ who: { networks: ['10.1.0.0/16'], not: { networks: ['10.0.0.0/8'] } } }, 'not.networks'],
    [{ where: { perimeters: ['eu'], not: { perimeters: ['*'] } } }, 'not.perimeters'],
  ])('%j is refused', (rule, place) => {
    expect(problemsOfRule({ action: 'block', ...rule }).join('\n')).toContain(place)
  })

  test('because their policy is for others', () => {
    const rule = { action: 'block', who: { departments: ['sales'] } }
    expect(problemsOfRule(rule, { who: { departments: ['research'] } })).toEqual([
      'rules.0.who.departments: the policy holds for other departments: the rule never matches; the policy names research',
    ])
    expect(problemsOfRule(rule, { who: { departments: ['sales*'] } })).toEqual([])
    expect(
      problemsOfRule({ action: 'block', who: { groups: ['a'] } }, { who: { groups: ['b'] } }),
    ).toEqual([])
  })

  test('are told from those that can', () => {
    const rule = {
      action: 'block',
      what: { categories: ['identity'], not: { detectors: ['age'] } },
    }
    expect(problemsOfRule(rule)).toEqual([])
    expect(
      problemsOfRule({ action: 'block', who: { groups: ['a', 'b'], not: { groups: ['a'] } } }),
    ).toEqual([])
  })
})

describe('rules that contradict themselves or others', () => {
  test.each([
    [{ action: 'mask', what: { labels: ['phi'] } }, 'nothing to mask'],
    [{ action: 'block', what: { minCount: 2 } }, 'minCount means nothing'],
    [{ action: 'block', what: { textRoles: ['tool'] } }, 'textRoles means nothing'],
    [{ action: 'block', what: { not: { detectors: ['age'] } } }, 'nothing can be excepted'],
    [{ action: 'route' }, 'does not say where to'],
    [{ action: 'route', route: {} }, 'does not say where to'],
    [{ action: 'route', route: { model: 'gpt', regions: ['us'] } }, 'not both'],
    [{ action: 'route', route: { model: 'small-*' } }, 'no name of a model'],
    [{ action: 'route', route: { model: 'gpt' }, what: { direction: 'answer' } }, 'any more'],
    [{ action: 'block', route: { model: 'gpt' } }, 'sends nothing anywhere'],
    [{ action: 'allow' }, 'allows what nothing forbids'],
  ])('%j is refused', (rule, message) => {
    expect(problemsOfRule(rule).join('\n')).toContain(message)
  })

  test('in one policy or several', () => {
    const who = { groups: ['a', 'b'] }
    const closed = { id: 'c', default: 'block', rules: [{ id: 'x', action: 'allow', who }] }
    const blocking = { id: 'd', rules: [{ id: 'y', action: 'block', who: { groups: ['b', 'a'] } }] }
    expect(problemsOf(closed, blocking)).toEqual([
      "rules.0: the rule allows what 'd/y' always blocks: block wins; leave one of them out, or except it with not",
    ])
    const to = (id: string, model: string) => ({
      id,
      action: 'route',
      what: cards,
      route: { model },
    })
    expect(problemsOf({ id: 'p', rules: [to('a', 'gpt'), to('b', 'local')] })).toEqual([
      "rules.1.route.model: 'p/a' sends the same calls to 'gpt'; leave one of them out",
    ])
  })

  test('a closed policy that allows no answer is refused', () => {
    const rule = { action: 'allow', what: { direction: 'request' } }
    expect(problemsOfRule(rule, { default: 'block' })).toEqual([
      'default: no rule allows any answer, so none would ever pass; add a rule with the action allow; without a direction it is about both',
    ])
    expect(problemsOf({ id: 'p', default: 'block' })).toHaveLength(2)
  })
})

test('packs that ask for what nothing makes say so and are not refused', () => {
  const policies = policiesOf(
    { pack: 'mnpi' },
    { pack: 'hipaa', overrides: { devices: { off: true } } },
  )
  expect(findProblems(policies, vocabulary)).toEqual([])
  const warnings = policyWarnings(policies, { ...vocabulary, labels: ['phi'] })
  expect(warnings).toContain(
    "no category gives content the label 'mnpi', 'deal:*' (asked for by mnpi/confined, mnpi/insiders, mnpi/tools, mnpi/sharing, mnpi/agents)",
  )
  expect(warnings.join('\n')).not.toContain('phi')
  expect(
    policyWarnings(policies, { findings: vocabulary.findings, openPrefixes: ['custom:'] }).join(
      '\n',
    ),
  ).not.toContain('mnpi')
})
