import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../core/errors.ts'
import type { Question } from '../core/call.ts'
import type { Principal } from '../core/principal.ts'
import { createCatalog } from './catalog.ts'
import type { OfferedModel } from './catalog.ts'

function offers(...names: readonly string[]): Map<string, OfferedModel> {
  return new Map(names.map((name) => [name, { name, order: () => [] }]))
}

function who(...models: readonly string[]): Principal {
  return { id: 'ana', kind: 'user', tenant: 'default', groups: [], authenticatedBy: 'key', models }
}

function questionOf(principal: Principal, provider?: string): Question {
  return {
    call: {
      requestId: 'req_1',
      traceparent: undefined,
      operation: 'files',
      clientFormat: 'openai-chat',
      method: 'GET',
      path: '/files',
      headers: new Headers(provider === undefined ? {} : { 'x-smartflow-provider': provider }),
      sourceAddress: undefined,
      startedAt: 0,
      signal: new AbortController().signal,
      readBody: () => Promise.resolve(new Uint8Array()),
      onEnd: () => undefined,
    },
    principal,
    body: { bytes: new Uint8Array(), contentType: '', text: undefined, json: undefined },
    model: '',
    stream: false,
  }
}

function failureOf(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    if (error instanceof GatewayError) {
      return { code: error.code, status: error.status, message: error.message, param: error.param }
    }
  }
  return undefined
}

const catalog = createCatalog(
  offers('gpt-4o', 'gpt-4o-mini', 'claude-sonnet', 'secret'),
  offers('first', 'second'),
)

describe('a model by name', () => {
  test('is offered to who may use it, by full name or by pattern', () => {
    for (const models of [['gpt-4o'], ['*'], ['gpt-*'], ['claude-*', '*-4o'], ['g*4*o']]) {
      expect(catalog.resolve('gpt-4o', who(...models)).name).toBe('gpt-4o')
    }
  })

  test('is a 403 for who may not use it, and a 404 when nobody offers it', () => {
    expect(failureOf(() => catalog.resolve('gpt-4o', who('claude-*')))).toMatchObject({
      code: 'model_not_permitted',
      status: 403,
      param: 'model',
    })
    expect(failureOf(() => catalog.resolve('gpt-4o', who()))).toMatchObject({ status: 403 })
    expect(failureOf(() => catalog.resolve('gpt-5', who('*')))).toMatchObject({
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
      expect(failureOf(() => catalog.resolve(name, who('*')))).toMatchObject({ status: 404 })
    }
  })

  test('is suggested when a name is nearly right, but never one that the caller may not use', () => {
    expect(failureOf(() => catalog.resolve('gpt4o-mini', who('*')))).toMatchObject({
      message: expect.stringContaining("Did you mean 'gpt-4o-mini'?"),
    })
    expect(failureOf(() => catalog.resolve('secrets', who('gpt-*')))).toMatchObject({
      message: "The model 'secrets' is not offered here.",
    })
    expect(failureOf(() => catalog.resolve('x'.repeat(5000), who('*')))).toMatchObject({
      message: expect.stringMatching(/^The model 'x{100}…' is not offered here\.$/),
    })
  })

  test('is listed in the order of the configuration for who may use it', () => {
    expect(catalog.list(who('*'))).toEqual(['gpt-4o', 'gpt-4o-mini', 'claude-sonnet', 'secret'])
    expect(catalog.list(who('claude-*', 'gpt-4o'))).toEqual(['gpt-4o', 'claude-sonnet'])
    expect(catalog.list(who())).toEqual([])
  })
})

describe('an endpoint without a model', () => {
  const resolve = (keeper?: string, provider?: string, models = ['*']): OfferedModel =>
    catalog.resolveWithoutModel(questionOf(who(...models), provider), keeper)

  test('goes to who keeps what is named, then to who is asked for, then to the first', () => {
    expect(resolve('second', 'first').name).toBe('second')
    expect(resolve(undefined, 'second').name).toBe('second')
    expect(resolve().name).toBe('first')
  })

  test('is a 403 without the right to every model, many patterns notwithstanding', () => {
    for (const models of [[], ['gpt-*'], ['gpt-*', 'claude-*', 's*'], ['**']]) {
      expect(failureOf(() => resolve(undefined, undefined, models))).toMatchObject({
        code: 'model_not_permitted',
      })
    }
  })

  test('is a 501 when no such provider offers it', () => {
    for (const run of [
      () => resolve(undefined, 'third'),
      () => resolve('gone'),
      () => createCatalog(offers(), offers()).resolveWithoutModel(questionOf(who('*')), undefined),
    ]) {
      expect(failureOf(run)).toMatchObject({ code: 'not_supported', status: 501 })
    }
  })
})
