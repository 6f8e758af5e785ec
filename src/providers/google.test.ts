import { describe, expect, test } from 'bun:test'
import { systemClock } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import { providersConfigSchema } from './config.ts'
import { traitsOf } from './index.ts'
import type { EndpointRequest, ProviderTraits } from './provider.ts'

const key = { type: 'gemini', apiKey: 'provider-key' }
const project = {
  type: 'vertex',
  project: 'my-project',
  auth: { type: 'token', token: 'tok-123456' },
}

/** Nobody is asked for anything here. */
function traitsIn(fields: Record<string, unknown>): ProviderTraits {
  const [config] = providersConfigSchema.parse([{ name: 'p', ...fields }])
  if (config === undefined) throw new Error('no provider')
  const fetch = (): Promise<never> => Promise.reject(new Error('no network'))
  return traitsOf(config, { clock: systemClock, fetch, fetchDirectly: fetch })
}

const chat: EndpointRequest = { operation: 'chat', model: 'm', path: '', format: 'gemini' }
const count: EndpointRequest = {
  operation: 'count_tokens',
  model: 'm',
  path: '/models/x:countTokens',
}
const embed: EndpointRequest = {
  operation: 'embeddings',
  model: 'm',
  path: '/models/x:embedContent',
}
const root = 'https://generativelanguage.googleapis.com/v1beta'

describe('the address at the Gemini API', () => {
  test.each([
    [chat, `${root}/models/m:generateContent`],
    [{ ...chat, stream: true }, `${root}/models/m:streamGenerateContent?alt=sse`],
    [{ ...chat, stream: true, format: 'gemini-array' }, `${root}/models/m:streamGenerateContent`],
    [{ ...chat, model: 'a b' }, `${root}/models/a%20b:generateContent`],
    [{ ...chat, model: 'tunedModels/mine' }, `${root}/tunedModels/mine:generateContent`],
    [{ ...chat, operation: 'text_completion' }, `${root}/models/m:generateContent`],
    [count, `${root}/models/m:countTokens`],
    [embed, `${root}/models/m:embedContent`],
    [{ ...embed, path: '/models/x:batchEmbedContents' }, `${root}/models/m:batchEmbedContents`],
    [{ ...embed, path: '/embeddings' }, `${root}/models/m:batchEmbedContents`],
    [{ operation: 'images', model: 'm', path: '/images' }, undefined],
    [{ operation: 'files', model: '', path: '/files' }, undefined],
  ] as const)('of %j is %s', (request, url) => {
    expect(traitsIn(key).url(request)).toBe(url)
  })

  test('follows its configuration', () => {
    const fields = { ...key, baseUrl: 'http://127.0.0.1:1/x/', apiVersion: 'v1' }
    expect(traitsIn(fields).url(chat)).toBe('http://127.0.0.1:1/x/v1/models/m:generateContent')
  })
})

test('bodies that repeat the model of their path name the one at the provider', () => {
  const members = (request: EndpointRequest, body: JsonObject) =>
    traitsIn(key).bodyMembers?.(request, body, () => undefined)
  expect(members(chat, {})).toEqual({})
  expect(members(count, { generateContentRequest: { model: 'models/x', contents: [] } })).toEqual({
    model: undefined,
    generateContentRequest: { model: 'models/m', contents: [] },
  })
  expect(members(embed, { content: {} })).toEqual({ model: 'models/m' })
  const batch = { ...embed, path: '/models/x:batchEmbedContents' }
  expect(members(batch, { requests: [{ model: 'models/x', content: {} }] })).toEqual({
    model: undefined,
    requests: [{ model: 'models/m', content: {} }],
  })
})

describe('the address at Vertex', () => {
  const at = (location: string) => `/v1/projects/my-project/locations/${location}/publishers`

  test.each([
    ['global', 'https://aiplatform.googleapis.com'],
    ['us', 'https://aiplatform.us.rep.googleapis.com'],
    ['eu', 'https://aiplatform.eu.rep.googleapis.com'],
    ['europe-west4', 'https://europe-west4-aiplatform.googleapis.com'],
  ])('depends on the location %s', (location, host) => {
    expect(traitsIn({ ...project, location }).url(chat)).toBe(
      `${host}${at(location)}/google/models/m:generateContent`,
    )
  })

  test('is global where none is named, and that of the configuration where one is', () => {
    const fields = { ...project, baseUrl: 'https://vertex.example/' }
    expect(traitsIn(fields).url(chat)).toBe(
      `https://vertex.example${at('global')}/google/models/m:generateContent`,
    )
  })

  test.each([
    [{ ...chat, stream: true }, 'google/models/m:streamGenerateContent?alt=sse'],
    [{ ...chat, model: 'publishers/meta/models/llama@1' }, 'meta/models/llama@1:generateContent'],
    [count, 'google/models/m:countTokens'],
    [embed, 'google/models/m:predict'],
    [{ ...chat, model: 'claude-x@20250929' }, 'anthropic/models/claude-x@20250929:rawPredict'],
    [{ ...chat, model: 'claude-x', stream: true }, 'anthropic/models/claude-x:streamRawPredict'],
    [{ ...chat, model: 'publishers/anthropic/models/c' }, 'anthropic/models/c:rawPredict'],
    [{ ...count, model: 'claude-x' }, 'anthropic/models/count-tokens:rawPredict'],
  ] as const)('of %j ends with %s', (request, path) => {
    expect(traitsIn(project).url(request)).toBe(
      `https://aiplatform.googleapis.com${at('global')}/${path}`,
    )
  })

  test('of Claude offers no vectors', () => {
    expect(traitsIn(project).url({ ...embed, model: 'claude-x' })).toBeUndefined()
  })

  test('depends on the model in format and body as well', () => {
    const { formatsFor, bodyMembers } = traitsIn(project)
    const names = (model: string) => formatsFor?.(model).map(({ name }) => name)
    expect(names('gemini-2.5-pro')).toEqual(['gemini', 'gemini-array'])
    expect(names('claude-sonnet-4-5')).toEqual(['anthropic-messages'])
    const members = (request: EndpointRequest) => bodyMembers?.(request, {}, () => undefined)
    expect(members(chat)).toEqual({})
    const version = 'vertex-2023-10-16'
    expect(members({ ...chat, model: 'claude-x' })).toEqual({
      anthropic_version: version,
      model: undefined,
    })
    expect(members({ ...count, model: 'claude-x@1' })).toEqual({
      anthropic_version: version,
      model: 'claude-x@1',
    })
  })
})
