import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { failureClasses } from '../core/failure.ts'
import { anthropicMessages, openAiChat } from '../formats/index.ts'
import { classifyFault, refusesCredentials } from './failure-class.ts'

const openAi = (status: number, error: object): ReturnType<typeof classifyFault> =>
  classifyFault(openAiChat.readError(status, JSON.stringify({ error })))
const anthropic = (status: number, type: string, message: string) =>
  classifyFault(
    anthropicMessages.readError(
      status,
      JSON.stringify({ type: 'error', error: { type, message } }),
    ),
  )
const says = (status: number, message: string) => classifyFault({ status, message })

describe('an error of a provider', () => {
  test('is a matter of the context window, whichever way it says so', () => {
    expect(openAi(400, { code: 'context_length_exceeded', message: 'x' })).toBe('context-window')
    expect(
      anthropic(400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
    ).toBe('context-window')
    expect(anthropic(413, 'request_too_large', 'Request exceeds the maximum size')).toBe(
      'context-window',
    )
    for (const message of [
      'input length and `max_tokens` exceed context limit: 199000 + 20000 > 200000',
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      'Input is too long for requested model.',
      'Prompt contains 40000 tokens, too large for model with 32768 maximum context length',
      "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens",
      "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
      'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097',
      'too many tokens: total number of tokens in the prompt cannot exceed 4081',
      'the request exceeds the available context size. try increasing the context size',
      'the input length exceeds the context length',
    ]) {
      expect([message, says(400, message)]).toEqual([message, 'context-window'])
    }
  })

  test('is a matter of content policy, whichever way it says so', () => {
    expect(openAi(400, { code: 'content_filter', message: 'x' })).toBe('content-policy')
    expect(openAi(400, { code: 'content_policy_violation', message: 'x' })).toBe('content-policy')
    for (const message of [
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
      'Output blocked by content filtering policy',
      'This request has been blocked by our content filters.',
      'Your chosen model requires moderation and your input was flagged for "violence".',
      'Invalid prompt: your prompt was flagged as potentially violating our usage policy.',
      'Content violates usage guidelines.',
      'Content Exists Risk',
      'blocked output: please try again or rephrase',
    ]) {
      expect([message, says(400, message)]).toEqual([message, 'content-policy'])
      expect(says(403, message)).toBe('content-policy')
    }
  })

  test('is a rate limit by status or by name, and an overload is the fault of the server', () => {
    expect(openAi(429, { code: 'insufficient_quota', message: 'x' })).toBe('rate-limit')
    expect(openAi(413, { code: 'rate_limit_exceeded', message: 'Request too large' })).toBe(
      'rate-limit',
    )
    expect(classifyFault({ status: 400, type: 'ThrottlingException', message: 'x' })).toBe(
      'rate-limit',
    )
    expect(anthropic(529, 'overloaded_error', 'Overloaded')).toBe('server-error')
    expect(says(504, 'x')).toBe('timeout')
    expect(says(408, 'x')).toBe('timeout')
    expect(says(503, 'x')).toBe('server-error')
  })

  test('is the fault of the request in every other case of a 4xx', () => {
    for (const message of [
      "Unsupported parameter: 'max_tokens'",
      'messages: at least one message is required',
      "Invalid value for 'content': expected a string",
      'The model `gpt-9` does not exist',
      'max_tokens: 200000 > 8192, which is the maximum allowed number of output tokens',
    ]) {
      expect([message, says(400, message)]).toEqual([message, 'request'])
    }
    for (const status of [400, 403, 404, 409, 422]) expect(says(status, 'no')).toBe('request')
  })

  test('always has a class, in time that grows with its length and no faster', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 400, max: 599 }),
        fc.string({ maxLength: 2000 }),
        (status, message) => {
          expect(failureClasses).toContain(says(status, message))
        },
      ),
    )
    const before = performance.now()
    for (const part of ['token count ', 'exceeds the available ', 'content ', 'tokens + ']) {
      says(400, part.repeat(200))
    }
    expect(performance.now() - before).toBeLessThan(50)
  })
})

test('a key the provider does not know is told from what a known key may not do', () => {
  const refuses = (status: number, message: string) => refusesCredentials({ status, message })
  expect(refuses(401, 'whatever')).toBe(true)
  expect(refuses(400, 'API key not valid. Please pass a valid API key.')).toBe(true)
  expect(refuses(400, 'API key expired. Please renew the API key.')).toBe(true)
  expect(refuses(403, 'Authentication failed: Please make sure your API Key is valid.')).toBe(true)
  expect(refuses(403, 'The security token included in the request is invalid.')).toBe(true)
  expect(refuses(403, 'Access denied due to invalid subscription key.')).toBe(true)
  expect(refuses(403, 'You do not have access to the model with the specified model ID.')).toBe(
    false,
  )
  expect(refuses(400, 'messages: roles must alternate')).toBe(false)
  expect(refuses(500, 'API key not valid')).toBe(false)
})
