import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Warning } from '../format.ts'
import type { NeutralAnswer } from '../neutral.ts'
import { openAiChat } from './index.ts'

const head = { id: 'chatcmpl-1', object: 'chat.completion', created: 1700000000, model: 'gpt-4o' }

function answer(message: JsonObject, choice: JsonObject = {}, rest: JsonObject = {}): JsonObject {
  const first = {
    index: 0,
    message: { role: 'assistant', ...message },
    finish_reason: 'stop',
    ...choice,
  }
  return { ...head, choices: [first], ...rest }
}

function read(message: JsonObject, choice?: JsonObject, rest?: JsonObject): NeutralAnswer {
  return openAiChat.readAnswer(answer(message, choice, rest))
}

describe('reading an answer', () => {
  test('takes thinking from whichever field the server uses', () => {
    const thought = { type: 'reasoning', text: 'Hm.' } as const
    const said = { type: 'text', text: 'Yes.' } as const
    const expected = [thought, said]
    expect(read({ content: 'Yes.', reasoning_content: 'Hm.' }).content).toEqual(expected)
    expect(read({ content: 'Yes.', reasoning: 'Hm.' }).content).toEqual(expected)
    const parts = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
      { type: 'text', text: 'Yes.' },
    ]
    expect(read({ content: parts }).content).toEqual(expected)
    const details = [{ type: 'reasoning.text', text: 'Hm.', signature: 's', format: 'x' }]
    expect(read({ content: 'Yes.', reasoning: 'Hm.', reasoning_details: details }).content).toEqual(
      [{ ...thought, signature: 's' }, said],
    )
  })

  test('takes the text from outside when the details hold only its signature', () => {
    const details = [{ type: 'reasoning.text', signature: 's', index: 0 }]
    expect(read({ reasoning_content: 'Hm.', reasoning_details: details }).content).toEqual([
      { type: 'reasoning', text: 'Hm.', signature: 's' },
    ])
  })

  test('reads a legacy function call and makes an id for it', () => {
    const call = { name: 'weather', arguments: '{}' }
    const { content, stopReason } = read(
      { content: null, function_call: call },
      { finish_reason: 'function_call' },
    )
    expect(content).toEqual([{ type: 'tool-call', id: 'call_chatcmpl-1_0', ...call }])
    expect(stopReason).toBe('tool-calls')
  })

  test('knows why an answer ended even where the server only says stop', () => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }
    expect(read({ content: null, tool_calls: [call] }).stopReason).toBe('tool-calls')
    expect(read({ content: null, refusal: 'No.' }).stopReason).toBe('refusal')
    expect(read({ content: 'a' }, { stop_reason: 'END' })).toMatchObject({
      stopReason: 'stop-sequence',
      stopSequence: 'END',
    })
    expect(read({ content: 'a' }, { stop_reason: 128009 }).stopReason).toBe('end')
    expect(read({ content: 'a' }, { finish_reason: 'model_length' }).stopReason).toBe('max-tokens')
    expect(read({ content: 'a' }, { finish_reason: 'novel' }).stopReason).toBe('other')
  })

  const bad: [string, JsonObject][] = [
    ['without choices', head],
    ['with no choice', { ...head, choices: [] }],
    ['without a message', { ...head, choices: [{ index: 0 }] }],
    ['with a nameless tool call', answer({ tool_calls: [{ id: 'c', function: {} }] })],
  ]
  test.each(bad)('refuses an answer %s', (_, body) => {
    try {
      openAiChat.readAnswer(body)
      throw new Error('the answer was accepted')
    } catch (error) {
      expect(error).toBeInstanceOf(GatewayError)
      if (error instanceof GatewayError) expect(error.code).toBe('provider_bad_answer')
    }
  })
})

describe('reading usage', () => {
  const counts = { prompt_tokens: 12, completion_tokens: 5 }
  const cases: [string, JsonObject, object][] = [
    [
      'OpenAI',
      {
        usage: {
          ...counts,
          prompt_tokens_details: { cached_tokens: 4 },
          completion_tokens_details: { reasoning_tokens: 3 },
        },
      },
      { cacheReadTokens: 4, reasoningTokens: 3 },
    ],
    [
      'OpenRouter',
      { usage: { ...counts, prompt_tokens_details: { cache_write_tokens: 4 } } },
      { cacheWriteTokens: 4 },
    ],
    ['DeepSeek', { usage: { ...counts, prompt_cache_hit_tokens: 4 } }, { cacheReadTokens: 4 }],
    ['Moonshot', { usage: { ...counts, cached_tokens: 4 } }, { cacheReadTokens: 4 }],
    ['OpenRouter’s charge', { usage: { ...counts, cost: 0.00014 } }, { chargedNanoUsd: 140_000 }],
    ['Groq', { usage: null, x_groq: { usage: counts } }, {}],
    [
      'xAI, which counts reasoning apart',
      {
        usage: { ...counts, total_tokens: 37, completion_tokens_details: { reasoning_tokens: 20 } },
      },
      { outputTokens: 25, reasoningTokens: 20 },
    ],
  ]
  test.each(cases)('understands %s', (_, body, expected) => {
    expect(openAiChat.readUsage(body)).toEqual({ inputTokens: 12, outputTokens: 5, ...expected })
  })

  test('finds none where there is none', () => {
    expect(openAiChat.readUsage({})).toBeUndefined()
    expect(openAiChat.readUsage({ usage: null })).toBeUndefined()
    expect(openAiChat.readUsage({ usage: { prompt_tokens: 'many' } })).toBeUndefined()
  })
})

describe('writing an answer', () => {
  const plain: NeutralAnswer = {
    id: 'msg_1',
    model: 'claude',
    createdAt: 5,
    content: [],
    stopReason: 'end',
  }

  test('has every field that OpenAI promises', () => {
    const content = [{ type: 'text', text: 'Hi' }] as const
    const usage = { inputTokens: 3, outputTokens: 2, cacheReadTokens: 1 }
    expect(
      JSON.parse(JSON.stringify(openAiChat.writeAnswer({ ...plain, content, usage }, fail))),
    ).toEqual({
      id: 'msg_1',
      object: 'chat.completion',
      created: 5,
      model: 'claude',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hi', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 3,
        completion_tokens: 2,
        total_tokens: 5,
        prompt_tokens_details: { cached_tokens: 1 },
      },
    })
  })

  test('joins text blocks and reports what has no place', () => {
    const warnings: Warning[] = []
    const content = [
      { type: 'text', text: 'a' },
      { type: 'image', source: { type: 'url', url: 'https://example.com' } },
      { type: 'text', text: 'b' },
    ] as const
    const body = openAiChat.writeAnswer({ ...plain, content }, (warning) => warnings.push(warning))
    expect(body).toHaveProperty('choices.0.message.content', 'ab')
    expect(warnings).toEqual([{ type: 'dropped', field: 'content[1]' }])
  })

  test('calls a refusal without words a content filter', () => {
    const silent = openAiChat.writeAnswer({ ...plain, stopReason: 'refusal' }, fail)
    expect(silent).toHaveProperty('choices.0.finish_reason', 'content_filter')
    const content = [{ type: 'refusal', text: 'No.' }] as const
    const spoken = openAiChat.writeAnswer({ ...plain, content, stopReason: 'refusal' }, fail)
    expect(spoken).toHaveProperty('choices.0.finish_reason', 'stop')
    expect(spoken).toHaveProperty(
      'choices.0.message',
      expect.objectContaining({ content: null, refusal: 'No.' }),
    )
  })

  function fail(warning: Warning): void {
    throw new Error(`unexpected warning: ${warning.field}`)
  }
})

describe('writing an error', () => {
  const view = { message: 'No.', requestId: 'req_1', source: 'gateway' } as const
  test.each([
    [400, 'invalid_request', 'invalid_request_error', 'invalid_request'],
    [401, 'invalid_key', 'authentication_error', 'invalid_api_key'],
    [403, 'blocked_by_policy', 'permission_error', 'blocked_by_policy'],
    [404, 'model_not_found', 'invalid_request_error', 'model_not_found'],
    [429, 'rate_limited', 'rate_limit_error', 'rate_limit_exceeded'],
    [503, 'overloaded', 'server_error', 'overloaded'],
    [529, 'provider_error', 'server_error', 'provider_error'],
  ])('%d %s is a %s', (status, code, type, wireCode) => {
    expect(openAiChat.writeError({ ...view, status, code })).toEqual({
      error: {
        message: 'No.',
        type,
        param: null,
        code: wireCode,
        source: 'gateway',
        request_id: 'req_1',
      },
    })
  })

  test('ends a stream without its terminator', () => {
    const text = openAiChat.writeStreamError({
      ...view,
      status: 502,
      code: 'provider_stream_cut',
      param: 'x',
    })
    expect(text).toMatch(/^data: \{"error":\{.*"param":"x".*\}\}\n\n$/)
  })
})

describe('reading an error', () => {
  const cases: [string, unknown, object][] = [
    [
      'OpenAI',
      {
        error: {
          message: 'Bad.',
          type: 'invalid_request_error',
          param: 'model',
          code: 'model_not_found',
        },
      },
      { message: 'Bad.', type: 'invalid_request_error', param: 'model', code: 'model_not_found' },
    ],
    [
      'Azure',
      { error: { code: '429', message: 'Slow down.' } },
      { message: 'Slow down.', code: '429' },
    ],
    [
      'API Management',
      { statusCode: 401, message: 'Access denied.' },
      { message: 'Access denied.' },
    ],
    ['FastAPI', { detail: 'Not found' }, { message: 'Not found' }],
    [
      'FastAPI validation',
      { detail: [{ loc: ['body', 'messages', 0], msg: 'field required', type: 'missing' }] },
      { message: 'body.messages.0: field required' },
    ],
    [
      'vLLM',
      { object: 'error', message: 'Too long.', type: 'BadRequestError', param: null, code: 400 },
      { message: 'Too long.', type: 'BadRequestError', code: '400' },
    ],
    [
      'Mistral',
      {
        object: 'error',
        message: { detail: [{ loc: ['body'], msg: 'bad' }] },
        type: 'invalid_request_error',
      },
      { message: 'body: bad', type: 'invalid_request_error' },
    ],
    ['Ollama', { error: 'model not found' }, { message: 'model not found' }],
    [
      'Gemini',
      [{ error: { code: 400, message: 'Bad.', status: 'INVALID' } }],
      { message: 'Bad.', code: '400' },
    ],
    ['an empty object', {}, { message: 'The provider answered with status 418.' }],
    ['an array', [], { message: 'The provider answered with status 418.' }],
  ]
  test.each(cases)('understands %s', (_, body, expected) => {
    expect(openAiChat.readError(418, JSON.stringify(body))).toEqual({
      status: 418,
      message: '',
      ...expected,
    })
  })

  test('says only the status when the body is not JSON', () => {
    const fault = openAiChat.readError(502, '<html>secret</html>')
    expect(fault).toEqual({ status: 502, message: 'The provider answered with status 502.' })
  })
})
