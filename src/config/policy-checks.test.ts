import { expect, test } from 'bun:test'
import { createConfigLoader } from './load.ts'
import { configSchema } from './schema.ts'

const head = `providers:
  - { name: one, type: simulated, perimeter: eu }
models:
  - { name: small, targets: [{ provider: one, model: s, region: swedencentral }] }
aliases: { little: small }
`

/** The first line of every problem of a configuration, without the name of the file. */
async function problemsOf(text: string): Promise<string[]> {
  const loader = createConfigLoader(configSchema, { environment: {} })
  const message = await loader.parse(head + text, 'x.yaml').then(
    () => '',
    (error: Error) => error.message,
  )
  return message.split('\n').flatMap((line) => (line.startsWith('x.yaml:') ? [line.slice(7)] : []))
}

test('policies over everything a configuration names are no problem', async () => {
  const text = `compliance:
  patterns: [{ name: cvv, pattern: 'cvv \\d{3}' }]
  dictionaries: [{ name: projects, file: '${import.meta.path}' }]
  categories: [{ label: 'deal:falcon', detectors: ['custom:cvv'] }]
policies:
  - { pack: gdpr, mode: shadow }
  - id: own
    rules:
      - { id: a, action: redact, what: { detectors: ['custom:cvv', 'us-*'] } }
      - { id: b, action: block, what: { labels: ['deal:*'] }, where: { not: { perimeters: [eu] } } }
      - { id: c, action: route, what: { labels: ['deal:falcon'] }, route: { model: little } }
      - { id: d, action: warn, where: { regions: [swedencentral], providers: [one] } }
`
  expect(await problemsOf(text)).toEqual([])
})

test('what is wrong is told at its line, with the cure', async () => {
  const text = `compliance: { excludeDetectors: [iban] }
policies:
  - id: own
    rules:
      - { id: a, action: redact, what: { detectors: [payment-crad] } }
      - { id: b, action: mask, what: { detectors: [iban] } }
      - { id: c, action: block, what: { labels: ['deal:falcon'] } }
      - { id: d, action: block, where: { perimeters: [ue] } }
  - pack: secrets
    overrides: { token: { off: true } }
`
  const problems = await problemsOf(text)
  expect(problems.map((line) => line.replace(/^\d+:\d+ /, ''))).toEqual([
    "policies[0].rules[0].what.detectors[0]: unknown detector 'payment-crad'; did you mean 'payment-card'?",
    expect.stringContaining("policies[0].rules[1].what.detectors[0]: unknown detector 'iban'"),
    "policies[0].rules[2].what.labels[0]: unknown label 'deal:falcon'; no label is configured",
    "policies[0].rules[3].where.perimeters[0]: unknown perimeter 'ue'; known: 'eu'",
    "policies[1].overrides.token: the pack 'secrets' has no rule 'token'; did you mean 'tokens'?",
  ])
  expect(problems[0]).toStartWith('10:')
})
