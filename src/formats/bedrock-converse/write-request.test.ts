import { describe, expect, test } from 'bun:test'
import type { JsonObject } from '../../core/json.ts'
import type { NeutralMessage, NeutralPart, NeutralRequest } from '../neutral.ts'
import { writeRequest } from './write-request.ts'

const text = (value: string): NeutralPart => ({ type: 'text', text: value })
const user = (...content: NeutralPart[]): NeutralMessage => ({ role: 'user', content })
const claude = 'anthropic.claude-sonnet-4-5-20250929-v1:0'

function write(change: Partial<NeutralRequest>): [JsonObject, string[]] {
  const warnings: string[] = []
  const request = { model: claude, messages: [user(text('hi'))], stream: false, inexpressible: [] }
  const body = writeRequest({ ...request, ...change }, ({ type, field, detail }) =>
    warnings.push(`${type} ${field}${detail === undefined ? '' : `: ${detail}`}`),
  )
  return [body, warnings]
}

const tool = { name: 'f', parameters: { type: 'object' } }
const call: NeutralPart = { type: 'tool-call', id: 'c1', name: 'f', arguments: '{}' }
const result: NeutralPart = { type: 'tool-result', callId: 'c1', content: [text('ok')] }
const history: NeutralMessage[] = [
  user(text('hi')),
  { role: 'assistant', content: [call] },
  { role: 'tool', content: [result] },
]

describe('conversations', () => {
  test('turns alternate, system messages move to the top, results come first', () => {
    const [body, warnings] = write({
      messages: [
        { role: 'system', content: [text('be brief')] },
        user(text('a')),
        user(text('b')),
        { role: 'assistant', content: [call] },
        user(text('also')),
        { role: 'tool', content: [result] },
        { role: 'system', content: [text('late')] },
      ],
      tools: [tool],
    })
    expect(body['system']).toEqual([{ text: 'be brief' }, { text: 'late' }])
    expect(body['messages']).toEqual([
      { role: 'user', content: [{ text: 'a' }, { text: 'b' }] },
      { role: 'assistant', content: [{ toolUse: { toolUseId: 'c1', name: 'f', input: {} } }] },
      {
        role: 'user',
        content: [{ toolResult: { toolUseId: 'c1', content: [{ text: 'ok' }] } }, { text: 'also' }],
      },
    ])
    expect(warnings).toEqual(['changed messages[6]: moved to the top'])
  })

  test('names neither model nor streaming: the path does', () => {
    const [body] = write({ stream: true, streamUsage: true })
    expect(Object.keys(body)).toEqual(['messages'])
  })

  test('blank text, unsigned reasoning and media from elsewhere are left out and reported', () => {
    const [body, warnings] = write({
      messages: [
        user(text(''), text(' '), text('a'), {
          type: 'image',
          source: { type: 'url', url: 'https://example.com/a.png' },
        }),
        { role: 'assistant', content: [{ type: 'reasoning', text: 'hm' }, text('b')] },
        user({ type: 'document', source: { type: 'file', fileId: 'f' } }, text('c')),
      ],
    })
    expect(body['messages']).toEqual([
      { role: 'user', content: [{ text: 'a' }] },
      { role: 'assistant', content: [{ text: 'b' }] },
      { role: 'user', content: [{ text: 'c' }] },
    ])
    expect(warnings).toEqual([
      'dropped messages[0].content[1]',
      'dropped messages[0].content[3]',
      'dropped messages[1].content[0]',
      'dropped messages[2].content[0]',
    ])
  })

  test('a document gets a name Bedrock takes, and words beside it', () => {
    const [body, warnings] = write({
      messages: [
        user({
          type: 'document',
          source: { type: 'base64', mediaType: 'application/json', data: 'e30=' },
          title: 'report_2026.json',
        }),
      ],
    })
    expect(body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { document: { format: 'txt', source: { bytes: 'e30=' }, name: 'report 2026 json' } },
          { text: 'See the document.' },
        ],
      },
    ])
    expect(warnings).toEqual([
      'changed messages[0].content[0].title: to a name Bedrock takes',
      'changed messages[0].content: a text was added beside the document',
    ])
  })

  test('documents of one name are told apart, however many there are', () => {
    const source = { type: 'text', text: 'x' } as const
    const titles = ['a', 'a 2', ...Array.from({ length: 20_000 }, () => 'a')]
    const documents = titles.map((title): NeutralPart => ({ type: 'document', source, title }))
    const startedAt = performance.now()
    const [body] = write({ messages: [user(...documents, text('hi'))] })
    expect(performance.now() - startedAt).toBeLessThan(2000)
    const names = JSON.stringify(body).match(/"name":"a[^"]*"/g) ?? []
    expect(new Set(names).size).toBe(titles.length)
    expect(names.slice(0, 4)).toEqual(['a', 'a 2', 'a 3', 'a 4'].map((name) => `"name":"${name}"`))
  })

  test('ids of calls that are too long or too strange still meet their results', () => {
    const id = `call|${'x'.repeat(80)}`
    const [body] = write({
      messages: [
        { role: 'assistant', content: [{ ...call, id }] },
        { role: 'tool', content: [{ ...result, callId: id }] },
      ] as NeutralMessage[],
    })
    const found = JSON.stringify(body).match(/"toolUseId":"[^"]*"/g) ?? []
    expect(found).toHaveLength(2)
    expect(found[0]).toBe(found[1] ?? '')
    expect(found[0]).toMatch(/^"toolUseId":"[a-zA-Z0-9_-]{1,64}"$/)
  })

  test('arguments that are no JSON object are the caller’s fault', () => {
    const broken: NeutralMessage[] = [
      { role: 'assistant', content: [{ ...call, arguments: '{"a":' }] },
    ]
    expect(() => write({ messages: broken })).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        param: 'messages[0].content[0].function.arguments',
      }),
    )
  })
})

describe('tools', () => {
  test('are left out where the caller wants none, unless the history has calls', () => {
    const none = { toolChoice: { type: 'none' as const }, tools: [tool] }
    expect(write(none)[0]['toolConfig']).toBeUndefined()
    expect(write(none)[1]).toEqual([])
    const [body, warnings] = write({ ...none, messages: history })
    expect(body['toolConfig']).toEqual({
      tools: [{ toolSpec: { name: 'f', inputSchema: { json: { type: 'object' } } } }],
    })
    expect(warnings).toEqual(['dropped tool_choice'])
  })

  test('of the history are declared where the caller did not', () => {
    const [body, warnings] = write({ messages: history })
    expect(body['toolConfig']).toEqual({
      tools: [
        { toolSpec: { name: 'f', inputSchema: { json: { type: 'object', properties: {} } } } },
      ],
    })
    expect(warnings).toEqual(['changed tools: the tools of the history were declared'])
  })

  test.each([
    [{ type: 'auto' as const }, { auto: {} }],
    [{ type: 'required' as const }, { any: {} }],
    [{ type: 'tool' as const, name: 'f' }, { tool: { name: 'f' } }],
  ])('are chosen by %p', (toolChoice, expected) => {
    const [body] = write({ tools: [tool], toolChoice })
    expect(body['toolConfig']).toMatchObject({ toolChoice: expected })
  })

  test('one call at a time is said where Claude reads it, elsewhere it is reported', () => {
    const wish = { tools: [tool], parallelToolCalls: false }
    expect(write(wish)[0]).toMatchObject({
      additionalModelRequestFields: {
        tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      },
    })
    expect(write({ ...wish, model: 'meta.llama3-1-70b-instruct-v1:0' })[1]).toEqual([
      'dropped parallel_tool_calls',
    ])
  })
})

describe('models', () => {
  test('cache points go only to models that honour them', () => {
    const messages = [user({ type: 'text', text: 'long', cacheMark: { ttl: '1h' } }, text('x'))]
    const points = { messages, tools: [{ ...tool, cacheMark: {} }] }
    const [body, none] = write(points)
    expect(body['messages']).toEqual([
      {
        role: 'user',
        content: [{ text: 'long' }, { cachePoint: { type: 'default', ttl: '1h' } }, { text: 'x' }],
      },
    ])
    expect(body['toolConfig']).toMatchObject({ tools: [{}, { cachePoint: { type: 'default' } }] })
    expect(none).toEqual([])
    const [plain, warnings] = write({ ...points, model: 'mistral.mistral-large-2407-v1:0' })
    expect(JSON.stringify(plain)).not.toContain('cachePoint')
    expect(warnings).toEqual([
      'dropped messages[0].content[0].cache_control',
      'dropped tools[0].cache_control',
    ])
  })

  test('Claude takes sampling, thinking and stop sequences in its own way', () => {
    const [body, warnings] = write({
      maxOutputTokens: 9000,
      temperature: 0.5,
      topK: 5,
      stopSequences: ['END'],
      seed: 7,
    })
    expect(body).toMatchObject({
      inferenceConfig: { maxTokens: 9000, temperature: 0.5, stopSequences: ['END'] },
      additionalModelRequestFields: { top_k: 5 },
      additionalModelResponseFieldPaths: ['/stop_sequence'],
    })
    expect(warnings).toEqual(['dropped seed'])
    const [thinking, quiet] = write({ reasoning: { effort: 'low' }, maxOutputTokens: 9000 })
    expect(thinking).toMatchObject({
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2048 } },
    })
    expect(quiet).toEqual([])
  })

  test('without a limit of tokens Bedrock’s own holds, and nobody is warned', () => {
    const [body, warnings] = write({})
    expect(body['inferenceConfig']).toBeUndefined()
    expect(warnings).toEqual([])
  })

  test.each([
    ['openai.gpt-oss-120b-1:0', { reasoning_effort: 'high' }],
    [
      'us.amazon.nova-2-lite-v1:0',
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } },
    ],
  ])('%s takes an effort in its own words', (model, expected) => {
    const [body, warnings] = write({ model, reasoning: { effort: 'xhigh' } })
    expect(body['additionalModelRequestFields']).toEqual(expected)
    expect(warnings).toEqual([])
  })

  test.each([
    'meta.llama3-1-70b-instruct-v1:0',
    'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc',
  ])('%s gets no field it may refuse', (model) => {
    const [body, warnings] = write({
      model,
      topK: 4,
      temperature: 1.4,
      reasoning: { effort: 'low' },
    })
    expect(body['additionalModelRequestFields']).toBeUndefined()
    expect(body['inferenceConfig']).toEqual({ temperature: 1 })
    expect(warnings).toEqual([
      'changed temperature: lowered to 1',
      'dropped top_k',
      'dropped reasoning_effort',
    ])
  })

  test('Nova takes top_k where it looks for it', () => {
    const [body] = write({ model: 'amazon.nova-pro-v1:0', topK: 4 })
    expect(body['additionalModelRequestFields']).toEqual({ inferenceConfig: { topK: 4 } })
  })
})
