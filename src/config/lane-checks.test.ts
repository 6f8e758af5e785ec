import { expect, test } from 'bun:test'
import { createConfigLoader } from './load.ts'
import { configSchema } from './schema.ts'

const head = `providers:
  - { name: one, type: simulated }
models:
  - { name: small, targets: [{ provider: one, model: s }] }
  - { name: big, targets: [{ provider: one, model: b, name: home }] }
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

test('lanes that lead to models, aliases and wildcards are no problem', async () => {
  const text = `  - { name: "w-*", targets: [{ provider: one, model: "*" }] }
  - { name: a, lanes: { efficient: small, capable: big } }
  - { name: b, lanes: { efficient: little, capable: w-large }, targets: [{ provider: one, model: x }] }
  - { name: c, lanes: { efficient: small }, targets: [{ provider: one, model: x }] }
  - name: d
    lanes: { efficient: small, capable: big, threshold: 0.4, weights: { code: 1 } }
    rules: [{ targets: [home] }]
aliases: { little: small }
`
  expect(await problemsOf(text)).toEqual([])
})

test('lanes that lead nowhere, to themselves or to lanes are errors where they stand', async () => {
  const text = `  - { name: a, lanes: { efficient: smal, capable: big } }
  - { name: b, lanes: { efficient: b, capable: a } }
  - { name: c, lanes: { efficient: small, capable: c }, targets: [{ provider: one, model: x }] }
`
  expect(await problemsOf(text)).toEqual([
    "6:36 models[2].lanes.efficient: unknown model 'smal'; did you mean 'small'?",
    '7:36 models[3].lanes.efficient: a model cannot be its own lane; name another model of this file',
    "7:48 models[3].lanes.capable: 'a' has lanes itself",
    '8:52 models[4].lanes.capable: a model cannot be its own lane; leave it out: the targets of the model are its capable lane then',
  ])
})

test('a model that nobody answers for, and thresholds in disorder, are errors where they stand', async () => {
  const text = `  - { name: a, lanes: { efficient: small } }
  - { name: b }
  - { name: c, lanes: { efficient: small, capable: big, threshold: 0.2 } }
`
  const problems = await problemsOf(text)
  expect(problems).toHaveLength(3)
  expect(problems[0]).toContain('models[2].targets: expected at least one target')
  expect(problems[0]).toContain('lanes.capable')
  expect(problems[1]).toContain('models[3].targets: expected at least one target')
  expect(problems[2]).toContain('models[4].lanes.releaseBelow: 0.3 is above the threshold of 0.2')
})
