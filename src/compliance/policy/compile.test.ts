import { describe, expect, test } from 'bun:test'
import type { PolicyFacts, TargetFacts } from '../../core/facts.ts'
import type { PolicySet } from '../contracts.ts'
import { compilePolicies } from './compile.ts'
import {
  card,
  compiled,
  found,
  request,
  rules,
  targets,
  userText,
  policiesOf,
  vocabulary,
} from './testing/facts.ts'

const cards = { detectors: ['payment-card'] }
const cardFinding = { label: 'payment-card', category: 'financial', score: 0.95 }

/** What a set does with a card in the text of a user. */
function treatmentOf(set: PolicySet, facts: PolicyFacts): string | undefined {
  return set.evaluate(facts).treat(cardFinding, userText)
}

function ids(statements: readonly { readonly ruleId: string }[]): readonly string[] {
  return statements.map(({ ruleId }) => ruleId)
}

describe('policies', () => {
  test('without any everything passes, for the cache of the caller', () => {
    const set = compiled()
    expect(set).toMatchObject({ version: 'none', windowSize: 256 })
    const outcome = set.evaluate(request({ observations: [card] }))
    expect(outcome).toMatchObject({ verdict: 'allow', spoken: [], shadowed: [], sharing: 'user' })
    expect(outcome.admits).toBeUndefined()
    expect(set.needs('payment-card', 'financial', 'request')).toBeUndefined()
  })

  test('block goes before hold, and hold before the others', () => {
    const list = [
      { action: 'redact', what: cards },
      { action: 'hold', what: cards },
      { action: 'block', what: cards },
    ]
    const facts = request({ observations: [card] })
    expect(rules(list[0] ?? {}).evaluate(facts).verdict).toBe('allow')
    expect(rules(...list.slice(0, 2)).evaluate(facts).verdict).toBe('hold')
    const blocked = rules(...list).evaluate(facts)
    expect(blocked.verdict).toBe('block')
    expect(ids(blocked.spoken)).toEqual(['test/rule-0', 'test/rule-1', 'test/rule-2'])
    expect(blocked.admits?.(targets.ollama)).toBe(false)
  })

  test('of treatments the one that leaves least wins', () => {
    const facts = request({ observations: [card] })
    const each = (...actions: string[]) =>
      treatmentOf(rules(...actions.map((action) => ({ action, what: cards }))), facts)
    expect(each('tokenise')).toBe('tokenise')
    expect(each('mask', 'tokenise')).toBe('mask')
    expect(each('mask', 'hash', 'tokenise')).toBe('hash')
    expect(each('mask', 'redact', 'hash')).toBe('redact')
  })

  test('a treatment is for what it names, as surely and where it says', () => {
    const set = rules({
      action: 'mask',
      what: {
        categories: ['financial'],
        minScore: 0.7,
        textKinds: ['tool-result'],
        sources: ['crm_*'],
        not: { detectors: ['iban'] },
      },
    })
    const place = { role: 'tool', kind: 'tool-result', source: 'crm_search' } as const
    const outcome = set.evaluate(request({ observations: [{ ...card, ...place }] }))
    expect(outcome.treat(cardFinding, place)).toBe('mask')
    expect(outcome.treat({ ...cardFinding, score: 0.7 }, place)).toBe('mask')
    expect(outcome.treat({ ...cardFinding, score: 0.699 }, place)).toBeUndefined()
    expect(outcome.treat(cardFinding, { ...place, source: 'mail' })).toBeUndefined()
    expect(outcome.treat(cardFinding, userText)).toBeUndefined()
    expect(outcome.treat({ ...cardFinding, label: 'iban' }, place)).toBeUndefined()
    expect(
      outcome.treat({ ...cardFinding, category: 'identity', label: 'age' }, place),
    ).toBeUndefined()
  })

  test('a rule with a count speaks when there are enough, however they are spread', () => {
    const set = rules({ action: 'block', what: { ...cards, minCount: 3, minScore: 0.5 } })
    const verdictOf = (...scores: (readonly [number, number])[]) =>
      set.evaluate(
        request({ observations: scores.map((one) => found('payment-card', 'financial', [one])) }),
      ).verdict
    expect(verdictOf([95, 2])).toBe('allow')
    expect(verdictOf([95, 2], [45, 7])).toBe('allow')
    expect(verdictOf([95, 1], [50, 1], [60, 1])).toBe('block')
    expect(verdictOf([95, 3])).toBe('block')
  })

  test('labels, tools, attachments, sizes, operations and models ask for what they say', () => {
    const verdict = (what: object, changes: Partial<PolicyFacts>) =>
      rules({ action: 'block', what }).evaluate(request(changes)).verdict
    const labels = ['deal:heron']
    expect(verdict({ labels: ['deal:*'] }, { labels })).toBe('block')
    expect(verdict({ labels: ['deal:*'], not: { labels: ['deal:heron'] } }, { labels })).toBe(
      'allow',
    )
    expect(verdict({ labels: ['deal:*'], ...cards }, { labels })).toBe('allow')
    expect(verdict({ labels: ['deal:*'], ...cards }, { labels, observations: [card] })).toBe(
      'block',
    )
    const tools = [
      { name: 'delete_file', tier: 'T3', use: 'called' },
      { name: 'search', tier: 'T1', use: 'offered' },
    ] as const
    expect(verdict({ tools: ['delete_*'], toolTiers: ['T3'] }, { tools })).toBe('block')
    // One tool has to be all of it.
    expect(verdict({ tools: ['search'], toolTiers: ['T3'] }, { tools })).toBe('allow')
    expect(verdict({ toolUse: ['called'], not: { tools: ['delete_*'] } }, { tools })).toBe('allow')
    expect(verdict({ not: { tools: ['delete_*'] } }, { tools })).toBe('block')
    const attachments = [{ type: 'image', count: 2 }] as const
    expect(verdict({ attachments: ['image'] }, { attachments })).toBe('block')
    expect(verdict({ attachments: ['audio'] }, { attachments })).toBe('allow')
    expect(verdict({ minBytes: 1000, maxBytes: 1000 }, {})).toBe('block')
    expect(verdict({ minBytes: 1001 }, {})).toBe('allow')
    expect(verdict({ operations: ['embeddings'] }, {})).toBe('allow')
    expect(verdict({ models: ['g*'] }, {})).toBe('block')
  })

  test('who calls is asked by everything that is known of a caller', () => {
    const verdict = (who: object, changes: Partial<PolicyFacts> = {}) =>
      rules({ action: 'block', who }).evaluate(request(changes)).verdict
    for (const who of [
      { users: ['*@example.com'] },
      { groups: ['analysts', 'none'] },
      { departments: ['research'] },
      { roles: ['trader'] },
      { keys: ['analytics'] },
      { kinds: ['user'] },
      { tenants: ['default'] },
      { departments: ['research'], not: { groups: ['other'] } },
      { not: { tiers: ['gold'] } },
    ]) {
      expect(verdict(who)).toBe('block')
    }
    for (const who of [
      { tiers: ['gold'] },
      { products: ['*'] },
      { groups: ['analysts'], departments: ['sales'] },
      { not: { groups: ['analysts'], tiers: ['gold'] } },
    ]) {
      expect(verdict(who)).toBe('allow')
    }
    const networks = ['10.0.0.0/8', 'fd00::/8']
    expect(verdict({ networks }, { sourceAddress: '10.20.30.40' })).toBe('block')
    expect(verdict({ networks }, { sourceAddress: '::ffff:10.20.30.40' })).toBe('block')
    expect(verdict({ networks }, { sourceAddress: '192.0.2.1' })).toBe('allow')
    expect(verdict({ networks })).toBe('allow')
    expect(verdict({ not: { networks } })).toBe('block')
  })

  test('a rule for one direction says nothing in the other', () => {
    const set = rules({ action: 'block', what: { ...cards, direction: 'answer' } })
    const observations = [card]
    expect(set.evaluate(request({ observations })).verdict).toBe('allow')
    expect(set.evaluate(request({ observations, direction: 'answer' })).verdict).toBe('block')
    expect(set.needs('payment-card', 'financial', 'request')).toBeUndefined()
    expect(set.needs('payment-card', 'financial', 'answer')).toEqual({ minScore: 0.5 })
  })

  test('what is needed is the lowest score of any rule, those that watch included', () => {
    const set = rules(
      { action: 'block', what: { ...cards, minScore: 0.9 } },
      { action: 'log', what: { categories: ['financial'], minScore: 0.3 }, shadow: true },
    )
    expect(set.needs('payment-card', 'financial', 'request')).toEqual({ minScore: 0.3 })
    expect(set.needs('iban', 'financial', 'answer')).toEqual({ minScore: 0.3 })
    expect(set.needs('email', 'contact', 'request')).toBeUndefined()
  })

  test('the version is that of what decides, and of nothing else', () => {
    const rule = { id: 'a', action: 'block', who: { groups: ['x', 'y'] }, what: cards }
    const version = (policy: object) => compiled({ id: 'p', rules: [rule], ...policy }).version
    const same = version({})
    expect(same).toMatch(/^[0-9a-f]{16}$/)
    expect(version({ description: 'why' })).toBe(same)
    expect(version({ cases: [{ name: 'a', expect: { verdict: 'block' } }] })).toBe(same)
    expect(version({ rules: [{ ...rule, who: { groups: ['y', 'x', 'y'] } }] })).toBe(same)
    const others = [
      { mode: 'shadow' },
      { minScore: 0.6 },
      { windowSize: 300 },
      { sharing: 'group' },
      { who: { groups: ['z'] } },
      { rules: [{ ...rule, shadow: true }] },
      { rules: [{ ...rule, message: 'No.' }] },
      { rules: [{ ...rule, who: { groups: ['x'] } }] },
      { id: 'q' },
    ].map(version)
    expect(new Set([same, ...others]).size).toBe(others.length + 1)
  })

  test('the window is the largest that a policy in force asks for', () => {
    const window = (windowSize: number, more = {}) => ({
      id: `w${windowSize}`,
      windowSize,
      rules: [{ id: 'a', action: 'log' }],
      ...more,
    })
    expect(compiled(window(512), window(300)).windowSize).toBe(512)
    expect(compiled(window(100)).windowSize).toBe(100)
    expect(compiled(window(512, { mode: 'shadow' })).windowSize).toBe(256)
  })
})

describe('a policy that is closed', () => {
  const closed = (...list: object[]) =>
    compiled({
      id: 'closed',
      default: 'block',
      rules: list.map((rule, at) => ({ id: `r${at}`, ...rule })),
    })

  test('lets pass what a rule of it allows, and nothing else', () => {
    const set = closed({ action: 'allow', who: { groups: ['analysts'] } })
    expect(set.evaluate(request()).verdict).toBe('allow')
    const other = request({ principal: { id: 'x', kind: 'user', tenant: 'default', groups: [] } })
    const outcome = set.evaluate(other)
    expect(outcome.verdict).toBe('block')
    expect(outcome.spoken).toMatchObject([{ ruleId: 'closed/default', action: 'block' }])
  })

  test('lets calls go where a rule allows it', () => {
    const set = closed({ action: 'allow', where: { perimeters: ['eu'] } })
    expect(set.evaluate(request()).verdict).toBe('block')
    const { verdict, admits } = set.evaluate(request({ targets: [targets.openai, targets.azure] }))
    expect(verdict).toBe('allow')
    expect([targets.openai, targets.azure, targets.unlabelled].map((to) => admits?.(to))).toEqual([
      false,
      true,
      false,
    ])
  })

  test('an allow does not override a block of another policy', () => {
    const set = compiled(
      { id: 'closed', default: 'block', rules: [{ id: 'all', action: 'allow' }] },
      { id: 'cards', rules: [{ id: 'no', action: 'block', what: cards }] },
    )
    expect(set.evaluate(request()).verdict).toBe('allow')
    expect(set.evaluate(request({ observations: [card] })).verdict).toBe('block')
  })

  test('only watches in shadow', () => {
    const set = compiled({
      id: 'closed',
      mode: 'shadow',
      default: 'block',
      rules: [{ id: 'some', action: 'allow', who: { groups: ['none'] } }],
    })
    const { verdict, spoken, shadowed } = set.evaluate(request())
    expect(verdict).toBe('allow')
    expect(spoken).toEqual([])
    expect(ids(shadowed)).toEqual(['closed/default'])
  })
})

describe('where calls go', () => {
  const observations = [card]
  const publicBlock = {
    action: 'block',
    what: cards,
    where: { not: { perimeters: ['eu', 'on-premises'] } },
  }

  test('a block with where keeps the call from those targets, known or not', () => {
    const set = rules(publicBlock)
    const facts = request({ observations, targets: [targets.openai, targets.azure] })
    const { verdict, admits, spoken } = set.evaluate(facts)
    expect(verdict).toBe('allow')
    expect(spoken).toMatchObject([{ ruleId: 'test/rule-0', action: 'route' }])
    expect(Object.values(targets).filter((to) => admits?.(to))).toEqual([
      targets.azure,
      targets.ollama,
    ])
  })

  test('a call with nowhere left to go is blocked with words', () => {
    const { verdict, spoken } = rules(publicBlock).evaluate(request({ observations }))
    expect(verdict).toBe('block')
    expect(spoken).toMatchObject([
      {
        action: 'block',
        words:
          'Payment card numbers may not be sent to models outside of eu or on-premises (rule test/rule-0)',
      },
    ])
  })

  test('a treatment with where applies if any target left asks for it, and binds later ones', () => {
    const set = rules({ action: 'redact', what: cards, where: { perimeters: ['public'] } })
    const open = request({ observations, targets: [targets.openai, targets.ollama] })
    expect(treatmentOf(set, open)).toBe('redact')
    expect(set.evaluate(open).admits).toBeUndefined()
    const inside = request({ observations, targets: [targets.ollama] })
    expect(treatmentOf(set, inside)).toBeUndefined()
    const { admits } = set.evaluate(inside)
    expect(admits?.(targets.ollama)).toBe(true)
    // A fallback nobody knew of would get the card as it is.
    expect(admits?.(targets.openai)).toBe(false)
  })

  test('a target whose wishes are met by others is admitted', () => {
    const set = rules(
      { action: 'mask', what: cards, where: { perimeters: ['public'] } },
      { action: 'redact', what: cards },
    )
    const inside = request({ observations, targets: [targets.ollama] })
    expect(set.evaluate(inside).admits).toBeUndefined()
  })

  test('a hold with where binds fallbacks as well', () => {
    const set = rules({ action: 'hold', what: cards, where: { perimeters: ['public'] } })
    expect(set.evaluate(request({ observations })).verdict).toBe('hold')
    const { verdict, admits } = set.evaluate(request({ observations, targets: [targets.azure] }))
    expect(verdict).toBe('allow')
    expect(admits?.(targets.openai)).toBe(false)
  })

  test('a target that is kept out asks for nothing', () => {
    const set = rules(publicBlock, {
      action: 'redact',
      what: cards,
      where: { perimeters: ['public'] },
    })
    const facts = request({ observations, targets: [targets.openai, targets.azure] })
    expect(treatmentOf(set, facts)).toBeUndefined()
    expect(set.evaluate(facts).admits?.(targets.openai)).toBe(false)
  })

  test('a route within perimeters narrows where a call may go', () => {
    const set = rules({ action: 'route', what: cards, route: { perimeters: ['eu'] } })
    const { verdict, admits } = set.evaluate(
      request({ observations, targets: [targets.openai, targets.azure] }),
    )
    expect(verdict).toBe('allow')
    expect([targets.openai, targets.azure, targets.unlabelled].map((to) => admits?.(to))).toEqual([
      false,
      true,
      false,
    ])
    const blocked = set.evaluate(request({ observations }))
    expect(blocked.verdict).toBe('block')
    expect(blocked.spoken).toMatchObject([{ action: 'block' }])
    // An answer has come from where it came.
    expect(set.evaluate(request({ observations, direction: 'answer' })).verdict).toBe('allow')
  })

  test('a route to a model names it, until it is the one that is asked', () => {
    const set = rules(
      { action: 'route', what: cards, route: { model: 'local' } },
      { action: 'redact', what: cards, where: { perimeters: ['public'] } },
      publicBlock,
    )
    const outcome = set.evaluate(request({ observations }))
    expect(outcome).toMatchObject({ verdict: 'allow', routeTo: 'local' })
    expect(outcome.admits?.(targets.openai)).toBe(false)
    expect(outcome.admits?.(targets.ollama)).toBe(true)
    expect(outcome.treat(cardFinding, userText)).toBeUndefined()
    const again = set.evaluate(request({ observations, model: 'local', targets: [targets.ollama] }))
    expect(again.routeTo).toBeUndefined()
    expect(ids(again.spoken)).toEqual(['test/rule-0'])
    expect(again.verdict).toBe('allow')
    const astray = set.evaluate(request({ observations, model: 'local' }))
    expect(astray.verdict).toBe('block')
  })

  test('a call that another model answers is judged by where that one is', () => {
    const config = policiesOf({
      id: 'p',
      rules: [
        { id: 'route', action: 'route', what: cards, route: { model: 'local' } },
        { id: 'mask', action: 'mask', what: cards, where: { perimeters: ['eu'] } },
        { id: 'public', ...publicBlock },
      ],
    })
    const outcomeAt = (target: TargetFacts) =>
      compilePolicies(config, {
        ...vocabulary,
        targets: new Map([['local', [target]]]),
      }).evaluate(request({ observations }))
    const house = outcomeAt(targets.ollama)
    expect(house).toMatchObject({ verdict: 'allow', routeTo: 'local' })
    expect(house.treat(cardFinding, userText)).toBeUndefined()
    const eu = outcomeAt(targets.azure)
    expect(eu).toMatchObject({ verdict: 'allow', routeTo: 'local' })
    expect(eu.treat(cardFinding, userText)).toBe('mask')
    expect(eu.admits?.(targets.azure)).toBe(true)
    expect(eu.admits?.(targets.openai)).toBe(false)
    const astray = outcomeAt(targets.openai)
    expect(astray.verdict).toBe('block')
    expect(astray.routeTo).toBeUndefined()
  })

  test('a route to a model overrides no block', () => {
    const set = rules(
      { action: 'route', what: cards, route: { model: 'local' } },
      { action: 'block', what: cards },
    )
    const outcome = set.evaluate(request({ observations }))
    expect(outcome.verdict).toBe('block')
    expect(outcome.routeTo).toBeUndefined()
  })
})

describe('rules in shadow', () => {
  test('say what they would do and change nothing', () => {
    const set = rules(
      { action: 'block', what: cards, shadow: true, sharing: 'none' },
      { action: 'mask', what: cards },
      { action: 'redact', what: cards, shadow: true },
      { action: 'block', what: cards, where: { perimeters: ['public'] }, shadow: true },
    )
    const facts = request({ observations: [card], targets: [targets.openai, targets.azure] })
    const outcome = set.evaluate(facts)
    expect(outcome).toMatchObject({ verdict: 'allow', sharing: 'user' })
    expect(outcome.admits).toBeUndefined()
    expect(treatmentOf(set, facts)).toBe('mask')
    expect(ids(outcome.spoken)).toEqual(['test/rule-1'])
    expect(outcome.shadowed.map(({ ruleId, action }) => [ruleId, action])).toEqual([
      ['test/rule-0', 'block'],
      ['test/rule-2', 'redact'],
      ['test/rule-3', 'route'],
    ])
  })
})

describe('sharing through the cache', () => {
  const sharing = (policy: object, changes: Partial<PolicyFacts> = {}) =>
    compiled({ id: 'p', rules: [{ id: 'a', action: 'log' }], ...policy }).evaluate(request(changes))
      .sharing

  test('is as wide as policies say and no wider than any rule that spoke', () => {
    expect(sharing({})).toBe('user')
    expect(sharing({ sharing: 'tenant' })).toBe('tenant')
    const limited = [
      { id: 'a', action: 'log', sharing: 'department' },
      { id: 'b', action: 'log', sharing: 'none', what: { labels: ['phi'] } },
    ]
    expect(sharing({ sharing: 'tenant', rules: limited })).toBe('department')
    expect(sharing({ sharing: 'tenant', rules: limited }, { labels: ['phi'] })).toBe('none')
  })

  test('is for the caller alone when something personal was found or treated', () => {
    expect(sharing({ sharing: 'tenant' }, { observations: [card] })).toBe('user')
    const weak = found('payment-card', 'financial', [[30, 2]])
    expect(sharing({ sharing: 'tenant' }, { observations: [weak] })).toBe('tenant')
    const set = compiled({ id: 'p', sharing: 'group', rules: [{ id: 'a', action: 'log' }] })
    // Then it has to be looked for, though no rule asks.
    expect(set.needs('email', 'contact', 'request')).toEqual({ minScore: 0.5 })
    expect(set.needs('date', 'time', 'request')).toBeUndefined()
  })
})
