import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import { richRequests } from './requests.ts'

/** A request that is wrong in one way: what is set where, and the path the error has to name. */
export interface BadCase {
  readonly client: string
  readonly title: string
  readonly body: JsonObject
  readonly param: string
}

type Entry = readonly [title: string, param: string, members: JsonObject]

const deep = (depth: number): JsonValue => {
  let value: JsonValue = 'x'
  for (let level = 0; level < depth; level++) value = [value]
  return value
}
const user = (content: JsonValue): JsonObject => ({ messages: [{ role: 'user', content }] })
const call = (more: JsonObject = {}): JsonObject => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}', ...more } }],
})
const result = { role: 'tool', tool_call_id: 'a', content: 'x' }

const openAiChat: readonly Entry[] = [
  ['no messages', 'messages', { messages: [] }],
  ['messages that are null', 'messages', { messages: null }],
  ['messages that are text', 'messages', { messages: 'Hello' }],
  ['messages that say nothing', 'messages', user('')],
  ['a message that is text', 'messages[0]', { messages: ['Hello'] }],
  ['an unknown role', 'messages[0].role', { messages: [{ role: 'god', content: 'x' }] }],
  [
    'a role of the prototype',
    'messages[0].role',
    { messages: [{ role: '__proto__', content: 'x' }] },
  ],
  ['content that is a number', 'messages[0].content', user(5)],
  ['content that is an object', 'messages[0].content', user({ type: 'text', text: 'x' })],
  ['a part that is null', 'messages[0].content[0]', user([null])],
  ['a text that is a number', 'messages[0].content[0].text', user([{ type: 'text', text: 5 }])],
  [
    'an image that is no image',
    'messages[0].content[0]',
    user([{ type: 'image_url', image_url: { url: 'data:text/plain;base64,eHg=' } }]),
  ],
  [
    'an image that is no base64',
    'messages[0].content[0]',
    user([{ type: 'image_url', image_url: { url: 'data:image/png;base64,***' } }]),
  ],
  [
    'an image without data',
    'messages[0].content[0]',
    user([{ type: 'image_url', image_url: { url: 'data:image/png;base64,' } }]),
  ],
  [
    'an address that cannot be decoded',
    'messages[0].content[0].image_url.url',
    user([{ type: 'image_url', image_url: { url: 'data:text/plain,%' } }]),
  ],
  ['a result without its call', 'messages[0]', { messages: [result] }],
  [
    'a result before its call',
    'messages[1]',
    { messages: [{ role: 'user', content: 'x' }, result, call()] },
  ],
  [
    'arguments that are no JSON',
    'messages[0].tool_calls[0].function.arguments',
    { messages: [call({ arguments: '{"a":' }), result] },
  ],
  [
    'arguments that are no text',
    'messages[0].tool_calls[0].function.arguments',
    { messages: [call({ arguments: { a: 1 } }), result] },
  ],
  [
    'a call without a name',
    'messages[0].tool_calls[0].function.name',
    { messages: [call({ name: '' })] },
  ],
  ['a temperature that is text', 'temperature', { temperature: 'hot' }],
  ['a temperature below zero', 'temperature', { temperature: -1 }],
  ['a temperature beyond measure', 'temperature', { temperature: 1e308 }],
  ['a probability of two', 'top_p', { top_p: 2 }],
  ['a limit of zero', 'max_completion_tokens', { max_completion_tokens: 0 }],
  ['a limit of half a token', 'max_completion_tokens', { max_completion_tokens: 0.5 }],
  ['a limit beyond measure', 'max_completion_tokens', { max_completion_tokens: 1e300 }],
  ['a seed that is text', 'seed', { seed: '7' }],
  ['a stop that is a number', 'stop', { stop: 5 }],
  ['a stop with a number in it', 'stop[1]', { stop: ['a', 5] }],
  ['tools that are an object', 'tools', { tools: {} }],
  ['a tool without type', 'tools[0].type', { tools: [{ function: { name: 'f' } }] }],
  [
    'a tool without name',
    'tools[0].function.name',
    { tools: [{ type: 'function', function: {} }] },
  ],
  [
    'a schema that is text',
    'tools[0].function.parameters',
    { tools: [{ type: 'function', function: { name: 'f', parameters: '{}' } }] },
  ],
  [
    'a choice of an unknown tool',
    'tool_choice',
    { tool_choice: { type: 'function', function: { name: 'nobody' } } },
  ],
  ['an unknown choice', 'tool_choice', { tool_choice: 'maybe' }],
  ['a shape without a type', 'response_format.type', { response_format: {} }],
  ['a stream that is text', 'stream', { stream: 'yes' }],
]

const openAiCompletions: readonly Entry[] = [
  ['no prompt', 'prompt', { prompt: null }],
  ['an empty prompt', 'prompt', { prompt: [] }],
  ['tokens for a prompt', 'prompt', { prompt: [1, 2, 3] }],
  ['a prompt that is an object', 'prompt', { prompt: {} }],
  ['a limit that is text', 'max_tokens', { max_tokens: '20' }],
  ['a temperature beyond measure', 'temperature', { temperature: 3 }],
  ['a stop with null in it', 'stop[0]', { stop: [null] }],
]

const input = (...items: JsonValue[]): JsonObject => ({ input: items })
const openAiResponses: readonly Entry[] = [
  ['no input', 'input', { input: [] }],
  ['input that is a number', 'input', { input: 5 }],
  ['an item that is null', 'input[0]', input(null)],
  ['an unknown role', 'input[0].role', input({ role: 'god', content: 'x' })],
  ['content that is null', 'input[0].content', input({ role: 'user', content: null })],
  [
    'an image without address',
    'input[0].content[0]',
    input({ role: 'user', content: [{ type: 'input_image' }] }),
  ],
  [
    'an image that is no base64',
    'input[0].content[0]',
    input({
      role: 'user',
      content: [{ type: 'input_image', image_url: 'data:image/png;base64,*' }],
    }),
  ],
  [
    'a result without its call',
    'input[0].call_id',
    input({ type: 'function_call_output', call_id: 'a', output: 'x' }),
  ],
  [
    'a call without a name',
    'input[0].name',
    input({ type: 'function_call', call_id: 'a', arguments: '{}' }),
  ],
  [
    'arguments that are no JSON',
    'input[0].arguments',
    input(
      { type: 'function_call', call_id: 'a', name: 'f', arguments: 'x' },
      { type: 'function_call_output', call_id: 'a', output: 'x' },
    ),
  ],
  ['a limit below zero', 'max_output_tokens', { max_output_tokens: -5 }],
  ['a temperature beyond measure', 'temperature', { temperature: 9 }],
  ['a tool without name', 'tools[0].name', { tools: [{ type: 'function' }] }],
  ['a choice of an unknown tool', 'tool_choice', { tool_choice: { type: 'function', name: 'g' } }],
  ['a schema that is missing', 'text.format.schema', { text: { format: { type: 'json_schema' } } }],
  ['reasoning that is text', 'reasoning', { reasoning: 'hard' }],
]

const anthropicMessages: readonly Entry[] = [
  ['no messages', 'messages', { messages: [] }],
  ['messages that are missing', 'messages', { messages: null }],
  ['messages that say nothing', 'messages', { system: [], ...user([]) }],
  ['an unknown role', 'messages[0].role', { messages: [{ role: 'tool', content: 'x' }] }],
  ['content that is null', 'messages[0].content', user(null)],
  ['a block without type', 'messages[0].content[0].type', user([{ text: 'x' }])],
  ['a block in the wrong place', 'messages[0].content[0].type', user([{ type: 'thinking' }])],
  [
    'a result without its call',
    'messages[0].content[0]',
    user([{ type: 'tool_result', tool_use_id: 'a', content: 'x' }]),
  ],
  [
    'an image that is no base64',
    'messages[0].content[0]',
    user([{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: '***' } }]),
  ],
  [
    'an image of no type',
    'messages[0].content[0].source.media_type',
    user([{ type: 'image', source: { type: 'base64', data: 'eHg=' } }]),
  ],
  [
    'a call whose input is a number',
    'messages[0].content[0].input',
    {
      messages: [
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: 5 }] },
      ],
    },
  ],
  ['a limit that is text', 'max_tokens', { max_tokens: '100' }],
  ['a temperature of two', 'temperature', { thinking: null, temperature: 2 }],
  [
    'a budget below the least',
    'thinking.budget_tokens',
    { thinking: { type: 'enabled', budget_tokens: 5 } },
  ],
  ['thinking that is true', 'thinking', { thinking: true }],
  ['a tool without a schema', 'tools[0].input_schema', { tools: [{ name: 'f' }] }],
  ['a choice of an unknown tool', 'tool_choice', { tool_choice: { type: 'tool', name: 'g' } }],
  ['an unknown choice', 'tool_choice.type', { tool_choice: { type: 'maybe' } }],
  ['a stop sequence that is null', 'stop_sequences[0]', { stop_sequences: [null] }],
  ['a system that is a number', 'system', { system: 5 }],
  ['metadata that is text', 'metadata', { metadata: 'x' }],
]

const parts = (...list: JsonValue[]): JsonObject => ({ contents: [{ role: 'user', parts: list }] })
const config = (generationConfig: JsonValue): JsonObject => ({ generationConfig })
const gemini: readonly Entry[] = [
  ['no contents', 'contents', { contents: [] }],
  ['contents that are null', 'contents', { contents: null }],
  [
    'an unknown role',
    'contents[0].role',
    { contents: [{ role: 'assistant', parts: [{ text: 'x' }] }] },
  ],
  ['parts that are text', 'contents[0].parts', { contents: [{ role: 'user', parts: 'x' }] }],
  ['a part that is null', 'contents[0].parts[0]', parts(null)],
  [
    'a part of two kinds',
    'contents[0].parts[0]',
    parts({ text: 'x', functionCall: { name: 'f' } }),
  ],
  ['a text that is a number', 'contents[0].parts[0].text', parts({ text: 5 })],
  [
    'an image that is no base64',
    'contents[0].parts[0]',
    parts({ inlineData: { mimeType: 'image/png', data: '*' } }),
  ],
  [
    'a result without its call',
    'contents[0].parts[0].functionResponse',
    parts({ functionResponse: { name: 'f', response: {} } }),
  ],
  ['a temperature beyond measure', 'generationConfig.temperature', config({ temperature: 5 })],
  ['a probability below zero', 'generationConfig.topP', config({ topP: -0.1 })],
  ['a limit of zero', 'generationConfig.maxOutputTokens', config({ maxOutputTokens: 0 })],
  [
    'stop sequences that are text',
    'generationConfig.stopSequences',
    config({ stopSequences: 'x' }),
  ],
  [
    'a function without name',
    'tools[0].functionDeclarations[0].name',
    { tools: [{ functionDeclarations: [{}] }] },
  ],
  [
    'an unknown mode',
    'toolConfig.functionCallingConfig.mode',
    { toolConfig: { functionCallingConfig: { mode: 'MAYBE' } } },
  ],
  [
    'a choice of an unknown function',
    'toolConfig.functionCallingConfig',
    { toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['g'] } } },
  ],
]

const blocks = (...list: JsonValue[]): JsonObject => user(list)
const bedrockConverse: readonly Entry[] = [
  ['no messages', 'messages', { messages: [] }],
  ['messages that are an object', 'messages', { messages: {} }],
  [
    'an unknown role',
    'messages[0].role',
    { messages: [{ role: 'tool', content: [{ text: 'x' }] }] },
  ],
  ['content that is text', 'messages[0].content', user('x')],
  ['a block of two members', 'messages[0].content[0]', blocks({ text: 'x', image: {} })],
  ['a block that is empty', 'messages[0].content[0]', blocks({})],
  [
    'an image of an unknown format',
    'messages[0].content[0].image.format',
    blocks({ image: { format: 'tiff', source: { bytes: 'eHg=' } } }),
  ],
  [
    'an image that is no base64',
    'messages[0].content[0].image',
    blocks({ image: { format: 'png', source: { bytes: '***' } } }),
  ],
  [
    'a result without its call',
    'messages[0].content[0].toolResult',
    blocks({ toolResult: { toolUseId: 'a', content: [{ text: 'x' }] } }),
  ],
  ['a limit of zero', 'inferenceConfig.maxTokens', { inferenceConfig: { maxTokens: 0 } }],
  ['a temperature of two', 'inferenceConfig.temperature', { inferenceConfig: { temperature: 2 } }],
  ['a configuration that is text', 'inferenceConfig', { inferenceConfig: 'x' }],
  [
    'a tool without a schema',
    'toolConfig.tools[0].toolSpec.inputSchema',
    { toolConfig: { tools: [{ toolSpec: { name: 'f' } }] } },
  ],
  [
    'a choice of an unknown tool',
    'toolConfig.toolChoice',
    {
      toolConfig: {
        tools: [{ toolSpec: { name: 'f', inputSchema: { json: { type: 'object' } } } }],
        toolChoice: { tool: { name: 'g' } },
      },
    },
  ],
]

const entries: Readonly<Record<string, readonly Entry[]>> = {
  'openai-chat': openAiChat,
  'openai-completions': openAiCompletions,
  'openai-responses': openAiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
  'bedrock-converse': bedrockConverse,
}

/** What is wrong in the same way in every dialect that has the field. */
const nestedTools = { unknown_field: deep(100) }

/** Every case: the rich request of a dialect, with members replaced. */
export const badCases: readonly BadCase[] = richRequests.flatMap(({ client, body }) =>
  (entries[client] ?? []).map(([title, param, members]) => ({
    client,
    title,
    param,
    body: { ...body, ...members },
  })),
)

/** Bodies that are refused before anyone reads them as a request. */
export const unreadable: readonly (readonly [title: string, text: string, status: number])[] = [
  ['no JSON', '{"messages":', 400],
  ['nothing', '', 400],
  ['an array', '[]', 400],
  ['text', '"hello"', 400],
  ['null', 'null', 400],
  ['a number', '1e999', 400],
  ['nesting beyond measure', JSON.stringify(nestedTools), 400],
  ['a hundred thousand brackets', '['.repeat(100_000), 400],
  ['a member that is there twice', '{"model":"a","model":"b"}', 400],
  ['more messages than are accepted', JSON.stringify(tooMany()), 413],
]

function tooMany(): JsonObject {
  const list = Array.from({ length: 5000 }, () => ({}))
  return { messages: list, input: list, contents: list }
}
