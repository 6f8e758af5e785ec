import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../../core/errors.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import { readRequest } from './read-request.ts'

const hello = { model: 'claude', max_tokens: 10, messages: [{ role: 'user', content: 'Hello' }] }

function withContent(content: JsonObject[string], role = 'user'): JsonObject {
  return { ...hello, messages: [{ role, content }] }
}

function faultOf(body: JsonObject): GatewayError {
  try {
    readRequest(body)
  } catch (error) {
    if (error instanceof GatewayError) return error
  }
  throw new Error('expected a GatewayError')
}

describe('content', () => {
  test('a string and one text block mean the same', () => {
    const blocks = withContent([{ type: 'text', text: 'Hello' }])
    expect(readRequest(blocks)).toEqual(readRequest(hello))
  })

  test('tool results of a mixed user message stand in a tool message before it', () => {
    const { messages } = readRequest(
      withContent([
        { type: 'text', text: 'And now?' },
        { type: 'tool_result', tool_use_id: 'a', content: 'sunny' },
        { type: 'tool_result', tool_use_id: 'b', is_error: true },
      ]),
    )
    expect(messages).toEqual([
      {
        role: 'tool',
        content: [
          { type: 'tool-result', callId: 'a', content: [{ type: 'text', text: 'sunny' }] },
          { type: 'tool-result', callId: 'b', content: [], isError: true },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'And now?' }] },
    ])
  })

  test('cache marks keep their time to live', () => {
    const cache_control = { type: 'ephemeral', ttl: '1h' }
    const { messages } = readRequest(withContent([{ type: 'text', text: 'x', cache_control }]))
    expect(messages[0]?.content).toEqual([{ type: 'text', text: 'x', cacheMark: { ttl: '1h' } }])
  })

  test('images inside tool results are kept', () => {
    const source = { type: 'base64', media_type: 'image/png', data: 'AAAA' }
    const { messages } = readRequest(
      withContent([
        { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'image', source }] },
      ]),
    )
    const image = {
      type: 'image',
      source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' },
    }
    expect(messages[0]?.content[0]).toMatchObject({ content: [image] })
  })

  test('a document of content blocks becomes its text and its images', () => {
    const { messages } = readRequest(
      withContent([
        {
          type: 'document',
          title: 'Notes',
          source: {
            type: 'content',
            content: [
              { type: 'text', text: 'one' },
              { type: 'text', text: 'two' },
              { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
            ],
          },
        },
      ]),
    )
    expect(messages[0]?.content).toEqual([
      { type: 'document', title: 'Notes', source: { type: 'text', text: 'one\n\ntwo' } },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
    ])
  })

  test('a search result keeps its title, source and text', () => {
    const content = [{ type: 'text', text: 'body' }]
    const block = { type: 'search_result', title: 'T', source: 'https://example.com', content }
    const { messages, inexpressible } = readRequest(withContent([block]))
    expect(messages[0]?.content).toEqual([{ type: 'text', text: 'T\nhttps://example.com\nbody' }])
    expect(inexpressible).toEqual([])
  })

  test('thinking keeps its signature and an empty signature is none', () => {
    const { messages } = readRequest(
      withContent(
        [
          { type: 'thinking', thinking: 'hm', signature: 'sig' },
          { type: 'thinking', thinking: 'hm', signature: '' },
          { type: 'redacted_thinking', data: 'xyz' },
        ],
        'assistant',
      ),
    )
    expect(messages[0]?.content).toEqual([
      { type: 'reasoning', text: 'hm', signature: 'sig' },
      { type: 'reasoning', text: 'hm' },
      { type: 'redacted-reasoning', data: 'xyz' },
    ])
  })

  test('blocks of tools that run at the provider are named, not refused', () => {
    const { messages, inexpressible } = readRequest(
      withContent(
        [
          { type: 'server_tool_use', id: 'a', name: 'web_search', input: {} },
          { type: 'text', text: 'found', citations: [{ type: 'page_location' }] },
        ],
        'assistant',
      ),
    )
    expect(messages).toEqual([{ role: 'assistant', content: [{ type: 'text', text: 'found' }] }])
    expect(inexpressible).toEqual(['messages[0].content[0]', 'messages[0].content[1].citations'])
  })
})

describe('fields', () => {
  test('everything the neutral form lacks is named', () => {
    const { inexpressible, tools } = readRequest({
      ...hello,
      tools: [
        { type: 'web_search_20250305', name: 'web_search' },
        { name: 'f', input_schema: { type: 'object' }, defer_loading: true },
      ],
      mcp_servers: [],
      container: 'c',
      service_tier: 'auto',
      metadata: { user_id: 'u', team: 't' },
      thinking: { type: 'adaptive', display: 'omitted' },
      cache_control: null,
      'x\r\ny': 1,
    })
    expect(tools).toEqual([{ name: 'f', parameters: { type: 'object' } }])
    expect(inexpressible).toEqual([
      'tools[0]',
      'tools[1].defer_loading',
      'metadata.team',
      'thinking.display',
      'mcp_servers',
      'container',
      'service_tier',
      '(unnamed)',
    ])
  })

  test('tool choice and parallel calls are read', () => {
    const choice = { type: 'any', disable_parallel_tool_use: true }
    expect(readRequest({ ...hello, tool_choice: choice })).toMatchObject({
      toolChoice: { type: 'required' },
      parallelToolCalls: false,
    })
  })

  test('thinking and effort are one wish', () => {
    const reasoningOf = (body: JsonObject) => readRequest({ ...hello, ...body }).reasoning
    const enabled = { type: 'enabled', budget_tokens: 2000 }
    expect(reasoningOf({ thinking: enabled })).toEqual({ budgetTokens: 2000 })
    expect(reasoningOf({ thinking: { type: 'disabled' } })).toEqual({ effort: 'none' })
    expect(reasoningOf({ output_config: { effort: 'low' } })).toEqual({ effort: 'low' })
    expect(
      reasoningOf({ thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }),
    ).toEqual({ adaptive: true, effort: 'max' })
  })

  test('a schema for the answer is read from its present and its former place', () => {
    const format = { type: 'json_schema', schema: { type: 'object' } }
    const shape = { type: 'json-schema', schema: { type: 'object' } } as const
    expect(readRequest({ ...hello, output_config: { format } }).responseShape).toEqual(shape)
    expect(readRequest({ ...hello, output_format: format }).responseShape).toEqual(shape)
  })
})

describe('validation', () => {
  const image = (source: JsonObject) => [{ type: 'image', source }]
  const cases: readonly (readonly [string, JsonObject])[] = [
    ['model', { ...hello, model: 7 }],
    ['messages', { model: 'm' }],
    ['messages', { ...hello, messages: [] }],
    ['messages[0]', { ...hello, messages: ['hello'] }],
    ['messages[0].role', { ...hello, messages: [{ role: 'bot', content: '' }] }],
    ['messages[0].content', withContent(5)],
    ['messages[0].content[0]', withContent(['x'])],
    ['messages[0].content[0].type', withContent([{}])],
    ['messages[0].content[0].type', withContent([{ type: 'tool_use' }])],
    ['messages[0].content[0].type', withContent([{ type: 'image' }], 'assistant')],
    ['messages[0].content[0].text', withContent([{ type: 'text', text: null }])],
    ['messages[0].content[0].source.type', withContent(image({}))],
    ['messages[0].content[0].source.media_type', withContent(image({ type: 'base64' }))],
    [
      'messages[0].content[0].input',
      withContent([{ type: 'tool_use', id: 'a', name: 'b' }], 'assistant'),
    ],
    ['messages[0].content[0].tool_use_id', withContent([{ type: 'tool_result' }])],
    ['system', { ...hello, system: 1 }],
    ['max_tokens', { ...hello, max_tokens: 1.5 }],
    ['temperature', { ...hello, temperature: 1.1 }],
    ['stop_sequences[1]', { ...hello, stop_sequences: ['a', 1] }],
    ['stream', { ...hello, stream: 'yes' }],
    ['tools[0].name', { ...hello, tools: [{ input_schema: {} }] }],
    ['tools[0].input_schema', { ...hello, tools: [{ name: 'f' }] }],
    ['tool_choice.type', { ...hello, tool_choice: { type: 'function' } }],
    ['tool_choice.name', { ...hello, tool_choice: { type: 'tool' } }],
    ['thinking.budget_tokens', { ...hello, thinking: { type: 'enabled', budget_tokens: 1000 } }],
    [
      'output_config.format.schema',
      { ...hello, output_config: { format: { type: 'json_schema' } } },
    ],
    ['metadata.user_id', { ...hello, metadata: { user_id: 4 } }],
  ]
  test.each(cases)('a fault at %s is named', (param, body) => {
    const error = faultOf(body)
    expect(error.code).toBe('invalid_request')
    expect(error.param).toBe(param)
    expect(error.message).toStartWith(`${param} must be `)
  })

  test('any JSON is read or refused as an invalid request', () => {
    const types = [
      'text',
      'image',
      'document',
      'tool_use',
      'tool_result',
      'thinking',
      'constructor',
    ]
    const anything: fc.Arbitrary<unknown> = fc.jsonValue()
    const block = fc.oneof(
      fc.record({
        type: fc.constantFrom(...types),
        text: fc.jsonValue(),
        source: fc.oneof(anything, fc.record({ type: fc.constantFrom('base64', 'content') })),
        content: fc.jsonValue(),
        input: fc.jsonValue(),
      }),
      anything,
    )
    const message = fc.record({
      role: fc.constantFrom('user', 'assistant', 'system', 'tool'),
      content: fc.oneof(fc.array(block), anything),
    })
    const body = fc.oneof(
      anything,
      fc.record({
        model: fc.constant('m'),
        messages: fc.oneof(fc.array(fc.oneof(message, anything)), anything),
        tools: fc.option(fc.jsonValue()),
        system: fc.option(fc.jsonValue()),
        thinking: fc.option(fc.jsonValue()),
        output_config: fc.option(fc.jsonValue()),
        metadata: fc.option(fc.jsonValue()),
      }),
    )
    fc.assert(
      fc.property(body, (value) => {
        const parsed: unknown = JSON.parse(JSON.stringify(value))
        if (!isObject(parsed)) return
        try {
          readRequest(parsed)
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError)
          expect(error).toHaveProperty('code', 'invalid_request')
        }
      }),
      { numRuns: 1000 },
    )
  })
})
