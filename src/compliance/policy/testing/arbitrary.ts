import * as fc from 'fast-check'
import type { Observation, PolicyFacts } from '../../../core/facts.ts'
import { policiesConfigSchema } from '../schema.ts'
import type { PoliciesConfig, RuleConfig } from '../schema.ts'
import { targets } from './facts.ts'

/** A rule without its name. */
export type Draft = Omit<RuleConfig, 'id'>

const some = <T>(...values: readonly T[]): fc.Arbitrary<T[]> =>
  fc.subarray([...values], { minLength: 1, maxLength: 2 })
const perhaps = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 })

const labels = ['deal:falcon', 'phi', 'research'] as const
const findings = [
  ['payment-card', 'financial'],
  ['iban', 'financial'],
  ['us-ssn', 'identity'],
  ['email', 'contact'],
] as const
const kinds = ['text', 'tool-result'] as const
const score = fc.constantFrom(30, 50, 70, 90)
const direction = fc.constantFrom('request' as const, 'answer' as const)

const who = fc.record({
  groups: perhaps(some('analysts', 'traders')),
  departments: perhaps(some('research', 'sales')),
  not: perhaps(fc.record({ roles: some('insider', 'auditor') })),
})

const found = fc.record({
  detectors: some(...findings.map(([label]) => label)),
  minScore: perhaps(score.map((hundredths) => hundredths / 100)),
  minCount: perhaps(fc.integer({ min: 1, max: 4 })),
  textKinds: perhaps(some(...kinds)),
  labels: perhaps(some(...labels)),
})
const unfound = fc.record({
  labels: perhaps(some(...labels)),
  minBytes: perhaps(fc.constantFrom(10, 1000)),
})
const where = fc.oneof(
  fc.record({ perimeters: some('public', 'eu', 'on-premises') }),
  fc.record({ not: fc.record({ perimeters: some('eu', 'on-premises') }) }),
  fc.record({ providers: some('openai', 'azure', 'ollama') }),
)

/** Treatments, which need findings. */
const treatment = fc.record({
  action: fc.constantFrom('tokenise' as const, 'mask' as const, 'hash' as const, 'redact' as const),
  who: perhaps(who),
  what: found,
  where: perhaps(where),
})
/** Rules that block, wherever calls go or to some targets. */
export const blockDraft: fc.Arbitrary<Draft> = fc.record({
  action: fc.constant('block' as const),
  who: perhaps(who),
  what: fc.oneof(found, unfound),
  where: perhaps(where),
})
const other = fc.record({
  action: fc.constantFrom('hold' as const, 'warn' as const, 'log' as const),
  who: perhaps(who),
  what: fc.oneof(found, unfound),
  where: perhaps(where),
  sharing: perhaps(fc.constantFrom('none' as const, 'group' as const, 'tenant' as const)),
})
const within = fc.record({
  action: fc.constant('route' as const),
  who: perhaps(who),
  what: found,
  where: perhaps(where),
  route: fc.record({ perimeters: some('eu', 'on-premises', 'public') }),
})
const toModel = fc.record({
  action: fc.constant('route' as const),
  who: perhaps(who),
  what: fc.oneof(found, unfound),
  where: perhaps(where),
  route: fc.record({ model: fc.constantFrom('local', 'gpt') }),
})

/** Rules that may only make things stricter. */
export const strictDraft: fc.Arbitrary<Draft> = fc.oneof(treatment, blockDraft, other, within)
/** Any rule of an open policy. */
export const draft: fc.Arbitrary<Draft> = fc.oneof(
  { arbitrary: strictDraft, weight: 6 },
  { arbitrary: toModel, weight: 1 },
)
/** Rules of a closed policy. */
export const allowDraft: fc.Arbitrary<Draft> = fc.record({
  action: fc.constant('allow' as const),
  who: perhaps(who),
  what: unfound,
  where: perhaps(where),
})

/** Policies: open ones, and now and then one that is closed. */
export const policies: fc.Arbitrary<PoliciesConfig> = fc
  .record({
    open: fc.array(fc.array(draft, { maxLength: 5 }), { maxLength: 2 }),
    shadow: fc.array(draft, { maxLength: 3 }),
    closed: fc.option(fc.array(allowDraft, { minLength: 1, maxLength: 3 }), { freq: 4 }),
  })
  .map(({ open, shadow, closed }) => {
    const drafts = [
      ...open.map((rules, at) => ({ id: `open-${at}`, rules: [...rules] })),
      { id: 'watching', mode: 'shadow', rules: [...shadow] },
      ...(closed === null ? [] : [{ id: 'closed', default: 'block', rules: [...closed] }]),
    ]
    return policiesConfigSchema.parse(
      drafts
        .filter(({ rules }) => rules.length > 0)
        .map((policy) => ({
          ...policy,
          rules: policy.rules.map((rule, at) => ({ id: `r${at}`, ...rule })),
        })),
    )
  })

const observation: fc.Arbitrary<Observation> = fc
  .tuple(
    fc.constantFrom(...findings),
    fc.constantFrom(...kinds),
    fc.uniqueArray(fc.tuple(score, fc.integer({ min: 1, max: 3 })), {
      minLength: 1,
      maxLength: 3,
      selector: ([hundredths]) => hundredths,
    }),
  )
  .map(([[label, category], kind, scores]) => ({
    label,
    category,
    role: kind === 'text' ? ('user' as const) : ('tool' as const),
    kind,
    scores,
  }))

/** Facts about a call to some targets. */
export const facts: fc.Arbitrary<PolicyFacts> = fc
  .record({
    direction,
    groups: fc.subarray(['analysts', 'traders']),
    roles: fc.subarray(['insider', 'auditor']),
    department: fc.constantFrom('research', 'sales'),
    model: fc.constantFrom('gpt', 'local'),
    targets: fc.subarray(Object.values(targets)),
    observations: fc.array(observation, { maxLength: 4 }),
    labels: fc.subarray([...labels]),
    bytes: fc.constantFrom(1, 100, 5000),
  })
  .map(({ groups, roles, department, ...rest }) => ({
    ...rest,
    principal: { id: 'ana', kind: 'user', tenant: 'default', department, groups, roles },
    operation: 'chat',
    tools: [],
    attachments: [],
  }))
