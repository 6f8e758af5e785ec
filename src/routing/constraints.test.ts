import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../core/errors.ts'
import type { FailureClass } from '../core/failure.ts'
import { makePrincipal, makeQuestion } from '../../test/support/question.ts'
import type { ResidencyRule } from './constraints.ts'
import { createRouter } from './router.ts'
import type { RouteOptions } from './router.ts'
import {
  fakeClock,
  noRetries,
  routeOptions,
  routerDependencies,
  scripted,
} from './testing/targets.ts'
import type { ScriptedTarget } from './testing/targets.ts'

const regions = ['eu-central', 'us-east', undefined] as const
const perimeters = ['on-premises', 'eu', 'public', undefined] as const

interface Setup {
  readonly models: readonly (readonly ScriptedTarget[])[]
  readonly rules: readonly ResidencyRule[]
  readonly more: Partial<RouteOptions>
}

/** Sends a call by a route whose other models are its fallbacks. */
async function send({ models, rules, more }: Setup, question = makeQuestion()) {
  const router = createRouter(routerDependencies(fakeClock(), { residency: rules }))
  const [first = [], ...others] = models
  const names = others.map((_, index) => `fallback-${index}`)
  const fallbacks = names.length === 0 ? undefined : [{ models: names }]
  const route = router.createRoute(routeOptions(first, { fallbacks, ...more }))
  for (const [index, targets] of others.entries()) {
    router.createRoute(routeOptions(targets, { name: `fallback-${index}` }))
  }
  try {
    return await route.send(question)
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
}

describe('where a call has to stay', () => {
  test('holds on every hop: no target outside is ever asked, whatever fails', async () => {
    const failures: readonly FailureClass[] = [
      'rate-limit',
      'timeout',
      'server-error',
      'unreachable',
      'context-window',
      'content-policy',
      'request',
    ]
    const target = fc.record({
      region: fc.constantFrom(...regions),
      perimeter: fc.constantFrom(...perimeters),
      failure: fc.constantFrom(undefined, ...failures),
    })
    const demand = fc.record(
      {
        regions: fc.subarray(['eu-central', 'us-east'], { minLength: 1 }),
        perimeters: fc.subarray(['on-premises', 'eu', 'public'], { minLength: 1 }),
      },
      { requiredKeys: [] },
    )
    const run = fc.asyncProperty(
      fc.array(fc.array(target, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      fc.array(demand, { maxLength: 2 }),
      fc.option(demand, { nil: undefined }),
      fc.nat({ max: 2 }),
      async (given, demands, require, maxRetries) => {
        let count = 0
        const models = given.map((targets) =>
          targets.map(({ region, perimeter, failure: failureClass }) =>
            scripted(
              `p${count++}`,
              failureClass === undefined
                ? 200
                : new GatewayError('provider_error', 'no', { failureClass }),
              { region, perimeter },
            ),
          ),
        )
        // Every second rule is one for somebody else.
        const rules = demands.flatMap((each) => [
          each,
          { when: { departments: ['x'] }, regions: [] },
        ])
        const more = { require, retries: { ...noRetries, maxRetries } }
        const result = await send({ models, rules, more })
        const all = require === undefined ? demands : [...demands, require]
        const isInside = ({ region, perimeter }: ScriptedTarget, wanted: ResidencyRule[]) =>
          wanted.every(
            (each) =>
              (each.regions === undefined || each.regions.includes(region ?? '-')) &&
              (each.perimeters === undefined || each.perimeters.includes(perimeter ?? '-')),
          )
        const asked = models.flat().filter((each) => each.asked() > 0)
        // What the first model requires holds for what stands in for it too.
        for (const each of asked) expect(isInside(each, all)).toBe(true)
        if (models[0]?.every((each) => !isInside(each, all)) === true) {
          expect(result).toMatchObject({ code: 'no_admissible_target', status: 403 })
          expect(asked).toEqual([])
        }
      },
    )
    await fc.assert(run, { numRuns: 200 })
  })

  test('is told when no target is inside, and nobody is asked', async () => {
    const target = scripted('a', 200, { region: 'us-east' })
    const rules = [
      { when: { departments: ['hr'] }, regions: ['eu-central'], perimeters: ['on-premises'] },
    ]
    const principal = makePrincipal({ department: 'hr' })
    const refused = await send({ models: [[target]], rules, more: {} }, makeQuestion({ principal }))
    expect(refused).toMatchObject({
      code: 'no_admissible_target',
      status: 403,
      message:
        'No target of this model may receive this request: it has to stay within the region eu-central and the perimeter on-premises.',
    })
    expect(target.asked()).toBe(0)
    expect(await send({ models: [[target]], rules, more: {} })).toMatchObject({ status: 200 })
  })

  test('is decided by labels of the content, groups and tags as well', async () => {
    const inside = scripted('a', 200, { perimeter: 'on-premises' })
    const outside = scripted('b', 200, { perimeter: 'public' })
    const rules = [{ when: { labels: ['pii*'] }, perimeters: ['on-premises'] }]
    const models = [[outside, inside]]
    const labelled = makeQuestion({ labels: ['pii.name'] })
    expect(await send({ models, rules, more: {} }, labelled)).toMatchObject({ provider: 'a' })
    expect(await send({ models, rules, more: {} })).toMatchObject({ provider: 'b' })
  })
})
