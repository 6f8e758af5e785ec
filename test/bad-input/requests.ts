import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import { pixelPng } from '../support/sdk.ts'

/** A request of one dialect that makes use of much of it. */
export interface RichRequest {
  /** Name of the client format. */
  readonly client: string
  readonly body: JsonObject
}

const schema = { type: 'object', properties: { place: { type: 'string' } } }
const pdf = Buffer.from('%PDF-1.4').toString('base64')
const ephemeral = { type: 'ephemeral', ttl: '5m' }

const openAiChat: JsonObject = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      name: 'ana',
      content: [
        { type: 'text', text: 'Look', cache_control: ephemeral },
        {
          type: 'image_url',
          image_url: { url: `data:image/png;base64,${pixelPng}`, detail: 'low' },
        },
        { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
        {
          type: 'file',
          file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` },
        },
        { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
      ],
    },
    {
      role: 'assistant',
      content: 'I see.',
      refusal: null,
      reasoning_content: 'Hm.',
      reasoning_details: [{ type: 'reasoning.text', text: 'Hm.', signature: 'Eqo=', index: 0 }],
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: 'done' }] },
    { role: 'developer', content: [{ type: 'text', text: 'Go on.' }] },
  ],
  tools: [
    {
      type: 'function',
      function: { name: 'f', description: 'F', parameters: schema, strict: true },
    },
  ],
  tool_choice: { type: 'function', function: { name: 'f' } },
  parallel_tool_calls: false,
  response_format: { type: 'json_schema', json_schema: { name: 'a', schema, strict: true } },
  reasoning_effort: 'low',
  max_completion_tokens: 4000,
  temperature: 0.5,
  top_p: 0.9,
  seed: 7,
  presence_penalty: 0.1,
  frequency_penalty: 0.1,
  stop: ['END'],
  user: 'u',
  n: 1,
  stream_options: { include_usage: true },
  logit_bias: { '50256': -100 },
  metadata: { a: 'b' },
}

const openAiCompletions: JsonObject = {
  prompt: 'Once',
  max_tokens: 20,
  temperature: 0.5,
  top_p: 0.9,
  stop: ['END'],
  seed: 3,
  presence_penalty: 0.1,
  user: 'u',
  n: 1,
  echo: false,
  stream_options: { include_usage: true },
}

const openAiResponses: JsonObject = {
  instructions: 'Be brief.',
  input: [
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'Look' },
        { type: 'input_image', image_url: `data:image/png;base64,${pixelPng}`, detail: 'auto' },
        { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` },
      ],
    },
    {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'Hm.' }],
      encrypted_content: 'gAAA',
    },
    {
      type: 'message',
      id: 'msg_1',
      status: 'completed',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'I see.', annotations: [] }],
    },
    { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{"a":1}' },
    {
      type: 'function_call_output',
      call_id: 'call_1',
      output: [{ type: 'input_text', text: 'ok' }],
    },
  ],
  tools: [{ type: 'function', name: 'f', description: 'F', parameters: schema, strict: false }],
  tool_choice: { type: 'function', name: 'f' },
  parallel_tool_calls: false,
  text: { format: { type: 'json_schema', name: 'a', schema, strict: true }, verbosity: 'low' },
  reasoning: { effort: 'low', summary: 'auto' },
  include: ['reasoning.encrypted_content'],
  max_output_tokens: 4000,
  temperature: 0.5,
  top_p: 0.9,
  store: false,
  user: 'u',
}

const anthropicMessages: JsonObject = {
  max_tokens: 4000,
  system: [{ type: 'text', text: 'Be brief.', cache_control: ephemeral }],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look', cache_control: ephemeral },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixelPng } },
        { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
        {
          type: 'document',
          title: 'A',
          source: { type: 'base64', media_type: 'application/pdf', data: pdf },
        },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'D' } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'Eqo=' },
        { type: 'redacted_thinking', data: 'Eqo=' },
        { type: 'text', text: 'I see.' },
        { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 'toolu_1',
          is_error: false,
          content: [
            { type: 'text', text: 'done' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixelPng } },
          ],
        },
        { type: 'text', text: 'Go on.' },
      ],
    },
  ],
  tools: [{ name: 'f', description: 'F', input_schema: schema, cache_control: ephemeral }],
  tool_choice: { type: 'auto', disable_parallel_tool_use: true },
  thinking: { type: 'enabled', budget_tokens: 1024 },
  output_config: { format: { type: 'json_schema', schema } },
  stop_sequences: ['END'],
  top_k: 5,
  metadata: { user_id: 'u' },
}

const gemini: JsonObject = {
  systemInstruction: { parts: [{ text: 'Be brief.' }] },
  contents: [
    {
      role: 'user',
      parts: [
        { text: 'Look' },
        { inlineData: { mimeType: 'image/png', data: pixelPng } },
        { inlineData: { mimeType: 'application/pdf', data: pdf, displayName: 'A' } },
        { fileData: { mimeType: 'image/png', fileUri: 'https://example.com/a.png' } },
      ],
    },
    {
      role: 'model',
      parts: [
        { text: 'Hm.', thought: true, thoughtSignature: 'Eqo=' },
        { text: 'I see.' },
        { functionCall: { id: 'c1', name: 'f', args: { a: 1 } }, thoughtSignature: 'Eqo=' },
      ],
    },
    {
      role: 'user',
      parts: [
        {
          functionResponse: {
            id: 'c1',
            name: 'f',
            response: { output: 'done' },
            parts: [{ inlineData: { mimeType: 'image/png', data: pixelPng } }],
          },
        },
        { text: 'Go on.' },
      ],
    },
  ],
  tools: [
    { functionDeclarations: [{ name: 'f', description: 'F', parametersJsonSchema: schema }] },
  ],
  toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } },
  generationConfig: {
    maxOutputTokens: 4000,
    temperature: 0.5,
    topP: 0.9,
    topK: 5,
    seed: 7,
    stopSequences: ['END'],
    presencePenalty: 0.1,
    responseMimeType: 'application/json',
    responseJsonSchema: schema,
    thinkingConfig: { thinkingBudget: 1024, includeThoughts: true },
  },
  safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
}

const bedrockConverse: JsonObject = {
  system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }],
  messages: [
    {
      role: 'user',
      content: [
        { text: 'Look' },
        { cachePoint: { type: 'default', ttl: '1h' } },
        { image: { format: 'png', source: { bytes: pixelPng } } },
        { document: { format: 'pdf', name: 'A', source: { bytes: pdf } } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'Eqo=' } } },
        { reasoningContent: { redactedContent: 'Eqo=' } },
        { text: 'I see.' },
        { toolUse: { toolUseId: 't1', name: 'f', input: { a: 1 } } },
      ],
    },
    {
      role: 'user',
      content: [
        {
          toolResult: {
            toolUseId: 't1',
            status: 'success',
            content: [{ text: 'done' }, { json: { a: 1 } }],
          },
        },
        { text: 'Go on.' },
      ],
    },
  ],
  inferenceConfig: { maxTokens: 4000, temperature: 0.5, topP: 0.9, stopSequences: ['END'] },
  toolConfig: {
    tools: [
      { toolSpec: { name: 'f', description: 'F', inputSchema: { json: schema } } },
      { cachePoint: { type: 'default' } },
    ],
    toolChoice: { tool: { name: 'f' } },
  },
  additionalModelRequestFields: { top_k: 5 },
  outputConfig: {
    textFormat: {
      type: 'json_schema',
      structure: { jsonSchema: { name: 'a', schema: JSON.stringify(schema) } },
    },
  },
}

/** A rich request of every dialect. */
export const richRequests: readonly RichRequest[] = [
  { client: 'openai-chat', body: openAiChat },
  { client: 'openai-completions', body: openAiCompletions },
  { client: 'openai-responses', body: openAiResponses },
  { client: 'anthropic-messages', body: anthropicMessages },
  { client: 'gemini', body: gemini },
  { client: 'bedrock-converse', body: bedrockConverse },
]

/** The keys and indexes on the way to a value. */
export type Path = readonly (string | number)[]

/** Every place in a value, the deepest last. */
export function pathsIn(value: JsonValue | undefined, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at]
  const entries: [string | number, JsonValue | undefined][] = Array.isArray(value)
    ? value.map((each, index) => [index, each])
    : Object.entries(value)
  return [at, ...entries.flatMap(([key, each]) => pathsIn(each, [...at, key]))]
}

/** Returns a copy of a value in which one place is what `change` makes of it; `undefined` takes it out. */
export function changed(
  value: JsonValue,
  [key, ...rest]: Path,
  change: (before: JsonValue | undefined) => JsonValue | undefined,
): JsonValue {
  if (key === undefined) return change(value) ?? null
  if (Array.isArray(value) && typeof key === 'number') {
    const copy = [...value]
    const made = rest.length > 0 ? changed(copy[key] ?? null, rest, change) : change(copy[key])
    copy.splice(key, 1, ...(made === undefined ? [] : [made]))
    return copy
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const inner = value[key]
  const made = rest.length > 0 ? changed(inner ?? null, rest, change) : change(inner)
  return { ...value, [key]: made }
}

/** Writes a path as errors name it. */
export function nameOf(path: Path): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join('')
}
