import { describe, expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, configSchema, createConfigLoader } from '../../src/config/index.ts'
import { asArray, asObject, asString } from '../../src/core/json.ts'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import { blocksOf, documents } from '../support/documents.ts'
import { readYaml, valueOf, variablesOf } from '../support/example.ts'

const blocks = (await Promise.all(documents().map(blocksOf))).flat()
/** Blocks with a second word (```yaml litellm) are of other products. */
const configurations = blocks.filter(({ language }) => language === 'yaml')

/**
 * Completes a part of a configuration so that it can stand alone: what it refers to and does not define is
 * simulated. What it says itself stays as it is.
 */
function complete(part: JsonObject): JsonObject {
  const providers = [...asArray(part['providers'])]
  const models = [...asArray(part['models'])]
  const known = { providers: namesOf(providers), models: namesOf(models) }
  for (const name of providersIn(part)) {
    if (!known.providers.has(name)) providers.push({ name, type: 'simulated' })
  }
  for (const name of modelsIn(part)) {
    if (!known.models.has(name)) models.push(modelAt('simulated', name))
  }
  if (models.length === 0) {
    for (const name of namesOf(providers)) models.push(modelAt(name, `any-at-${name}`))
  }
  if (!namesOf(providers).has('simulated')) {
    providers.push({ name: 'simulated', type: 'simulated' })
  }
  if (models.length === 0) models.push(modelAt('simulated', 'any-model'))
  return { ...part, providers, models }
}

function modelAt(provider: string, name: string): JsonObject {
  return { name, targets: [{ provider, model: name.replaceAll('*', 'any') }] }
}

function namesOf(entries: readonly JsonValue[]): Set<string> {
  return new Set(entries.map((entry) => asString(asObject(entry)?.['name']) ?? ''))
}

/** Providers that are referred to. */
function providersIn(part: JsonObject): Set<string> {
  const found = new Set<string>()
  walk(part, (name, value) => {
    if (name === 'provider' && typeof value === 'string') found.add(value)
  })
  for (const tier of asArray(part['tiers'])) {
    for (const name of Object.keys(asObject(asObject(tier)?.['models']) ?? {})) found.add(name)
  }
  return found
}

/** Models that are referred to. */
function modelsIn(part: JsonObject): Set<string> {
  const found = new Set(
    Object.values(asObject(part['aliases']) ?? {}).map((value) => asString(value) ?? ''),
  )
  for (const model of asArray(part['models'])) {
    const entry = asObject(model) ?? {}
    for (const fallback of asArray(entry['fallbacks'])) {
      for (const name of asArray(asObject(fallback)?.['models'])) found.add(asString(name) ?? '')
    }
    const lanes = asObject(entry['lanes'])
    const to = [entry['rollout'], entry['shadow']].map((value) => asObject(value)?.['to'])
    for (const name of [lanes?.['efficient'], lanes?.['capable'], ...to]) {
      if (typeof name === 'string') found.add(name)
    }
  }
  return found
}

function walk(value: JsonValue, visit: (name: string, value: JsonValue) => void): void {
  if (Array.isArray(value)) for (const each of value) walk(each, visit)
  for (const [name, member] of Object.entries(asObject(value) ?? {})) {
    if (member === undefined) continue
    visit(name, member)
    walk(member, visit)
  }
}

/** Checks a configuration as `smartflow config check` does, with every variable set. */
async function check(text: string): Promise<void> {
  const environment = Object.fromEntries(variablesOf(text).map((name) => [name, valueOf(name)]))
  // Files that documents name are not on this machine.
  const readFile = () =>
    Promise.resolve(new TextEncoder().encode('the content of a file that is not here'))
  const loader = createConfigLoader(configSchema, { environment, readFile })
  const path = join(mkdtempSync(join(tmpdir(), 'smartflow-documents-')), 'smartflow.yaml')
  try {
    await loader.parse(JSON.stringify(complete(readYaml(text))), path)
  } catch (error) {
    // Dictionaries, tables and topics that documents name are not there, which is told.
    if (!(error instanceof ConfigError) || !error.problems.every(isMissingFile)) throw error
  }
}

function isMissingFile({ path, message }: ConfigError['problems'][number]): boolean {
  return (
    path.startsWith('compliance.') &&
    path.endsWith('.file') &&
    /no file|does not exist/.test(message)
  )
}

test('there are configurations in the documents', () => {
  expect(configurations.length).toBeGreaterThan(20)
})

describe.each(configurations.map(({ place, text }) => [place, text] as const))(
  'the configuration at %s',
  (_, text) => {
    test('is valid', () => check(text))
  },
)

test('a mistake in one of them is found', async () => {
  const wrong = 'models:\n  - { name: a, strategi: weighted, targets: [{ provider: p, model: m }] }'
  expect(check(wrong)).rejects.toThrow('strategi')
  expect(check('models: [{ name: a, require: { regions: [eu] }, fallbaks: [] }]')).rejects.toThrow()
})
