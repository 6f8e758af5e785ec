import { describe, expect, test } from 'bun:test'
import { newReport } from '../core/call.ts'
import type { Answer } from '../core/call.ts'
import { errorKinds, GatewayError } from '../core/errors.ts'
import {
  anthropicMessages,
  bedrockConverse,
  openAiChat,
  openAiCompletions,
} from '../formats/index.ts'
import type { ClientFormat } from '../formats/index.ts'
import { renderAnswer, renderError } from './render.ts'
import type { Receiver } from './render.ts'
import { SlowClients } from './slow-clients.ts'

function answer(more: Partial<Answer> = {}): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{}',
    provider: 'corp',
    model: 'gpt-4o',
    cache: 'bypass',
    warnings: [],
    report: { ...newReport(), verdict: 'allow' },
    ...more,
  }
}

function receiver(format: ClientFormat): Receiver {
  return { requestId: 'req_1', format, slowClients: new SlowClients(), slowClientTimeoutMs: 1000 }
}

describe('an answer', () => {
  test('says what the gateway did', () => {
    const { status, headers } = renderAnswer(answer(), receiver(openAiChat))
    expect(status).toBe(200)
    expect(headers.toJSON()).toEqual({
      'content-type': 'application/json',
      'x-request-id': 'req_1',
      'x-smartflow-cache': 'BYPASS',
      'x-smartflow-provider': 'corp',
      'x-smartflow-model': 'gpt-4o',
      'x-smartflow-decision': 'allow',
    })
  })

  test('has its id under the name that Anthropic’s clients look for as well', () => {
    const { headers } = renderAnswer(answer(), receiver(anthropicMessages))
    expect(headers.get('request-id')).toBe('req_1')
  })

  test('of Bedrock’s dialect has the headers its SDKs look for', () => {
    const refused = renderAnswer(answer({ status: 429 }), receiver(bedrockConverse))
    expect(refused.headers.get('x-amzn-requestid')).toBe('req_1')
    expect(refused.headers.get('x-amzn-errortype')).toBe('ThrottlingException')
    const error = renderError(new GatewayError('model_not_found'), 'req_1', bedrockConverse)
    expect(error.headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException')
    expect(renderAnswer(answer(), receiver(openAiChat)).headers.has('x-amzn-errortype')).toBeFalse()
  })

  test('cannot be given the headers of the gateway by a provider', () => {
    const forged = { 'x-request-id': 'forged', 'x-smartflow-provider': 'forged' }
    const { headers } = renderAnswer(answer({ headers: forged }), receiver(openAiChat))
    expect(headers.get('x-request-id')).toBe('req_1')
    expect(headers.get('x-smartflow-provider')).toBe('corp')
  })

  test('names the provider as the source of its errors', () => {
    const { headers } = renderAnswer(answer({ status: 429 }), receiver(openAiChat))
    expect(headers.get('x-smartflow-error-source')).toBe('provider')
  })

  test('without content keeps its status', async () => {
    for (const status of [204, 205]) {
      const body = new Uint8Array()
      const response = renderAnswer(answer({ status, headers: {}, body }), receiver(openAiChat))
      expect(response.status).toBe(status)
      expect(await response.text()).toBe('')
    }
  })

  test('tells losses of translation in a header of bounded length and safe characters', () => {
    const few = renderAnswer(
      answer({ warnings: ['dropped a\r\nb: ü', 'changed c'] }),
      receiver(openAiChat),
    )
    expect(few.headers.get('x-smartflow-warnings')).toBe('dropped a??b: ?, changed c')
    const many = Array.from({ length: 500 }, (_, index) => `dropped messages[${index}].name`)
    const header = renderAnswer(answer({ warnings: many }), receiver(openAiChat)).headers.get(
      'x-smartflow-warnings',
    )
    expect(header?.length).toBeLessThan(2100)
    expect(header).toEndWith('... (500 in all)')
  })

  test('that streams asks caches and proxies not to hold it back, and is not read ahead', async () => {
    let pulled = 0
    async function* words(): AsyncGenerator<Uint8Array> {
      for (;;) {
        pulled += 1
        yield new Uint8Array([pulled])
      }
    }
    const response = renderAnswer(answer({ body: words() }), receiver(openAiChat))
    expect(response.headers.get('cache-control')).toBe('no-cache')
    expect(response.headers.get('x-accel-buffering')).toBe('no')
    await Bun.sleep(5)
    expect(pulled).toBe(0)
    const reader = response.body?.getReader()
    expect((await reader?.read())?.value).toEqual(new Uint8Array([1]))
    await Bun.sleep(5)
    expect(pulled).toBe(1)
    await reader?.cancel()
  })
})

describe('an error', () => {
  const read = async (response: Response): Promise<unknown> => response.json()

  test('is told in the dialect of the client, with its id and who is at fault', async () => {
    const error = new GatewayError('model_not_found', 'No such model.', { param: 'model' })
    for (const format of [openAiChat, openAiCompletions]) {
      expect(await read(renderError(error, 'req_1', format))).toEqual({
        error: {
          message: 'No such model.',
          type: 'invalid_request_error',
          param: 'model',
          code: 'model_not_found',
          source: 'client',
          request_id: 'req_1',
        },
      })
    }
    const response = renderError(error, 'req_1', anthropicMessages)
    expect(response.headers.get('request-id')).toBe('req_1')
    expect(response.headers.get('x-smartflow-error-source')).toBe('client')
    expect(await read(response)).toEqual({
      type: 'error',
      error: {
        type: 'not_found_error',
        message: 'No such model.',
        code: 'model_not_found',
        source: 'client',
        param: 'model',
      },
      request_id: 'req_1',
    })
  })

  test('of every kind has its status, and never shows its cause', async () => {
    for (const [code, { status, retryable }] of Object.entries(errorKinds)) {
      const error = new GatewayError(code as keyof typeof errorKinds, undefined, {
        cause: new Error('internal detail'),
      })
      const response = renderError(error, 'req_1', openAiChat)
      expect(response.status).toBe(status)
      expect(response.headers.get('x-should-retry')).toBe(status >= 500 ? String(retryable) : null)
      expect(await response.text()).not.toContain('internal detail')
    }
  })

  test('says when to come back, what is allowed, and when it is the last word', () => {
    const busy = new GatewayError('overloaded', undefined, { retryAfterSeconds: 3 })
    expect(renderError(busy, 'r', openAiChat).headers.get('retry-after')).toBe('3')
    const method = new GatewayError('method_not_allowed')
    const allow = ['GET', 'POST']
    expect(renderError(method, 'r', openAiChat, { allow }).headers.get('allow')).toBe('GET, POST')
    expect(renderError(method, 'r', openAiChat).headers.get('connection')).toBeNull()
    expect(renderError(method, 'r', openAiChat, { isLast: true }).headers.get('connection')).toBe(
      'close',
    )
    for (const code of ['request_timeout', 'request_too_large'] as const) {
      const { headers } = renderError(new GatewayError(code), 'r', openAiChat)
      expect(headers.get('connection')).toBe('close')
    }
  })
})
