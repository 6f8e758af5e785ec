import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { systemClock } from '../core/clock.ts'
import type { Principal } from '../core/principal.ts'
import { providersConfigSchema } from './config.ts'
import { traitsOf } from './index.ts'
import type { ProviderTraits } from './provider.ts'

const someone: Principal = {
  id: 'ana@example.com',
  kind: 'user',
  tenant: 'corp',
  department: 'research',
  groups: ['analysts', 'eu-staff'],
  product: 'assistant',
  authenticatedBy: 'key',
  models: ['*'],
}

function traitsIn(fields: Record<string, unknown>): ProviderTraits {
  const [config] = providersConfigSchema.parse([{ name: 'p', ...fields }])
  if (config === undefined) throw new Error('no provider')
  const fetch = (): Promise<never> => Promise.reject(new Error('no network'))
  return traitsOf(config, { clock: systemClock, fetch, fetchDirectly: fetch })
}

function headersFor(traits: ProviderTraits, principal: Partial<Principal> = {}): unknown {
  const request = {
    method: 'POST',
    url: 'https://h',
    headers: traits.headers,
    body: '',
    signal: new AbortController().signal,
  }
  const added = traits.authorize?.({ ...request, principal: { ...someone, ...principal } })
  if (added instanceof Promise) throw new Error('not at once')
  return { ...traits.headers, ...added }
}

const credentials = [
  { when: { departments: ['research'], groups: ['eu-*'] }, apiKey: 'key-research-eu' },
  { when: { departments: ['research'] }, apiKey: 'key-research' },
  { when: { users: ['bob@*'] }, apiKey: 'key-bob' },
  { when: { products: ['chatbot'], tenants: ['corp'] }, apiKey: 'key-chatbot' },
]

describe('the key of a caller', () => {
  const traits = traitsIn({ type: 'openai', apiKey: 'key-usual', credentials })

  test.each<[Partial<Principal>, string]>([
    [{}, 'key-research-eu'],
    [{ groups: ['us-staff'] }, 'key-research'],
    [{ department: 'sales', id: 'bob@example.com' }, 'key-bob'],
    [{ department: 'sales', product: 'chatbot' }, 'key-chatbot'],
    [{ department: 'sales', product: 'chatbot', tenant: 'other' }, 'key-usual'],
    [{ department: 'sales' }, 'key-usual'],
  ])('%j is %s', (principal, key) => {
    expect(headersFor(traits, principal)).toMatchObject({ authorization: `Bearer ${key}` })
  })

  test('is refused to whom no entry fits, where there is no usual one', () => {
    const strict = traitsIn({ type: 'openai', credentials })
    expect(strict.headers).toEqual({})
    let error: unknown
    try {
      headersFor(strict, { department: 'sales' })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'model_not_permitted', status: 403 })
    expect(Bun.inspect(error)).not.toContain('key-')
  })

  test('stands where the provider looks for it, and nothing else changes', () => {
    const when = { users: ['*'] }
    const own = [{ when, apiKey: 'key-own' }]
    expect(headersFor(traitsIn({ type: 'anthropic', credentials: own }))).toEqual({
      'x-api-key': 'key-own',
      'anthropic-version': '2023-06-01',
    })
    const azure = { type: 'azure-openai', baseUrl: 'https://h', credentials: own }
    expect(headersFor(traitsIn(azure))).toEqual({ 'api-key': 'key-own' })
    const apim = { ...azure, type: 'azure-apim', apiKey: 'key-usual' }
    expect(headersFor(traitsIn(apim))).toEqual({
      'ocp-apim-subscription-key': 'key-own',
      'api-key': 'key-own',
    })
    for (const type of ['cohere', 'mistral', 'vllm', 'ollama', 'openrouter'] as const) {
      expect(headersFor(traitsIn({ type, credentials: own }))).toEqual({
        authorization: 'Bearer key-own',
      })
    }
    // A header of the client's own choice is not undone by a key.
    const version = traitsIn({ type: 'anthropic', credentials: own }).authorize?.({
      method: 'POST',
      url: '',
      headers: {},
      body: '',
      principal: someone,
      signal: new AbortController().signal,
    })
    expect(version).toEqual({ 'x-api-key': 'key-own' })
  })

  test('is always one of those configured for the caller, the first that fits', () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const entry = fc.record(
      { departments: fc.array(name, { minLength: 1 }), tenants: fc.array(name, { minLength: 1 }) },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 1, maxLength: 4 }),
        name,
        name,
        (whens, one, two) => {
          const entries = whens.map((when, index) => ({ when, apiKey: `key-${index}` }))
          const given = traitsIn({ type: 'openai', apiKey: 'key-usual', credentials: entries })
          const expected = whens.findIndex(
            ({ departments = [one], tenants = [two] }) =>
              departments.includes(one) && tenants.includes(two),
          )
          const key = expected < 0 ? 'key-usual' : `key-${expected}`
          expect(headersFor(given, { department: one, tenant: two })).toEqual({
            authorization: `Bearer ${key}`,
          })
        },
      ),
    )
  })
})

test.each(['openai', 'anthropic', 'cohere', 'mistral', 'gemini', 'azure-openai', 'azure-apim'])(
  '%s without any key is refused',
  (type) => {
    const entry = { name: 'p', type, baseUrl: 'https://h' }
    const parsed = providersConfigSchema.safeParse([entry])
    expect(parsed.error?.issues[0]?.path).toEqual([0, 'apiKey'])
  },
)
