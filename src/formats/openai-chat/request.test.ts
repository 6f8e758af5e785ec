import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../../core/errors.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { Warning } from '../format.ts'
import type { NeutralRequest } from '../neutral.ts'
import legacy from '../fixtures/openai-chat-legacy.json'
import losses from '../fixtures/openai-chat-losses.json'
import media from '../fixtures/openai-chat-media.json'
import reasoning from '../fixtures/openai-chat-reasoning.json'
import tools from '../fixtures/openai-chat-tools.json'
import { openAiChat } from './index.ts'

const hello = { role: 'user', content: 'Hello' }

function body(fields: JsonObject): JsonObject {
  return { model: 'gpt-4o', messages: [hello], ...fields }
}

function written(request: NeutralRequest): { body: unknown; warnings: Warning[] } {
  const warnings: Warning[] = []
  const body = openAiChat.writeRequest(request, (warning) => warnings.push(warning))
  return { body: JSON.parse(JSON.stringify(body)), warnings }
}

function faultOf(request: JsonObject): GatewayError {
  try {
    openAiChat.readRequest(request)
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('the request was accepted')
}

describe('golden requests', () => {
  const cases: [
    string,
    { request: unknown; neutral: unknown; written: unknown; warnings: unknown },
  ][] = Object.entries({ tools, media, reasoning, legacy, losses })

  test.each(cases)('%s: is read, and written back', (_, golden) => {
    if (!isObject(golden.request)) throw new Error('a golden request is an object')
    const neutral = openAiChat.readRequest(golden.request)
    expect(neutral).toEqual(golden.neutral as NeutralRequest)
    const { body, warnings } = written(neutral)
    expect(body).toEqual(golden.written)
    expect(warnings).toEqual(golden.warnings as Warning[])
  })

  test.each(cases)('%s: what was written reads as it was', (name, golden) => {
    if (!isObject(golden.written)) throw new Error('a golden request is an object')
    const again = openAiChat.readRequest(golden.written)
    const { body } = written(again)
    expect(body).toEqual(golden.written)
    expect(again.inexpressible).toEqual([])
    if (name === 'tools') expect(again).toEqual(golden.neutral as NeutralRequest)
  })
})

describe('a bad request', () => {
  const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }
  const cases: [param: string, JsonObject][] = [
    ['model', { messages: [hello] }],
    ['model', body({ model: '' })],
    ['model', body({ model: 4 })],
    ['messages', { model: 'gpt-4o' }],
    ['messages', body({ messages: [] })],
    ['messages', body({ messages: 'Hello' })],
    ['messages[1]', body({ messages: [hello, 'Hello'] })],
    ['messages[0].role', body({ messages: [{ content: 'Hello' }] })],
    ['messages[0].role', body({ messages: [{ role: 'robot', content: 'Hello' }] })],
    ['messages[0].role', body({ messages: [{ role: 'constructor', content: 'Hello' }] })],
    ['messages[0].content', body({ messages: [{ role: 'user' }] })],
    ['messages[0].content', body({ messages: [{ role: 'user', content: 5 }] })],
    ['messages[0].content[0]', body({ messages: [{ role: 'user', content: ['a'] }] })],
    ['messages[0].content[0].type', body({ messages: [{ role: 'user', content: [{}] }] })],
    [
      'messages[0].content[0].text',
      body({ messages: [{ role: 'user', content: [{ type: 'text' }] }] }),
    ],
    [
      'messages[0].content[0].image_url',
      body({ messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }),
    ],
    [
      'messages[0].content[0].image_url.url',
      body({
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:x' } }] },
        ],
      }),
    ],
    [
      'messages[0].content[0].file',
      body({ messages: [{ role: 'user', content: [{ type: 'file', file: {} }] }] }),
    ],
    ['messages[0].tool_call_id', body({ messages: [{ role: 'tool', content: 'x' }] })],
    ['messages[0].name', body({ messages: [{ role: 'function', name: 'f', content: 'x' }] })],
    [
      'messages[0].tool_calls[0].id',
      body({ messages: [{ role: 'assistant', tool_calls: [{ ...call, id: null }] }] }),
    ],
    [
      'messages[0].tool_calls[0].function.arguments',
      body({
        messages: [{ role: 'assistant', tool_calls: [{ ...call, function: { name: 'f' } }] }],
      }),
    ],
    [
      'messages[0].tool_calls[0].type',
      body({ messages: [{ role: 'assistant', tool_calls: [{ ...call, type: 'robot' }] }] }),
    ],
    ['tools', body({ tools: {} })],
    ['tools[0].type', body({ tools: [{ function: { name: 'f' } }] })],
    ['tools[0].function.name', body({ tools: [{ type: 'function', function: {} }] })],
    [
      'tools[0].function.parameters',
      body({ tools: [{ type: 'function', function: { name: 'f', parameters: 'x' } }] }),
    ],
    ['tool_choice', body({ tool_choice: 'always' })],
    ['tool_choice', body({ tool_choice: 1 })],
    ['tool_choice.function', body({ tool_choice: { type: 'function' } })],
    ['tool_choice.type', body({ tool_choice: { type: 'robot' } })],
    ['response_format', body({ response_format: 'json' })],
    ['response_format.type', body({ response_format: {} })],
    ['response_format.json_schema', body({ response_format: { type: 'json_schema' } })],
    ['max_tokens', body({ max_tokens: 0 })],
    ['max_tokens', body({ max_tokens: '10' })],
    ['max_completion_tokens', body({ max_completion_tokens: 1.5 })],
    ['temperature', body({ temperature: 'hot' })],
    ['stop', body({ stop: 5 })],
    ['stop[1]', body({ stop: ['a', 1] })],
    ['seed', body({ seed: 1.5 })],
    ['n', body({ n: 0 })],
    ['stream', body({ stream: 'yes' })],
    ['stream_options', body({ stream_options: true })],
    ['stream_options.include_usage', body({ stream_options: { include_usage: 1 } })],
    ['parallel_tool_calls', body({ parallel_tool_calls: 1 })],
    ['user', body({ user: 1 })],
    ['reasoning_effort', body({ reasoning_effort: 1 })],
    ['reasoning.max_tokens', body({ reasoning: { max_tokens: -1 } })],
  ]

  test.each(cases)('is refused with the path of the fault: %s', (param, request) => {
    const fault = faultOf(request)
    expect(fault.code).toBe('invalid_request')
    expect(fault.param).toBe(param)
    expect(fault.message).toStartWith(`${param} must be `)
  })

  test('is never echoed', () => {
    const secret = 'hunter2'
    for (const [, request] of cases) {
      const text = JSON.stringify(request).replaceAll(
        /"(Hello|robot|always|yes|hot)"/g,
        `"${secret}"`,
      )
      const parsed: unknown = JSON.parse(text)
      if (isObject(parsed)) expect(faultOf(parsed).message).not.toContain(secret)
    }
  })

  test('never throws anything but an invalid request', () => {
    const keys = (
      'role content type text image_url url file file_data function name arguments id tool_calls ' +
      'tool_call_id reasoning_details signature cache_control custom function_call refusal __proto__'
    ).split(' ')
    const words = (
      'user assistant tool system text image_url file function custom thinking reasoning.text ' +
      'input_audio json_schema allowed_tools data:,%'
    ).split(' ')
    const topLevel = (
      'messages tools tool_choice functions function_call stop reasoning response_format ' +
      'stream_options n max_tokens seed user unknown'
    ).split(' ')
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom('', ...words),
        fc.constantFrom(null, true, 0, -1, 1.5),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 5 }),
      ),
    }))
    const anyBody = fc.dictionary(fc.constantFrom(...topLevel), value, { maxKeys: 6 })
    const anyMessages = fc.array(
      fc.record({
        role: fc.constantFrom(...words),
        content: value,
        tool_calls: value,
        reasoning_details: value,
      }),
    )
    fc.assert(
      fc.property(anyBody, fc.option(anyMessages), (fields, messages) => {
        const parsed: unknown = JSON.parse(
          JSON.stringify({ model: 'm', ...fields, ...(messages ? { messages } : {}) }),
        )
        if (!isObject(parsed)) return
        try {
          openAiChat.writeRequest(openAiChat.readRequest(parsed), () => undefined)
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error
          expect(error.code).toBe('invalid_request')
          expect(error.param).toBeString()
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('reading a request', () => {
  test('reports fields it does not know, without keys that could carry content', () => {
    const request = openAiChat.readRequest(
      body({ 'my secret text': 1, logit_bias: { '1': 2 }, store: false }),
    )
    expect(request.inexpressible).toEqual(['?', 'logit_bias'])
  })

  test('bounds the list of unknown fields', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`x${index}`, 1]))
    expect(openAiChat.readRequest(body(many)).inexpressible).toHaveLength(100)
  })

  test('turns a percent-encoded data URL into base64', () => {
    const url = 'data:image/svg+xml;charset=utf-8,%3Csvg%2F%3E'
    const content = [{ type: 'image_url', image_url: url }]
    const request = openAiChat.readRequest(body({ messages: [{ role: 'user', content }] }))
    expect(request.messages[0]?.content[0]).toEqual({
      type: 'image',
      source: { type: 'base64', mediaType: 'image/svg+xml', data: 'PHN2Zy8+' },
    })
  })

  test('gives a mark on a whole message to its last part', () => {
    const message = { role: 'system', content: 'Guide', cache_control: { type: 'ephemeral' } }
    const request = openAiChat.readRequest(body({ messages: [message] }))
    expect(request.messages[0]?.content).toEqual([{ type: 'text', text: 'Guide', cacheMark: {} }])
  })
})

describe('writing a request', () => {
  const request: NeutralRequest = {
    model: 'gpt-4o',
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
    stream: false,
    inexpressible: [],
  }

  test.each([
    ['gpt-4o', 'max_tokens'],
    ['llama-o3', 'max_tokens'],
    ['o3-mini', 'max_completion_tokens'],
    ['openai/o1', 'max_completion_tokens'],
    ['gpt-5.1', 'max_completion_tokens'],
  ])('names the limit of %s %s', (model, field) => {
    expect(written({ ...request, model, maxOutputTokens: 9 }).body).toHaveProperty(field, 9)
  })

  test('keeps the text of a tool result, puts its image beside all results and reports its failure', () => {
    const content = [
      { type: 'text', text: 'seen' },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
    ] as const
    const result = { type: 'tool-result', callId: 'c', content, isError: true } as const
    const { body, warnings } = written({
      ...request,
      messages: [
        { role: 'tool', content: [result] },
        { role: 'tool', content: [{ type: 'tool-result', callId: 'd', content: [] }] },
        { role: 'assistant', content: [{ type: 'text', text: 'Yes.' }] },
      ],
    })
    const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }
    expect(body).toHaveProperty('messages', [
      { role: 'tool', tool_call_id: 'c', content: 'seen' },
      { role: 'tool', tool_call_id: 'd', content: '' },
      { role: 'user', content: [image] },
      { role: 'assistant', content: 'Yes.' },
    ])
    expect(warnings.map((warning) => [warning.type, warning.field])).toEqual([
      ['changed', 'messages[0].content[0].is_error'],
      ['changed', 'messages[0].content[0].content[1]'],
    ])
  })

  test('sends thinking back only to models that take it', () => {
    const content = [
      { type: 'reasoning', text: 'Hm.', signature: 's' },
      { type: 'text', text: 'Yes.' },
    ] as const
    const turn = { ...request, messages: [{ role: 'assistant', content } as const] }
    expect(written(turn).body).toHaveProperty('messages', [{ role: 'assistant', content: 'Yes.' }])
    expect(written(turn).warnings).toEqual([{ type: 'dropped', field: 'messages[0].content[0]' }])
    const kimi = written({ ...turn, model: 'kimi-k2-thinking' })
    expect(kimi.body).toHaveProperty('messages[0].reasoning_content', 'Hm.')
    expect(kimi.warnings).toEqual([])
  })

  test('turns a thinking budget into an effort where the model takes one', () => {
    const thinking = { ...request, reasoning: { budgetTokens: 4096 } }
    expect(written({ ...thinking, model: 'gpt-5' }).body).toHaveProperty(
      'reasoning_effort',
      'medium',
    )
    expect(written({ ...thinking, model: 'gpt-5' }).warnings[0]?.type).toBe('changed')
    expect(written(thinking).body).not.toHaveProperty('reasoning_effort')
    expect(written(thinking).warnings[0]?.type).toBe('dropped')
  })

  test('leaves out a tool choice without tools, which servers refuse', () => {
    const { body, warnings } = written({ ...request, tools: [], toolChoice: { type: 'required' } })
    expect(body).toEqual({ model: 'gpt-4o', messages: [hello] })
    expect(warnings).toEqual([{ type: 'dropped', field: 'tool_choice' }])
  })
})
