import { expect, test } from 'bun:test'
import { readError, writeError, writeStreamError } from './errors.ts'
import { readUsage, writeUsage } from './usage.ts'

const view = {
  status: 429,
  code: 'rate_limited',
  message: 'The limit of this key is reached.',
  source: 'gateway',
  requestId: 'req_1',
} as const

test('an error has the shape of Anthropic with code and source beside it', () => {
  const error = {
    type: 'rate_limit_error',
    message: view.message,
    code: 'rate_limited',
    source: 'gateway',
  }
  expect(writeError(view)).toEqual({ type: 'error', error, request_id: 'req_1' })
})

test('a running stream ends with an error event', () => {
  const text = writeStreamError({ ...view, param: 'messages[0]' })
  expect(text).toStartWith('event: error\ndata: {"type":"error",')
  expect(text).toEndWith('\n\n')
  expect(text).toContain('"param":"messages[0]"')
})

test.each([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [405, 'invalid_request_error'],
  [408, 'timeout_error'],
  [409, 'conflict_error'],
  [413, 'request_too_large'],
  [500, 'api_error'],
  [502, 'api_error'],
  [503, 'overloaded_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
])('status %d is %s', (status, type) => {
  expect(writeError({ ...view, status })).toMatchObject({ error: { type } })
})

test('an error body is read with its type and message', () => {
  const body = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
  expect(readError(529, body)).toEqual({
    status: 529,
    type: 'overloaded_error',
    message: 'Overloaded',
  })
})

test.each([
  ['<html>Bad Gateway</html>', 'The provider answered with status 502.'],
  ['', 'The provider answered with status 502.'],
  ['{"message":"no such key"}', 'no such key'],
  ['{"error":"broken"}', 'broken'],
  ['[1]', 'The provider answered with status 502.'],
])('the error body %p yields a message', (body, message) => {
  expect(readError(502, body)).toEqual({ status: 502, message })
})

test('the input count includes what the prompt cache held and is split again', () => {
  const wire = {
    input_tokens: 10,
    cache_creation_input_tokens: 200,
    cache_read_input_tokens: 3000,
    output_tokens: 7,
    output_tokens_details: { thinking_tokens: 5 },
  }
  const usage = readUsage(wire)
  expect(usage).toEqual({
    inputTokens: 3210,
    outputTokens: 7,
    cacheReadTokens: 3000,
    cacheWriteTokens: 200,
    reasoningTokens: 5,
  })
  expect(writeUsage(usage)).toEqual(wire)
})

test('later counts replace earlier ones and leave what they do not name', () => {
  const start = readUsage({ input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 1 })
  expect(readUsage({ output_tokens: 9 }, start)).toEqual({
    inputTokens: 15,
    outputTokens: 9,
    cacheReadTokens: 5,
  })
  expect(readUsage({ input_tokens: 30, output_tokens: 9 }, start)?.inputTokens).toBe(35)
  expect(readUsage(undefined)).toBeUndefined()
})

test('a split by time to live counts where the sum is missing', () => {
  const cache_creation = { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 }
  expect(readUsage({ input_tokens: 1, cache_creation })).toMatchObject({
    inputTokens: 8,
    cacheWriteTokens: 7,
  })
})
