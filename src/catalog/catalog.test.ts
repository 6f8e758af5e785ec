import { describe, expect, test } from 'bun:test'
import type { Question } from '../core/call.ts'
import type { Principal } from '../core/principal.ts'
import { makeCall, makeQuestion } from '../../test/support/question.ts'
import { createCatalog } from './catalog.ts'
import type { ModelConfig } from './config.ts'
import { plainModel } from './aliases-config.ts'
import { failureOf, sketchCatalog, sketchParts, targetsOf, who } from './testing/catalog.ts'

const catalog = sketchCatalog({
  models: {
    'gpt-4o': 'openai/gpt-4o',
    'gpt-4o-mini': 'openai/gpt-4o-mini',
    'claude-sonnet': 'anthropic/claude-sonnet-4-6',
    secret: 'local/secret',
  },
})

function resolve(name: string, principal = who('*')): string {
  return catalog.resolve({ name, principal }).offer.name
}

describe('a model by name', () => {
  test('is offered to who may use it, by full name or by pattern', () => {
    for (const models of [['gpt-4o'], ['*'], ['gpt-*'], ['claude-*', '*-4o'], ['g*4*o']]) {
      expect(resolve('gpt-4o', who(...models))).toBe('gpt-4o')
    }
  })

  test('is a 403 for who may not use it, and a 404 when nobody offers it', () => {
    expect(failureOf(() => resolve('gpt-4o', who('claude-*')))).toMatchObject({
      code: 'model_not_permitted',
      status: 403,
      param: 'model',
    })
    expect(failureOf(() => resolve('gpt-4o', who()))).toMatchObject({ status: 403 })
    expect(failureOf(() => resolve('gpt-5'))).toMatchObject({
      code: 'model_not_found',
      status: 404,
      param: 'model',
    })
  })

  test('is exactly its name: no other case, no part, no field of an object', () => {
    for (const name of [
      'GPT-4o',
      'gpt-4',
      'gpt-4o ',
      '__proto__',
      'constructor',
      'toString',
      '*',
    ]) {
      expect(failureOf(() => resolve(name))).toMatchObject({ status: 404 })
    }
  })

  test('is suggested when a name is nearly right, but never one that the caller may not use', () => {
    expect(failureOf(() => resolve('gpt4o-mini'))).toMatchObject({
      message: expect.stringContaining("Did you mean 'gpt-4o-mini'?"),
    })
    expect(failureOf(() => resolve('secrets', who('gpt-*')))).toMatchObject({
      message: "The model 'secrets' is not offered here.",
    })
    expect(failureOf(() => resolve('x'.repeat(5000)))).toMatchObject({
      message: expect.stringMatching(/^The model 'x{100}…' is not offered here\.$/),
    })
  })

  test('is answered under the name its provider gives it, unless the operator wants the asked one', () => {
    expect(catalog.resolve({ name: 'claude-sonnet', principal: who('*') }).echo).toBeUndefined()
    const always = sketchCatalog({ models: { a: 'x/b' }, catalog: { echoAskedModel: 'always' } })
    expect(always.resolve({ name: 'a', principal: who('*') }).echo).toBe('a')
  })
})

describe('an alias', () => {
  const aliased = sketchCatalog({
    models: { 'gpt-4o-mini': 'openai/gpt-4o-mini', 'claude-*': 'anthropic/*' },
    aliases: {
      fast: 'small',
      small: 'gpt-4o-mini',
      smart: 'claude-opus-4-7',
      constructor: 'gpt-4o-mini',
      circle: 'circle',
    },
  })
  const ask = (name: string, ...models: string[]) =>
    aliased.resolve({ name, principal: who(...models) })

  test('leads to the model it stands for, by way of others and of wildcards', () => {
    expect(ask('fast', '*').offer.name).toBe('gpt-4o-mini')
    expect(targetsOf(ask('smart', '*').offer)).toEqual(['anthropic/claude-opus-4-7'])
    expect(ask('constructor', '*').offer.name).toBe('gpt-4o-mini')
    expect(failureOf(() => ask('toString', '*'))).toMatchObject({ status: 404 })
  })

  test('shares the offer of its model, with its round-robin, its breaker and everything', () => {
    expect(ask('fast', '*').offer).toBe(ask('gpt-4o-mini', '*').offer)
  })

  test('is permitted by its own name, or by a name it stands for, and by no other', () => {
    for (const pattern of ['fast', 'small', 'gpt-*', 'f*']) {
      expect(ask('fast', pattern).offer.name).toBe('gpt-4o-mini')
    }
    for (const pattern of ['smart', 'claude-*', 'openai/*', '']) {
      expect(failureOf(() => ask('fast', pattern))).toMatchObject({ status: 403 })
    }
    expect(failureOf(() => ask('gpt-4o-mini', 'fast'))).toMatchObject({ status: 403 })
  })

  test('is echoed in answers, unless the operator wants the provider’s name', () => {
    expect(ask('fast', '*').echo).toBe('fast')
    expect(ask('gpt-4o-mini', '*').echo).toBeUndefined()
    const never = sketchCatalog({
      models: { a: 'x/a' },
      aliases: { b: 'a' },
      catalog: { echoAskedModel: 'never' },
    })
    expect(never.resolve({ name: 'b', principal: who('*') }).echo).toBeUndefined()
  })

  test('that leads round in a circle is a 404, not a hang', () => {
    expect(failureOf(() => ask('circle', '*'))).toMatchObject({ status: 404 })
  })
})

describe('the suffix of a long context', () => {
  const long = sketchCatalog({
    models: { 'claude-*': 'anthropic/*', 'odd[1m]': 'x/odd', exact: 'x/exact' },
    aliases: { smart: 'claude-opus-4-7' },
  })
  const ask = (name: string, ...models: string[]) =>
    long.resolve({ name, principal: who(...models) })

  test('is no part of the name: look-up, permission and provider go without it', () => {
    for (const suffix of ['[1m]', '[1M]']) {
      const { offer, longContext, echo } = ask(`claude-sonnet-4-5${suffix}`, 'claude-sonnet-4-5')
      expect(targetsOf(offer)).toEqual(['anthropic/claude-sonnet-4-5'])
      expect(longContext).toBe(true)
      expect(echo).toBeUndefined()
    }
    expect(ask('smart[1m]', 'smart')).toMatchObject({ longContext: true, echo: 'smart' })
    expect(ask('exact[1m]', '*')).toMatchObject({ longContext: true })
    expect(ask('claude-sonnet-4-5', '*').longContext).toBe(false)
  })

  test('is taken off once only, and not from a model that bears it by name', () => {
    expect(ask('odd[1m]', '*')).toMatchObject({ longContext: false, offer: { name: 'odd[1m]' } })
    expect(failureOf(() => ask('claude-x[1m][1m]', '*'))).toMatchObject({ status: 404 })
    expect(failureOf(() => ask('claude-x[2m]', '*'))).toMatchObject({ status: 404 })
  })

  test('opens no way around permissions', () => {
    expect(failureOf(() => ask('claude-opus[1m]', 'claude-sonnet*'))).toMatchObject({ status: 403 })
  })
})

describe('lists', () => {
  const listed = sketchCatalog({
    models: {
      b: 'two/b',
      'ollama/*': 'ollama/$1',
      a: 'one/a',
      'gpt-*': 'openai/*',
      'gpt-4*': 'azure/*',
      '*': 'elsewhere/*',
    },
    aliases: { fast: 'a', smart: 'gpt-5.5' },
    tiers: [{ name: 'fast', models: { ollama: ['llama3.3', 'phi*'], openai: 'gpt-5-nano' } }],
    known: { openai: ['gpt-5.5', 'gpt-4o', 'o3'], azure: ['gpt-4o', 'gpt-4.1'] },
  })
  const names = (...models: string[]): string[] =>
    listed.list(who(...models)).map(({ name }) => name)

  test('name the configured in their order, then aliases, then what is known behind wildcards', () => {
    expect(listed.list(who('*'))).toEqual([
      { name: 'b', ownedBy: 'two' },
      { name: 'a', ownedBy: 'one' },
      { name: 'fast', ownedBy: 'one' },
      { name: 'smart', ownedBy: 'openai' },
      { name: 'ollama/llama3.3', ownedBy: 'ollama' },
      { name: 'gpt-5-nano', ownedBy: 'openai' },
      { name: 'gpt-5.5', ownedBy: 'openai' },
      { name: 'gpt-4o', ownedBy: 'azure' },
      { name: 'gpt-4.1', ownedBy: 'azure' },
    ])
  })

  test('hold exactly what the caller may ask for', () => {
    expect(names('a')).toEqual(['a', 'fast'])
    expect(names('fast')).toEqual(['fast'])
    expect(names('gpt-4*')).toEqual(['gpt-4o', 'gpt-4.1'])
    expect(names()).toEqual([])
    for (const name of names('*')) expect(listed.find(name, who(name))?.name).toBe(name)
  })

  test('leave out what only a wildcard knows, which can be asked for by name all the same', () => {
    expect(names('*')).not.toContain('gpt-99')
    expect(listed.find('gpt-99', who('gpt-*'))).toEqual({ name: 'gpt-99', ownedBy: 'openai' })
    expect(listed.find('gpt-99', who('claude-*'))).toBeUndefined()
    expect(listed.find('../x', who('*'))).toBeUndefined()
  })
})

describe('an endpoint without a model', () => {
  const stores = new Map(
    ['first', 'second'].map((name) => [name, plainModel(name, { provider: name, model: 'm' })]),
  )
  const storing = createCatalog({ ...sketchParts({}), stores })
  const ask = (keeper?: string, provider?: string, models = ['*']): ModelConfig =>
    storing.resolveWithoutModel(questionOf(who(...models), provider), keeper)

  test('goes to who keeps what is named, then to who is asked for, then to the first', () => {
    expect(ask('second', 'first').name).toBe('second')
    expect(ask(undefined, 'second').name).toBe('second')
    expect(ask().name).toBe('first')
  })

  test('is a 403 without the right to every model, many patterns notwithstanding', () => {
    for (const models of [[], ['gpt-*'], ['gpt-*', 'claude-*', 's*'], ['**']]) {
      expect(failureOf(() => ask(undefined, undefined, models))).toMatchObject({
        code: 'model_not_permitted',
      })
    }
  })

  test('lets nobody choose its provider where callers may not', () => {
    const parts = sketchParts({ catalog: { providerHeader: 'off' } })
    const fixed = createCatalog({ ...parts, stores })
    const question = questionOf(who('*'), 'second')
    expect(failureOf(() => fixed.resolveWithoutModel(question, 'second'))).toMatchObject({
      code: 'model_not_permitted',
      param: 'x-smartflow-provider',
    })
    expect(fixed.resolveWithoutModel(questionOf(who('*')), 'second').name).toBe('second')
  })

  test('is a 501 when no such provider offers it', () => {
    for (const run of [
      () => ask(undefined, 'third'),
      () => ask('gone'),
      () => sketchCatalog({}).resolveWithoutModel(questionOf(who('*')), undefined),
    ]) {
      expect(failureOf(run)).toMatchObject({ code: 'not_supported', status: 501 })
    }
  })
})

function questionOf(principal: Principal, provider?: string): Question {
  const headers = new Headers(provider === undefined ? {} : { 'x-smartflow-provider': provider })
  return makeQuestion({ principal, model: '', call: makeCall({ operation: 'files', headers }) })
}
