import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { told } from './support/callers.ts'
import { card, foreignCard, mail, policies, startComplianceRig, traces } from './support/rig.ts'
import type { ComplianceRig } from './support/rig.ts'

let rig: ComplianceRig

/** Every provider has a path of its own at the one upstream, which is how the test tells them apart. */
function targets(url: string): string {
  const provider = (name: string, type: string, perimeter: string): string => {
    const version = type === 'openai' ? '/v1' : ''
    return `  - { name: ${name}, type: ${type}, baseUrl: "${url}/${name}${version}", apiKey: k, perimeter: ${perimeter} }`
  }
  return [
    'providers:',
    provider('first', 'openai', 'public'),
    provider('second', 'anthropic', 'public'),
    provider('third', 'openai', 'on-premises'),
    'routing: { retries: { maxRetries: 0 } }',
    'models:',
    '  - { name: failover, targets: [{ provider: first, model: a }, { provider: second, model: b }, { provider: third, model: c }] }',
    '  - { name: home, targets: [{ provider: third, model: c }] }',
    '  - { name: away, targets: [{ provider: second, model: b }] }',
    '  - { name: fallback, targets: [{ provider: first, model: a }], fallbacks: [{ models: [away, home] }] }',
    '  - { name: homely, targets: [{ provider: third, model: c }], fallbacks: [{ models: [away] }] }',
    '  - { name: hedged, targets: [{ provider: first, model: a }, { provider: second, model: b }, { provider: third, model: c }], hedge: { delayMs: 20 } }',
    '  - { name: copied, targets: [{ provider: third, model: c }], shadow: { to: away } }',
    '  - { name: copied-home, targets: [{ provider: third, model: c }], shadow: { to: { provider: third, model: d } } }',
    '  - { name: laned, lanes: { efficient: away, capable: home } }',
    '  - { name: rolled, targets: [{ provider: third, model: c }], rollout: { percent: 100, to: away } }',
  ].join('\n')
}

beforeAll(async () => {
  rig = await startComplianceRig({
    targets,
    policies: `${policies}
      - { id: cases, action: block, what: { detectors: ['custom:case'], direction: request }, where: { perimeters: [public] } }
compliance:
  patterns: [{ name: case, pattern: 'CASE-\\d+' }]
`,
  })
})

afterAll(() => rig[Symbol.asyncDispose]())

/** Asks, and returns the providers that were asked, in order; waits for copies. */
async function askedOf(
  model: string,
  prompt: string,
  {
    fails = [],
    stream = false,
  }: { readonly fails?: readonly string[]; readonly stream?: boolean } = {},
): Promise<{ readonly asked: string[]; readonly bodies: string[]; readonly text: string }> {
  const { seen } = rig.provider
  const from = seen.length
  rig.provider.script({
    says: () => [{ type: 'text', text: `Mail <EMAIL_1>, card ${foreignCard}.` }],
    answers: (path) =>
      fails.some((name) => path.startsWith(`/${name}/`))
        ? Response.json({ error: { message: 'no', type: 'server_error' } }, { status: 500 })
        : undefined,
  })
  const { text } = await told('openai-chat', prompt, { ...rig.at, model, stream })
  if (model.startsWith('copied')) await Bun.sleep(80)
  const calls = seen.slice(from)
  return {
    asked: calls.map(({ path }) => path.split('/')[1] ?? ''),
    bodies: calls.map((call) => call.text),
    text,
  }
}

const prompt = `Card ${card}, mail ${mail}.`

describe.each([false, true])(
  'every attempt of a call gets what policy lets out (streamed: %p)',
  (stream) => {
    test.each([
      ['failover', ['first', 'second']],
      ['fallback', ['first', 'second']],
      ['copied', []],
      ['copied-home', []],
      ['laned', []],
      ['rolled', []],
    ] as const)('%s', async (model, fails) => {
      const { asked, bodies, text } = await askedOf(model, prompt, { fails, stream })
      if (fails.length > 0 || model === 'copied') expect(new Set(asked).size).toBeGreaterThan(1)
      if (model === 'copied-home') expect(asked).toEqual(['third', 'third'])
      for (const body of bodies) {
        expect(body).toContain('Card <PAYMENT_CARD_1>, mail <EMAIL_1>.')
        for (const trace of traces) expect(body).not.toContain(trace)
      }
      expect(text).toBe(`Mail ${mail}, card <PAYMENT_CARD_2>.`)
    })

    test('also one that races with a slow one', async () => {
      const { seen } = rig.provider
      const from = seen.length
      rig.provider.script({
        says: () => [{ type: 'text', text: 'Mail <EMAIL_1>.' }],
        slow: (path) => (path.startsWith('/first/') ? 150 : 0),
      })
      const asked = { ...rig.at, model: 'hedged', stream }
      expect((await told('openai-chat', prompt, asked)).text).toBe(`Mail ${mail}.`)
      const calls = seen.slice(from)
      expect(calls.map(({ path }) => path.split('/')[1])).toEqual(['first', 'second'])
      for (const { text } of calls) {
        expect(text).toContain('Card <PAYMENT_CARD_1>, mail <EMAIL_1>.')
        for (const trace of traces) expect(text).not.toContain(trace)
      }
    })

    test.each([
      ['failover', []],
      ['hedged', []],
      ['copied', []],
      ['laned', []],
      ['rolled', []],
    ] as const)('and goes only where a rule lets it: %s', async (model, fails) => {
      const { asked } = await askedOf(model, `About CASE-77: ${prompt}`, { fails, stream })
      expect(new Set(asked)).toEqual(new Set(['third']))
    })
  },
)

test('a call that fails where it may go goes nowhere else', async () => {
  const count = rig.provider.seen.length
  const failed = askedOf('homely', 'About CASE-77', { fails: ['third'] })
  expect(failed).rejects.toThrow('500')
  await failed.catch(() => undefined)
  const paths = rig.provider.seen.slice(count).map(({ path }) => path)
  expect(paths).toEqual(['/third/v1/chat/completions'])
})

test('a call that may go nowhere is refused before anybody is asked', async () => {
  const count = rig.provider.seen.length
  const refused = told('openai-chat', 'About CASE-77', { ...rig.at, model: 'away', stream: false })
  expect(refused).rejects.toThrow('403')
  await refused.catch(() => undefined)
  expect(rig.provider.seen).toHaveLength(count)
})
