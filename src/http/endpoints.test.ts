import { describe, expect, test } from 'bun:test'
import { dialectOf, findEndpoint } from './endpoints.ts'

describe('the endpoint of a path', () => {
  for (const [path, operation, format, behind] of [
    ['/v1/chat/completions', 'chat', 'openai-chat', '/chat/completions'],
    ['/v1/completions', 'text_completion', 'openai-completions', '/completions'],
    ['/v1/responses', 'chat', 'openai-responses', '/responses'],
    ['/openai/responses', 'chat', 'openai-responses', '/responses'],
    ['/openai/v1/responses', 'chat', 'openai-responses', '/responses'],
    ['/v1/embeddings', 'embeddings', 'openai-chat', '/embeddings'],
    ['/v1/moderations', 'moderations', 'openai-chat', '/moderations'],
    ['/v1/audio/speech', 'audio', 'openai-chat', '/audio/speech'],
    ['/v1/audio/transcriptions', 'audio', 'openai-chat', '/audio/transcriptions'],
    ['/v1/audio/translations', 'audio', 'openai-chat', '/audio/translations'],
    ['/v1/images/generations', 'images', 'openai-chat', '/images/generations'],
    ['/v1/images/edits', 'images', 'openai-chat', '/images/edits'],
    ['/v1/images/variations', 'images', 'openai-chat', '/images/variations'],
    ['/v1/rerank', 'rerank', 'openai-chat', '/rerank'],
    ['/v1/messages', 'chat', 'anthropic-messages', '/messages'],
    ['/anthropic/v1/messages', 'chat', 'anthropic-messages', '/messages'],
    ['/v1/messages/count_tokens', 'count_tokens', 'anthropic-messages', '/messages/count_tokens'],
  ] as const) {
    test(`${path} is ${operation}, and drops a query`, () => {
      const endpoint = { type: 'call', operation, format, methods: ['POST'], path: behind }
      expect(findEndpoint(path, '')).toMatchObject(endpoint)
      expect(findEndpoint(path, '?beta=true')).toMatchObject(endpoint)
    })
  }

  for (const [path, operation, format, behind] of [
    ['chat/completions', 'chat', 'openai-chat', '/chat/completions'],
    ['completions', 'text_completion', 'openai-completions', '/completions'],
    ['embeddings', 'embeddings', 'openai-chat', '/embeddings'],
    ['audio/transcriptions', 'audio', 'openai-chat', '/audio/transcriptions'],
    ['images/generations', 'images', 'openai-chat', '/images/generations'],
  ] as const) {
    test(`a deployment of Azure is a model for ${path}`, () => {
      const endpoint = { type: 'call', operation, format, methods: ['POST'], path: behind }
      expect(findEndpoint(`/openai/deployments/a%2Fb/${path}`, '?api-version=1')).toEqual({
        ...endpoint,
        deployment: 'a/b',
      } as never)
      expect(findEndpoint(`/openai/v1/${path}`, '')).toMatchObject(endpoint)
    })
  }

  test('files are asked for with the query of the client, but no version of an API', () => {
    const query = '?api-version=preview&limit=2&purpose=batch'
    expect(findEndpoint('/openai/v1/files', query)).toMatchObject({
      path: '/files?limit=2&purpose=batch',
    })
    expect(findEndpoint('/v1/batches/b1', '?api-version=1')).toMatchObject({ path: '/batches/b1' })
  })

  test('what Azure has no deployment for has none here', () => {
    for (const path of ['responses', 'messages', 'files', 'rerank', 'models', '']) {
      expect(findEndpoint(`/openai/deployments/a/${path}`, '')).toBeUndefined()
    }
    expect(findEndpoint('/openai/deployments//chat/completions', '')).toBeUndefined()
    expect(findEndpoint('/openai/v1/models/a', '')).toEqual({ type: 'models', id: 'a' })
  })

  for (const [path, operation] of [
    ['/v1/files', 'files'],
    ['/v1/files/file-1', 'files'],
    ['/v1/files/file-1/content', 'files'],
    ['/v1/batches', 'batches'],
    ['/v1/batches/batch_1/cancel', 'batches'],
  ] as const) {
    test(`${path} is ${operation}, and keeps its query`, () => {
      expect(findEndpoint(path, '?after=x&limit=2')).toMatchObject({
        type: 'call',
        operation,
        methods: ['GET', 'POST', 'DELETE'],
        path: `${path.slice(3)}?after=x&limit=2`,
      })
    })
  }

  for (const [path, methods, behind] of [
    ['/v1/responses/resp_1', ['GET', 'DELETE'], '/responses/resp_1'],
    ['/openai/responses/resp_1', ['GET', 'DELETE'], '/responses/resp_1'],
    ['/openai/v1/responses/resp_1/cancel', ['POST'], '/responses/resp_1/cancel'],
    ['/v1/responses/resp_1/input_items', ['GET'], '/responses/resp_1/input_items'],
  ] as const) {
    test(`${path} is about a response, without the version of another API`, () => {
      const endpoint = { operation: 'responses', format: 'openai-responses', methods }
      expect(findEndpoint(path, '')).toMatchObject({ ...endpoint, path: behind })
      expect(findEndpoint(path, '?api-version=1&limit=2')).toMatchObject({
        ...endpoint,
        path: `${behind}?limit=2`,
      })
    })
  }

  for (const [path, query, endpoint] of [
    [
      '/gemini/v1beta/models/m:generateContent',
      '',
      { operation: 'chat', format: 'gemini', target: { model: 'm', stream: false } },
    ],
    [
      '/gemini/v1/models/m:streamGenerateContent',
      '?alt=sse',
      { operation: 'chat', format: 'gemini', target: { model: 'm', stream: true } },
    ],
    [
      '/v1beta/models/m:streamGenerateContent',
      '',
      { operation: 'chat', format: 'gemini-array', target: { model: 'm', stream: true } },
    ],
    [
      '/v1beta/models/m:streamGenerateContent',
      '?alt=json',
      { operation: 'chat', format: 'gemini-array', target: { model: 'm', stream: true } },
    ],
    [
      '/v1/models/m:generateContent',
      '',
      { operation: 'chat', format: 'gemini', target: { model: 'm', stream: false } },
    ],
    [
      '/gemini/v1beta/models/m:countTokens',
      '',
      { operation: 'count_tokens', format: 'gemini', path: '/models/m:countTokens' },
    ],
    [
      '/gemini/v1beta/models/m:embedContent',
      '',
      { operation: 'embeddings', format: 'gemini', path: '/models/m:embedContent' },
    ],
    [
      '/gemini/v1beta/models/m:batchEmbedContents',
      '',
      { operation: 'embeddings', format: 'gemini' },
    ],
    [
      '/v1beta/models/ollama/llama3:8b:generateContent',
      '',
      { target: { model: 'ollama/llama3:8b', stream: false } },
    ],
    [
      '/v1beta/models/ollama%2Fgpt%204.1:generateContent',
      '',
      { target: { model: 'ollama/gpt 4.1', stream: false } },
    ],
    [
      '/vertex/v1/projects/p/locations/l/publishers/google/models/m:generateContent',
      '',
      { operation: 'chat', format: 'gemini', target: { model: 'm', stream: false } },
    ],
    [
      '/vertex/v1beta1/publishers/google/models/m:streamGenerateContent',
      '?alt=sse',
      { format: 'gemini', target: { model: 'm', stream: true } },
    ],
    [
      '/vertex/v1/projects/p/locations/l/publishers/anthropic/models/claude@1:rawPredict',
      '',
      {
        operation: 'chat',
        format: 'anthropic-messages',
        target: { model: 'claude@1', stream: false },
      },
    ],
    [
      '/vertex/v1/projects/p/locations/l/publishers/anthropic/models/c:streamRawPredict',
      '',
      { target: { model: 'c', stream: true } },
    ],
    [
      '/vertex/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict',
      '',
      { operation: 'count_tokens', path: '/messages/count_tokens' },
    ],
  ] as const) {
    test(`${path}${query} names its model and its method`, () => {
      expect(findEndpoint(path, query)).toMatchObject({
        type: 'call',
        methods: ['POST'],
        ...endpoint,
      })
    })
  }

  test('of a model in the Gemini API is told from that of a method', () => {
    expect(findEndpoint('/gemini/v1beta/models', '')).toEqual({ type: 'models', id: undefined })
    expect(findEndpoint('/v1beta/models/a%2Fb', '')).toEqual({ type: 'models', id: 'a/b' })
    expect(findEndpoint('/v1beta/models/llama3:8b', '')).toEqual({
      type: 'models',
      id: 'llama3:8b',
    })
    expect(findEndpoint('/v1/models/llama3:8b', '')).toEqual({ type: 'models', id: 'llama3:8b' })
    expect(dialectOf(undefined, '/gemini/v1beta/nothing', new Headers())).toBe('gemini')
    const google = new Headers({ 'x-goog-api-key': 'k' })
    expect(dialectOf({ type: 'models', id: undefined }, '/v1/models', google)).toBe('gemini')
    expect(dialectOf({ type: 'models', id: undefined }, '/v1/models', new Headers())).toBe(
      'openai-chat',
    )
  })

  for (const path of [
    '/v1beta/models/:generateContent',
    '/v1beta/models/models%2F:generateContent',
    '/vertex/v1/projects/p/locations/l/publishers/anthropic/models/c:generateContent',
    '/vertex/v1/projects/p/locations/l/publishers/google/models/m:rawPredict',
    '/vertex/v1/projects/p/locations/l/publishers/meta/models/m:generateContent',
    '/gemini/v1beta/files',
    '',
    '/',
    '/v1',
    '/v1/',
    '/v1/chat/completions/',
    '/v1/chat/completions/x',
    '/V1/chat/completions',
    '/v2/chat/completions',
    '/chat/completions',
    '/v1/responses/',
    '/v1/responses/a/b',
    '/v1/responses/..%2fmodels',
    '/openai/v2/responses/a',
    '/v1/files/',
    '/v1/files/../models',
    '/v1/files/..%2fmodels',
    '/v1/files/a/b',
    '/v1/files/a/content/b',
    `/v1/files/${'a'.repeat(129)}`,
    '/v1/fine_tuning/jobs',
    '/v1/__proto__',
    'constructor',
  ]) {
    test(`${path.slice(0, 40) || 'nothing'} is none`, () => {
      expect(findEndpoint(path, '')).toBeUndefined()
    })
  }

  test('names a model with whatever characters it has', () => {
    expect(findEndpoint('/v1/models/meta-llama%2FLlama-3%3A8b', '')).toEqual({
      type: 'models',
      id: 'meta-llama/Llama-3:8b',
    })
    expect(findEndpoint('/anthropic/v1/models/a/b', '')).toEqual({ type: 'models', id: 'a/b' })
    expect(findEndpoint('/v1/models/%zz', '')).toEqual({ type: 'models', id: '%zz' })
    expect(findEndpoint('/v1/models', '')).toEqual({ type: 'models', id: undefined })
  })
})

describe('the dialect of a caller', () => {
  const dialect = (path: string, headers: Record<string, string> = {}): string =>
    dialectOf(findEndpoint(path, ''), path, new Headers(headers))

  test('is that of the endpoint, whatever the headers say', () => {
    const anthropic = { 'anthropic-version': '2023-06-01' }
    expect(dialect('/v1/chat/completions', anthropic)).toBe('openai-chat')
    expect(dialect('/v1/completions')).toBe('openai-completions')
    expect(dialect('/v1/messages')).toBe('anthropic-messages')
  })

  test('is Anthropic’s on its paths and for its clients where there is no endpoint of a format', () => {
    expect(dialect('/anthropic/v1/nowhere')).toBe('anthropic-messages')
    expect(dialect('/v1/messages/nowhere')).toBe('anthropic-messages')
    expect(dialect('/v1/models', { 'anthropic-version': '2023-06-01' })).toBe('anthropic-messages')
    expect(dialect('/v1/models')).toBe('openai-chat')
    expect(dialect('/nowhere')).toBe('openai-chat')
  })
})
