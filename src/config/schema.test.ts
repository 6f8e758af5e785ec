import { expect, test } from 'bun:test'
import { isObject } from '../core/json.ts'
import type { JsonValue } from '../core/json.ts'
import { createConfigLoader } from './load.ts'
import type { LoadedConfig } from './load.ts'
import { configJsonSchema, configSchema, renderConfigReference } from './schema.ts'
import type { Config } from './schema.ts'

const load = (text: string): Promise<LoadedConfig<Config>> =>
  createConfigLoader(configSchema, { environment: { KEY: 'sk-x', PORT: '99' } }).parse(
    text,
    'x.yaml',
  )

function at(value: JsonValue | undefined, ...steps: (string | number)[]): JsonValue | undefined {
  let found = value
  for (const step of steps) {
    if (Array.isArray(found)) found = found[Number(step)]
    else found = isObject(found) ? found[step] : undefined
  }
  return found
}

test('an empty file is a whole configuration', async () => {
  const { config } = await load('')
  expect(config).toMatchObject({
    server: { listen: '127.0.0.1:7775', admin: { listen: '127.0.0.1:7778' } },
    data: { dir: './data' },
    providers: [],
    models: [],
    keys: [],
  })
})

test('names that nothing bears, or that two bear, are errors where they stand', async () => {
  const text = `
providers:
  - { name: openai, type: openai, apiKey: "\${env:KEY}" }
  - { name: openai, type: simulated }
models:
  - { name: m, targets: [{ provider: opnai, model: m }] }
prices:
  entries: [{ provider: nobody, model: m, inputUsdPerMillion: 1, outputUsdPerMillion: 1 }]
`
  const message = await load(text).then(String, (error: Error) => error.message)
  const heads = message.split('\n').filter((line) => line.startsWith('x.yaml'))
  expect(heads).toEqual([
    "x.yaml:4:13 providers[1].name: duplicate provider 'openai', first at providers[0]",
    "x.yaml:6:38 models[0].targets[0].provider: unknown provider 'opnai'; did you mean 'openai'?",
    "x.yaml:8:25 prices.entries[0].provider: unknown provider 'nobody'; known: 'openai'",
  ])
})

test('the JSON Schema is strict, marks secrets and permits references instead of numbers', () => {
  const schema = configJsonSchema()
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:smartflow:configuration',
    additionalProperties: false,
  })
  const provider = at(schema, 'properties', 'providers', 'items', 'oneOf', 0)
  expect(at(provider, 'additionalProperties')).toBe(false)
  expect(at(provider, 'properties', 'apiKey')).toMatchObject({ type: 'string', writeOnly: true })
  expect(at(provider, 'properties', 'type')).toMatchObject({ const: 'openai' })
  const limit = at(
    schema,
    'properties',
    'server',
    'properties',
    'limits',
    'properties',
    'maxBodyBytes',
  )
  expect(limit).toMatchObject({
    description: expect.any(String),
    default: 33_554_432,
    anyOf: [{ type: 'integer', minimum: 1024 }, { $ref: '#/$defs/reference' }],
  })
})

test('every setting is described', () => {
  const undescribed: string[] = []
  const visit = (schema: JsonValue | undefined, path: string): void => {
    for (const list of ['anyOf', 'oneOf', 'allOf']) {
      const members = at(schema, list)
      if (Array.isArray(members)) members.forEach((member) => visit(member, path))
    }
    visitItems(at(schema, 'items'), path)
    const properties = at(schema, 'properties')
    if (!isObject(properties)) return
    for (const [name, property] of Object.entries(properties)) {
      const isGroup = at(property, 'properties') !== undefined
      const isFixed = at(property, 'const') !== undefined
      if (!isGroup && !isFixed && at(property, 'description') === undefined) {
        undescribed.push(`${path}.${name}`)
      }
      visit(property, `${path}.${name}`)
    }
  }
  const visitItems = (items: JsonValue | undefined, path: string): void => {
    if (items !== undefined) visit(items, `${path}[]`)
  }
  visit(configSchema.jsonSchema, '')
  // Addresses of well-known services explain themselves by their default.
  expect(undescribed.filter((path) => !/\.(baseUrl|targets)$/.test(path))).toEqual([])
})

test('docs/configuration.md is what the schemas say; scripts/config-reference.ts writes it', async () => {
  const file = Bun.file(new URL('../../docs/configuration.md', import.meta.url))
  expect(await file.text()).toBe(renderConfigReference())
})
