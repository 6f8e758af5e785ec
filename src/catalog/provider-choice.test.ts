import { describe, expect, test } from 'bun:test'
import { failureOf, sketchCatalog, targetsOf, who } from './testing/catalog.ts'

const tiers = [
  {
    name: 'frontier',
    models: { openai: ['gpt-5.5', 'gpt-5.5-pro', 'o*'], anthropic: 'claude-opus-4-7' },
  },
  {
    name: 'fast',
    models: {
      openai: ['gpt-5-nano', 'gpt-4o-mini'],
      anthropic: ['claude-haiku-4-5', 'claude-haiku-*'],
      local: 'llama3.3',
    },
  },
]
const catalog = sketchCatalog({
  models: {
    'gpt-5.5': ['openai/gpt-5.5', 'azure/prod-55'],
    'gpt-4o-mini': 'openai/gpt-4o-mini',
    'claude-*': 'anthropic/*',
    'local-chat': 'local/llama3.3',
    unrelated: 'openai/whisper-1',
    'ollama/*': 'ollama/$1',
  },
  aliases: { smart: 'gpt-5.5' },
  tiers,
  providers: ['openai', 'azure', 'anthropic', 'local', 'ollama'],
})
const ask = (name: string, provider: string, ...models: string[]) =>
  catalog.resolve({ name, provider, principal: who(...(models.length > 0 ? models : ['*'])) })
const sent = (name: string, provider: string): string[] => targetsOf(ask(name, provider).offer)

describe('a call that names its provider', () => {
  test('goes to that provider’s own targets of the model where it has any', () => {
    expect(sent('gpt-5.5', 'azure')).toEqual(['azure/prod-55'])
    expect(sent('smart', 'openai')).toEqual(['openai/gpt-5.5'])
    expect(sent('claude-3', 'anthropic')).toEqual(['anthropic/claude-3'])
    expect(sent('ollama/phi4', 'ollama')).toEqual(['ollama/phi4'])
  })

  test('goes to its model of the same tier otherwise, by name, alias, pattern or target', () => {
    expect(sent('gpt-5.5', 'anthropic')).toEqual(['anthropic/claude-opus-4-7'])
    expect(sent('smart', 'anthropic')).toEqual(['anthropic/claude-opus-4-7'])
    expect(sent('gpt-4o-mini', 'anthropic')).toEqual(['anthropic/claude-haiku-4-5'])
    expect(sent('claude-haiku-9', 'openai')).toEqual(['openai/gpt-5-nano'])
    expect(sent('gpt-5.5[1m]', 'anthropic')).toEqual(['anthropic/claude-opus-4-7'])
    expect(sent('local-chat', 'openai')).toEqual(['openai/gpt-5-nano'])
  })

  test('may ask for a model that only the table of tiers knows', () => {
    expect(sent('gpt-5-nano', 'local')).toEqual(['local/llama3.3'])
    expect(sent('o3', 'anthropic')).toEqual(['anthropic/claude-opus-4-7'])
  })

  test('gets a model that the provider lists as it is', () => {
    expect(sent('llama3.3', 'local')).toEqual(['local/llama3.3'])
    expect(sent('whisper-1', 'openai')).toEqual(['openai/whisper-1'])
    expect(sent('gpt-5.5-pro', 'openai')).toEqual(['openai/gpt-5.5-pro'])
  })

  test('is echoed the name it asked for', () => {
    expect(ask('gpt-5.5', 'anthropic').echo).toBe('gpt-5.5')
    expect(ask('gpt-5.5', 'azure').echo).toBe('gpt-5.5')
  })

  test('keeps the settings of its route: only the targets are others', () => {
    const plain = catalog.resolve({ name: 'gpt-5.5', principal: who('*') }).offer
    const { targets: _, ...settings } = plain
    expect(ask('gpt-5.5', 'anthropic').offer).toMatchObject(settings)
  })

  test('is a 400 naming the nearest when no such provider is configured', () => {
    expect(failureOf(() => ask('gpt-5.5', 'antropic'))).toEqual({
      code: 'invalid_request',
      status: 400,
      message:
        "x-smartflow-provider names 'antropic', which is not configured. Did you mean 'anthropic'?",
      param: 'x-smartflow-provider',
    })
  })

  test('is a 404 for an unknown model and for one without a counterpart there', () => {
    expect(failureOf(() => ask('gpt-5.6', 'anthropic'))).toMatchObject({
      status: 404,
      message: "The model 'gpt-5.6' is not offered here. Did you mean 'gpt-5.5'?",
    })
    expect(failureOf(() => ask('unrelated', 'anthropic'))).toMatchObject({
      status: 404,
      message: expect.stringContaining("The provider 'anthropic' does not offer the model"),
    })
  })

  test('needs permission for the name it asks by and for the model that answers', () => {
    for (const models of [['gpt-5.5'], ['claude-*'], []]) {
      const run = () =>
        catalog.resolve({ name: 'gpt-5.5', provider: 'anthropic', principal: who(...models) })
      expect(failureOf(run)).toMatchObject({ status: 403, code: 'model_not_permitted' })
    }
    expect(targetsOf(ask('gpt-5.5', 'anthropic', 'gpt-5.5', 'claude-opus-*').offer)).toEqual([
      'anthropic/claude-opus-4-7',
    ])
  })

  test('judges a model that is offered under another name by that name', () => {
    expect(failureOf(() => ask('gpt-5-nano', 'local', 'gpt-*', 'llama*'))).toMatchObject({
      status: 403,
    })
    expect(targetsOf(ask('gpt-5-nano', 'local', 'gpt-*', 'local-chat').offer)).toEqual([
      'local/llama3.3',
    ])
  })

  test('is refused where the operator switched the header off', () => {
    const off = sketchCatalog({ models: { a: 'x/a' }, catalog: { providerHeader: 'off' } })
    const run = () => off.resolve({ name: 'a', provider: 'x', principal: who('*') })
    expect(failureOf(run)).toMatchObject({ status: 403, param: 'x-smartflow-provider' })
  })
})

describe('a provider that an operator forces', () => {
  const force = (name: string, provider: string, ...models: string[]) =>
    catalog.resolveForced({ name, principal: who(...models) }, provider)

  test('answers whoever may ask for the name, whatever its own model is called', () => {
    const forced = force('gpt-5.5', 'anthropic', 'gpt-5.5')
    expect(forced?.offer && targetsOf(forced.offer)).toEqual(['anthropic/claude-opus-4-7'])
    expect(forced?.echo).toBe('gpt-5.5')
  })

  test('does not answer for names it has no counterpart of, nor for those who may not ask', () => {
    expect(force('unrelated', 'anthropic', '*')).toBeUndefined()
    expect(force('gpt-6', 'anthropic', '*')).toBeUndefined()
    expect(force('gpt-5.5', 'anthropic', 'claude-*')).toBeUndefined()
  })
})
