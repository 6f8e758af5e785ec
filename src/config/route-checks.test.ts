import { expect, test } from 'bun:test'
import { createConfigLoader } from './load.ts'
import { configSchema } from './schema.ts'

async function problemsOf(text: string): Promise<string[]> {
  const loader = createConfigLoader(configSchema, { environment: {} })
  const message = await loader.parse(text, 'x.yaml').then(
    () => '',
    (error: Error) => error.message,
  )
  return message.split('\n').flatMap((line) => (line.startsWith('x.yaml:') ? [line.slice(7)] : []))
}

test('rules may name targets, their providers or both with the model, and nothing else', async () => {
  const text = (names: string) => `providers: [{ name: local, type: simulated }]
models:
  - name: m
    targets: [{ provider: local, model: phi, name: small }]
    rules: [{ when: { tags: [a] }, targets: [${names}] }]
`
  expect(await problemsOf(text('local, small, local/phi'))).toEqual([])
  expect(await problemsOf(text('smal'))).toEqual([
    "5:46 models[0].rules[0].targets[0]: unknown target of this model 'smal'; did you mean 'small'?",
  ])
})

test('a hedge says when', async () => {
  const text = (hedge: string) => `providers: [{ name: local, type: simulated }]
models: [{ name: m, targets: [{ provider: local, model: phi }], hedge: ${hedge} }]
`
  expect(await problemsOf(text('{ percentile: 0.95 }'))).toEqual([])
  expect(await problemsOf(text('{}'))).toEqual([
    '2:72 models[0].hedge: expected delayMs, percentile or both',
  ])
})
