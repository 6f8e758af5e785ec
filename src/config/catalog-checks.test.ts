import { expect, test } from 'bun:test'
import { createConfigLoader } from './load.ts'
import { configSchema } from './schema.ts'

const head = `providers:
  - { name: openai, type: simulated }
  - { name: local, type: simulated }
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

test('aliases, wildcards and tiers that fit together are no problem', async () => {
  const text = `models:
  - { name: gpt-4o, targets: [{ provider: openai, model: gpt-4o }] }
  - { name: "gpt-*", targets: [{ provider: openai, model: "*" }] }
  - { name: "local/*", targets: [{ provider: local, model: "$1" }] }
aliases: { fast: gpt-4o, faster: fast, next: gpt-6, mine: local/phi4 }
tiers:
  - { name: fast, models: { openai: [gpt-4o-mini, "gpt-*-nano"], local: phi4 } }
`
  expect(await problemsOf(text)).toEqual([])
})

test('an alias that leads nowhere, round in a circle or hides a model is an error where it stands', async () => {
  const text = `models:
  - { name: gpt-4o, targets: [{ provider: openai, model: gpt-4o }] }
aliases:
  fast: gpt-4oo
  a: b
  b: c
  c: a
  into: a
  gpt-4o: fast
`
  expect(await problemsOf(text)).toEqual([
    "7:9 aliases.fast: unknown model 'gpt-4oo'; did you mean 'gpt-4o'?",
    "8:6 aliases.a: the alias leads back to itself: 'a' → 'b' → 'c' → 'a'",
    "9:6 aliases.b: the alias leads back to itself: 'b' → 'c' → 'a' → 'b'",
    "10:6 aliases.c: the alias leads back to itself: 'c' → 'a' → 'b' → 'c'",
    "12:11 aliases.gpt-4o: a model is named 'gpt-4o' as well; rename one of them: the alias would hide the model",
  ])
})

test('stars that cannot be filled in are errors where they stand', async () => {
  const text = `models:
  - { name: "a*b*", targets: [{ provider: openai, model: m }] }
  - { name: plain, targets: [{ provider: openai, model: "x-$1" }] }
  - { name: "g-*", targets: [{ provider: openai, model: "g-*" }] }
`
  expect(await problemsOf(text)).toEqual([
    "5:13 models[0].name: the name 'a*b*' has more than one *",
    '6:57 models[1].targets[0].model: there is no * in the name that $1 could stand for; give the model a name with a *, such as "gpt-*"',
    '7:57 models[2].targets[0].model: \'g-*\' is no name of a model; "*" alone stands for the asked name, $1 for what the star of the name matched',
  ])
})

test('a tier of an unknown provider, or with a pattern in first place, is an error where it stands', async () => {
  const text = `tiers:
  - { name: fast, models: { opnai: gpt-4o-mini, local: "phi*" } }
`
  expect(await problemsOf(text)).toEqual([
    "5:36 tiers[0].models.opnai: unknown provider 'opnai'; did you mean 'openai'?",
    "5:56 tiers[0].models.local: the pattern 'phi*' cannot stand for the tier; put the name of a model first; patterns may follow it",
  ])
})

test('destinations and fallbacks that nothing bears are errors where they stand', async () => {
  const text = `models:
  - name: gpt-4o
    targets: [{ provider: openai, model: gpt-4o }]
    rollout: { percent: 5, to: gpt-4p }
    shadow: { to: { provider: lokal, model: m } }
    fallbacks: [{ models: [gpt-4o, claude] }]
  - name: gpt-5
    targets: [{ provider: openai, model: gpt-5 }]
    rollout: { percent: 5, to: gpt-5 }
    shadow: { to: newest }
aliases: { newest: gpt-5 }
`
  expect(await problemsOf(text)).toEqual([
    "7:32 models[0].rollout.to: unknown model 'gpt-4p'; did you mean 'gpt-4o'?",
    "8:31 models[0].shadow.to.provider: unknown provider 'lokal'; did you mean 'local'?",
    "9:36 models[0].fallbacks[0].models[1]: unknown model 'claude'; known: 'gpt-4o', 'gpt-5'",
    '12:32 models[1].rollout.to: a model cannot be its own destination',
  ])
})
