import { describe, expect, test } from 'bun:test'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { readRequest } from './read-request.ts'

const target = { model: 'claude', stream: false }

function read(body: JsonObject) {
  return readRequest({ messages: [{ role: 'user', content: [{ text: 'hi' }] }], ...body }, target)
}

function readBlocks(...content: JsonValue[]) {
  const { messages, inexpressible } = read({ messages: [{ role: 'user', content }] })
  return { parts: messages.flatMap((message) => message.content), inexpressible }
}

describe('what has no neutral form', () => {
  test('is reported by its path, and the words of it stay', () => {
    const { parts, inexpressible } = readBlocks(
      { video: { format: 'mp4', source: { s3Location: { uri: 's3://b/v.mp4' } } } },
      { guardContent: { text: { text: 'guarded', qualifiers: ['query'] } } },
      { searchResult: { source: 'url', title: 'Title', content: [{ text: 'found' }] } },
      { document: { name: 'n', source: { text: 'words' }, citations: { enabled: true } } },
      { somethingNew: {} },
    )
    expect(parts).toEqual([
      { type: 'text', text: 'guarded' },
      { type: 'text', text: 'Title\nurl\nfound' },
      { type: 'document', source: { type: 'text', text: 'words' }, title: 'n' },
    ])
    expect(inexpressible).toEqual([
      'messages[0].content[0]',
      'messages[0].content[1].guardContent',
      'messages[0].content[3].document.citations',
      'messages[0].content[4]',
    ])
  })

  test('is reported of the request itself', () => {
    const { inexpressible } = read({
      guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' },
      serviceTier: { type: 'flex' },
      additionalModelRequestFields: { top_k: 3, anthropic_beta: ['x'] },
      additionalModelResponseFieldPaths: ['/stop_sequence', '/other'],
      toolConfig: { tools: [{ systemTool: { name: 'nova_grounding' } }] },
    })
    expect(inexpressible).toEqual([
      'toolConfig.tools[0].systemTool',
      'additionalModelRequestFields.anthropic_beta',
      'additionalModelResponseFieldPaths[1]',
      'guardrailConfig',
      'serviceTier',
    ])
  })

  test('never carries a name that could be content', () => {
    const { inexpressible } = readBlocks({ text: 'x' }, { 'what the\nuser said': {} })
    expect(inexpressible).toEqual(['messages[0].content[1]'])
  })
})

test('cache points mark what stands before them', () => {
  const { parts, inexpressible } = readBlocks(
    { cachePoint: { type: 'default' } },
    { text: 'a' },
    { cachePoint: { type: 'default', ttl: '1h' } },
  )
  expect(parts).toEqual([{ type: 'text', text: 'a', cacheMark: { ttl: '1h' } }])
  expect(inexpressible).toEqual(['messages[0].content[0].cachePoint'])
})

test('tool results become turns of their own, JSON in them becomes text', () => {
  const { messages } = read({
    messages: [
      { role: 'user', content: [{ text: 'hi' }] },
      {
        role: 'assistant',
        content: [{ toolUse: { toolUseId: 'a', name: 'f', input: { x: 1 } } }],
      },
      {
        role: 'user',
        content: [
          { text: 'and' },
          { toolResult: { toolUseId: 'a', content: [{ json: { y: 2 } }], status: 'error' } },
        ],
      },
    ],
  })
  expect(messages.slice(1)).toEqual([
    {
      role: 'assistant',
      content: [{ type: 'tool-call', id: 'a', name: 'f', arguments: '{"x":1}' }],
    },
    {
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          callId: 'a',
          content: [{ type: 'text', text: '{"y":2}' }],
          isError: true,
        },
      ],
    },
    { role: 'user', content: [{ type: 'text', text: 'and' }] },
  ])
})

test.each<[JsonObject, string]>([
  [{ messages: undefined }, 'messages'],
  [{ messages: [] }, 'messages'],
  [{ messages: [{ role: 'tool', content: [] }] }, 'messages[0].role'],
  [{ messages: [{ role: 'user', content: 'text' }] }, 'messages[0].content'],
  [{ messages: [{ role: 'user', content: [{}] }] }, 'messages[0].content[0]'],
  [{ messages: [{ role: 'user', content: [{ text: 1 }] }] }, 'messages[0].content[0].text'],
  [{ messages: [{ role: 'user', content: [{ text: 'a', image: {} }] }] }, 'messages[0].content[0]'],
  [{ messages: [{ role: 'user', content: [{ toolUse: {} }] }] }, 'messages[0].content[0]'],
  [
    { messages: [{ role: 'user', content: [{ image: { format: 'bmp', source: {} } }] }] },
    'messages[0].content[0].image.format',
  ],
  [
    { messages: [{ role: 'user', content: [{ image: { format: 'png', source: {} } }] }] },
    'messages[0].content[0].image.source',
  ],
  [{ system: 'be brief' }, 'system'],
  [{ inferenceConfig: { temperature: 3 } }, 'inferenceConfig.temperature'],
  [{ inferenceConfig: { maxTokens: 0 } }, 'inferenceConfig.maxTokens'],
  [{ toolConfig: { tools: [{ toolSpec: {} }] } }, 'toolConfig.tools[0].toolSpec.name'],
  [{ toolConfig: { toolChoice: { none: {} } } }, 'toolConfig.toolChoice'],
  [
    {
      outputConfig: {
        textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: '{' } } },
      },
    },
    'outputConfig.textFormat.structure.jsonSchema.schema',
  ],
  [
    { additionalModelRequestFields: { thinking: { type: 'enabled' } } },
    'additionalModelRequestFields.thinking.budget_tokens',
  ],
])('%j is refused at %s', (body, param) => {
  expect(() => read(body)).toThrow(expect.objectContaining({ code: 'invalid_request', param }))
})
