import { describe, expect, test } from 'bun:test'
import { asObject } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import { anthropicMessages } from './anthropic-messages/index.ts'
import { bedrockConverse } from './bedrock-converse/index.ts'
import type { ClientFormat } from './format.ts'
import { gemini } from './gemini/index.ts'
import { openAiChat } from './openai-chat/index.ts'
import { openAiCompletions } from './openai-completions/index.ts'
import { openAiResponses } from './openai-responses/index.ts'
import { createLocator } from './trace.ts'

const target = { model: 'm', stream: false }
const data = 'iVBORw0KGgo='
const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }
const cases: readonly (readonly [ClientFormat, JsonObject, Readonly<Record<string, string>>])[] = [
  [
    openAiChat,
    {
      messages: [
        { role: 'system', content: 'S' },
        { role: 'user', content: [{ type: 'new' }, { type: 'text', text: 'a' }] },
        {
          role: 'assistant',
          reasoning_content: 'Hm',
          content: 'x',
          refusal: 'r',
          tool_calls: [call],
        },
        { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'b' }] },
      ],
      tools: [{ type: 'web' }, { type: 'function', function: { name: 'f' } }],
    },
    {
      'messages[0].name': 'messages[0].name',
      'messages[0].content[0]': 'messages[0].content',
      'messages[1].content[0].cache_control': 'messages[1].content[1].cache_control',
      'messages[2].content[0]': 'messages[2].reasoning_content',
      'messages[2].content[1]': 'messages[2].content',
      'messages[2].content[2]': 'messages[2].refusal',
      'messages[2].tool_calls[0].function.arguments':
        'messages[2].tool_calls[0].function.arguments',
      'messages[3].content[0].content[0]': 'messages[3].content[0]',
      'tools[0].strict': 'tools[1].strict',
      'stop[2]': 'stop[2]',
      max_tokens: 'max_completion_tokens',
    },
  ],
  [openAiCompletions, { prompt: 'x' }, { 'messages[0].content[0]': 'prompt', messages: 'prompt' }],
  [
    openAiResponses,
    {
      instructions: 'S',
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'a' }] },
        { type: 'reasoning', summary: [], encrypted_content: 'x' },
        { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'a', output: [{ type: 'input_text', text: 'b' }] },
      ],
    },
    {
      'messages[0].content[0]': 'instructions',
      'messages[1].content[0].title': 'input[0].content[0].filename',
      'messages[2].content[0]': 'input[1]',
      'messages[2].tool_calls[0].function.arguments': 'input[2].arguments',
      'messages[3].content[0].content[0]': 'input[3].output[0]',
      response_format: 'text.format',
    },
  ],
  [
    anthropicMessages,
    {
      system: [{ type: 'text', text: 'S' }],
      messages: [
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'b' },
            { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'c' }] },
          ],
        },
      ],
      tools: [{ name: 'f', input_schema: {} }],
    },
    {
      'messages[0].content[0].cache_control': 'system[0].cache_control',
      'messages[1].tool_calls[0].function.arguments': 'messages[0].content[0].input',
      'messages[2].content[0].is_error': 'messages[1].content[1].is_error',
      'messages[2].content[0].content[0]': 'messages[1].content[1].content[0]',
      'messages[3].content[0]': 'messages[1].content[0]',
      'messages[3].name': 'messages[1].name',
      'tools[0].strict': 'tools[0].strict',
      'stop[0]': 'stop_sequences[0]',
      user: 'metadata.user_id',
    },
  ],
  [
    gemini,
    {
      systemInstruction: { parts: [{ text: 'S' }] },
      contents: [
        { role: 'user', parts: [{ text: 'a' }, { inlineData: { mimeType: 'image/png', data } }] },
        { role: 'model', parts: [{ text: 'b' }] },
        { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
        { role: 'user', parts: [{ functionResponse: { name: 'f', response: { output: 'c' } } }] },
      ],
      tools: [{ functionDeclarations: [{ name: 'f' }] }],
    },
    {
      'messages[0].content[0]': 'systemInstruction.parts[0]',
      'messages[1].content[1].title': 'contents[0].parts[1].inlineData.displayName',
      'messages[2].content[1].arguments': 'contents[2].parts[0].functionCall.args',
      'messages[3].content[0].content[0]': 'contents[3].parts[0].functionResponse.response',
      'tools[0]': 'tools[0].functionDeclarations[0]',
      top_p: 'generationConfig.topP',
    },
  ],
  [
    bedrockConverse,
    {
      messages: [
        {
          role: 'user',
          content: [
            { text: 'a' },
            { cachePoint: { type: 'default' } },
            { image: { format: 'png', source: { bytes: data } } },
          ],
        },
      ],
      toolConfig: {
        tools: [
          { toolSpec: { name: 'f', inputSchema: { json: {} } } },
          { cachePoint: { type: 'default' } },
        ],
      },
    },
    {
      'messages[0].content[0].cache_control': 'messages[0].content[0].text.cachePoint',
      'messages[0].content[1]': 'messages[0].content[2].image',
      'tools[0].cache_control': 'toolConfig.tools[0].cachePoint',
      max_tokens: 'inferenceConfig.maxTokens',
    },
  ],
]

describe.each(cases)('fields are called as in the caller’s body: %#', (client, body, expected) => {
  test(client.name, () => {
    const locate = createLocator(client, { model: 'm', max_tokens: 9, ...body }, target)
    const found = Object.keys(expected).map((field) => [field, locate(field)])
    expect(Object.fromEntries(found)).toEqual(expected)
  })

  test('what is not there keeps its name', () => {
    const locate = createLocator(client, { model: 'm', max_tokens: 9, ...body }, target)
    for (const field of ['messages[99]', 'messages[99].content[0]', 'tools[99].strict', 'x.y[0]']) {
      expect(locate(field)).toBe(field)
    }
  })

  test('reading is the same whether places are noted or not', () => {
    const asked = asObject({ model: 'm', max_tokens: 9, ...body }) ?? {}
    const noted: object[] = []
    const trace = {
      note: <T extends object>(read: T) => (noted.push(read), read),
      move: <T extends object>(_: object, to: T) => to,
    }
    const { inexpressible, ...traced } = client.readRequest(asked, target, trace)
    const { inexpressible: plain, ...read } = client.readRequest(asked, target)
    expect(traced).toEqual(read)
    expect([...inexpressible]).toEqual([...plain])
    expect(noted.length).toBeGreaterThan(1)
  })
})
