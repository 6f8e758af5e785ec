import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { PolicyFacts, TargetFacts, Treatment } from '../../core/facts.ts'
import { treatments } from '../../core/facts.ts'
import type { PolicyOutcome, PolicySet } from '../contracts.ts'
import { compilePolicies } from './compile.ts'
import { findProblems } from './problems.ts'
import type { PoliciesConfig } from './schema.ts'
import { policiesConfigSchema } from './schema.ts'
import { blockDraft, draft, facts, policies, strictDraft } from './testing/arbitrary.ts'
import type { Draft } from './testing/arbitrary.ts'
import { targets, vocabulary } from './testing/facts.ts'
import { closedPolicies, heldRules, isAbout, isInside, isOf } from './testing/reference.ts'

const everywhere: readonly TargetFacts[] = Object.values(targets)

/** Compiles what is no contradiction: random rules may well be. */
function compile(config: PoliciesConfig): PolicySet {
  fc.pre(findProblems(config, vocabulary).length === 0)
  return compilePolicies(config, vocabulary)
}

/** Adds a policy of one rule. */
function withRule(config: PoliciesConfig, rule: Draft, more: object = {}): PoliciesConfig {
  const [added] = policiesConfigSchema.parse([
    { id: 'added', rules: [{ id: 'rule', ...rule }], ...more },
  ])
  return added === undefined ? config : [...config, added]
}

/** Whether nothing is left to say against a target. */
function admits(outcome: PolicyOutcome, target: TargetFacts): boolean {
  return outcome.admits === undefined || outcome.admits(target)
}

/** Everything an outcome says about a call, as plain data. */
function told(set: PolicySet, call: PolicyFacts): Record<string, unknown> {
  const outcome = set.evaluate(call)
  const done = call.observations.flatMap((observation) =>
    observation.scores.map(([hundredths]) => [
      `${observation.label} ${observation.kind} ${hundredths}`,
      treatmentIn(outcome, observation, hundredths),
    ]),
  )
  const { verdict, spoken, shadowed, sharing, routeTo } = outcome
  return {
    verdict,
    spoken,
    shadowed,
    sharing,
    routeTo,
    done: Object.fromEntries(done) as unknown,
    admitted: everywhere.filter((target) => admits(outcome, target)),
  }
}

function treatmentIn(
  outcome: PolicyOutcome,
  observation: PolicyFacts['observations'][number],
  hundredths: number,
): Treatment | undefined {
  const { label, category } = observation
  return outcome.treat({ label, category, score: hundredths / 100 }, observation)
}

function strength(treatment: Treatment | undefined): number {
  return treatment === undefined ? -1 : treatments.indexOf(treatment)
}

/** A permutation by numbers. */
function shuffled<T>(list: readonly T[], by: readonly number[]): T[] {
  return list
    .map((item, at) => ({ item, key: by[at % Math.max(by.length, 1)] ?? 0, at }))
    .sort((a, b) => a.key - b.key || b.at - a.at)
    .map(({ item }) => item)
}

const numbers = fc.array(fc.nat(), { minLength: 1, maxLength: 7 })

describe('whatever the policies', () => {
  test('the order of rules and policies does not matter', () => {
    fc.assert(
      fc.property(policies, facts, numbers, (config, call, by) => {
        const turned = shuffled(config, by).map((policy) => ({
          ...policy,
          rules: shuffled(policy.rules, by),
        }))
        const [one, other] = [compile(config), compile(turned)]
        expect(other.version).toBe(one.version)
        expect(told(other, call)).toEqual(told(one, call))
      }),
      { numRuns: 100 },
    )
  })

  test('how findings are spread over observations, and their order, do not matter', () => {
    fc.assert(
      fc.property(policies, facts, numbers, (config, call, by) => {
        const set = compile(config)
        const split = call.observations.flatMap((observation) =>
          observation.scores.flatMap(([hundredths, count]) =>
            Array.from({ length: count }, () => ({
              ...observation,
              scores: [[hundredths, 1]] as const,
            })),
          ),
        )
        const turned = {
          ...call,
          observations: shuffled(split, by),
          labels: call.labels.toReversed(),
        }
        expect(told(set, turned)).toEqual(told(set, call))
      }),
      { numRuns: 100 },
    )
  })

  test('a call goes only where nothing more is demanded than is done', () => {
    fc.assert(
      fc.property(policies, facts, (config, call) => {
        const outcome = compile(config).evaluate(call)
        const held = heldRules(config, call)
        for (const target of everywhere.filter((each) => admits(outcome, each))) {
          const about = held.filter((rule) => isAbout(rule, target))
          expect(about.filter(({ action }) => action === 'block')).toEqual([])
          for (const rule of about) {
            if (rule.route?.perimeters !== undefined) expect(isInside(rule, target)).toBe(true)
            if (rule.action === 'hold') expect(outcome.verdict).toBe('hold')
            const wanted = treatments.findIndex((treatment) => treatment === rule.action)
            for (const observation of call.observations) {
              for (const [hundredths] of observation.scores) {
                if (wanted < 0 || !isOf(rule, observation, hundredths)) continue
                const done = treatmentIn(outcome, observation, hundredths)
                expect(strength(done)).toBeGreaterThanOrEqual(wanted)
              }
            }
          }
          for (const closed of closedPolicies(config)) {
            const permits = about.filter(
              ({ action, policy }) => action === 'allow' && policy === closed,
            )
            expect(permits).not.toEqual([])
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  test('a call is blocked and held only where a rule says so', () => {
    fc.assert(
      fc.property(policies, facts, (config, call) => {
        const { verdict, spoken, routeTo } = compile(config).evaluate(call)
        const held = heldRules(config, call)
        expect(spoken.some(({ action }) => action === 'block')).toBe(verdict === 'block')
        expect(spoken.map(({ ruleId }) => ruleId)).toEqual(
          [...new Set(spoken.map(({ ruleId }) => ruleId))].sort(),
        )
        const isKeptOut = (target: TargetFacts): boolean =>
          held.some(
            (rule) =>
              isAbout(rule, target) &&
              (rule.action === 'block' ||
                (rule.route?.perimeters !== undefined && !isInside(rule, target))),
          ) ||
          closedPolicies(config).some(
            (closed) =>
              !held.some(
                (rule) =>
                  rule.action === 'allow' && rule.policy === closed && isAbout(rule, target),
              ),
          )
        const isForbidden =
          held.some(({ action, where }) => action === 'block' && where === undefined) ||
          closedPolicies(config).some(
            (closed) => !held.some(({ action, policy }) => action === 'allow' && policy === closed),
          )
        const isExhausted = call.targets.length > 0 && call.targets.every(isKeptOut)
        if (verdict === 'block') expect(isForbidden || isExhausted).toBe(true)
        else expect(isForbidden || (isExhausted && routeTo === undefined)).toBe(false)
        if (verdict === 'hold') expect(held.some(({ action }) => action === 'hold')).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('one more rule never lets pass what was blocked', () => {
    fc.assert(
      fc.property(policies, facts, strictDraft, (config, call, rule) => {
        const before = compile(config).evaluate(call)
        const after = compile(withRule(config, rule)).evaluate(call)
        if (before.verdict === 'block') expect(after.verdict).toBe('block')
      }),
      { numRuns: 300 },
    )
  })

  test('one more rule that blocks never loosens anything', () => {
    fc.assert(
      fc.property(policies, facts, blockDraft, (config, call, rule) => {
        const before = compile(config).evaluate(call)
        const after = compile(withRule(config, rule)).evaluate(call)
        if (before.verdict === 'block') expect(after.verdict).toBe('block')
        // Without where it blocks or is silent: then all stays as it was.
        if (rule.where === undefined) expect([before.verdict, 'block']).toContain(after.verdict)
        for (const target of call.targets) {
          if (admits(after, target)) expect(admits(before, target)).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('rules that only watch change nothing', () => {
    fc.assert(
      fc.property(policies, facts, draft, (config, call, rule) => {
        const before = told(compile(config), call)
        for (const more of [
          { mode: 'shadow' },
          { rules: [{ id: 'rule', ...rule, shadow: true }] },
        ]) {
          const after = told(compile(withRule(config, rule, more)), call)
          const shadowed: unknown = expect.anything()
          expect(after).toEqual({ ...before, shadowed })
        }
      }),
      { numRuns: 100 },
    )
  })

  test('what is not needed changes nothing', () => {
    fc.assert(
      fc.property(policies, facts, (config, call) => {
        const set = compile(config)
        const observations = call.observations.flatMap((observation) => {
          const need = set.needs(observation.label, observation.category, call.direction)
          if (need === undefined) return []
          const scores = observation.scores.filter(
            ([hundredths]) => hundredths / 100 >= need.minScore,
          )
          return scores.length === 0 ? [] : [{ ...observation, scores }]
        })
        const { verdict, spoken, shadowed, routeTo } = set.evaluate({ ...call, observations })
        const all = set.evaluate(call)
        expect(verdict).toBe(all.verdict)
        expect(spoken).toEqual(all.spoken)
        expect(shadowed).toEqual(all.shadowed)
        expect(routeTo).toBe(all.routeTo)
      }),
      { numRuns: 100 },
    )
  })
})
