import { describe, expect, test } from 'bun:test'
import { makeCall, makePrincipal, makeQuestion } from '../../test/support/question.ts'
import { matches } from './conditions.ts'
import { createRouter } from './router.ts'
import { fakeClock, routeOptions, routerDependencies, scripted } from './testing/targets.ts'

const estimate = (text: string): number => text.length / 4

describe('a condition', () => {
  const question = makeQuestion({
    call: makeCall({ headers: new Headers({ 'x-smartflow-tags': 'batch, team-7,' }) }),
    principal: makePrincipal({
      department: 'research',
      tenant: 'acme',
      groups: ['analysts', 'eu'],
      product: 'desk',
    }),
    body: {
      bytes: new Uint8Array(),
      contentType: '',
      text: 'x'.repeat(400),
      json: undefined,
    },
    labels: ['pii'],
  })

  test('holds when each of its members holds, by any of its entries', () => {
    for (const [condition, holds] of [
      [{}, true],
      [{ tags: ['batch'] }, true],
      [{ tags: ['team-*'] }, true],
      [{ tags: [''] }, false],
      [{ groups: ['admins', 'analysts'] }, true],
      [{ groups: ['admins'] }, false],
      [{ departments: ['res*'] }, true],
      [{ tenants: ['acme'] }, true],
      [{ tenants: ['other'] }, false],
      [{ products: ['desk'] }, true],
      [{ labels: ['pii'] }, true],
      [{ labels: ['secret'] }, false],
      [{ minPromptTokens: 100, maxPromptTokens: 100 }, true],
      [{ minPromptTokens: 101 }, false],
      [{ maxPromptTokens: 99 }, false],
      [{ tags: ['batch'], groups: ['admins'] }, false],
    ] as const) {
      expect([condition, matches(condition, question, estimate)]).toEqual([condition, holds])
    }
  })

  test('on something that is not there does not hold', () => {
    const plain = makeQuestion()
    for (const condition of [{ tags: ['*'] }, { departments: ['*'] }, { labels: ['*'] }]) {
      expect(matches(condition, plain, estimate)).toBe(false)
    }
  })
})

describe('rules of a model', () => {
  const rules = [
    { when: { tags: ['batch'] }, targets: ['cheap'] },
    { when: { minPromptTokens: 1000 }, targets: ['large/m-at-large', 'b'] },
  ]
  const sent = async (tags: string, text: string) => {
    const router = createRouter(routerDependencies(fakeClock()))
    const targets = [scripted('a', 200), scripted('b', 500), scripted('large', 200)]
    const route = router.createRoute({
      ...routeOptions([]),
      targets: [
        ...targets.map((target) => ({ target })),
        { target: scripted('c', 200), name: 'cheap' },
      ],
      rules,
    })
    const call = makeCall({ headers: new Headers({ 'x-smartflow-tags': tags }) })
    const body = { bytes: new Uint8Array(), contentType: '', text, json: undefined }
    const answer = await route.send(makeQuestion({ call, body }))
    return answer.report.attempts.map(({ provider }) => provider)
  }

  test('leave the targets they name, by name, provider or model: the first that holds counts', async () => {
    expect(await sent('', 'short')).toEqual(['a'])
    expect(await sent('batch', 'x'.repeat(9000))).toEqual(['c'])
    expect(await sent('', 'x'.repeat(9000))).toEqual(['b', 'large'])
  })
})
