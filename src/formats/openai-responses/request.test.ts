import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../../core/errors.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { Warning } from '../format.ts'
import { openAiResponses } from './index.ts'

const { readRequest, writeRequest } = openAiResponses

function read(more: JsonObject) {
  return readRequest({ model: 'm', input: 'Hello', ...more })
}

/** The path and text of the refusal that a body earns. */
function refusal(more: JsonObject): { readonly param: string | undefined; readonly text: string } {
  try {
    read(more)
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'invalid_request') {
      return { param: error.param, text: error.message }
    }
    throw error
  }
  throw new Error('The request was accepted.')
}

function written(body: JsonObject): [JsonObject, Warning[]] {
  const warnings: Warning[] = []
  const json: unknown = JSON.parse(
    JSON.stringify(writeRequest(readRequest(body), (warning) => warnings.push(warning))),
  )
  if (!isObject(json)) throw new Error('not an object')
  return [json, warnings]
}

describe('the input', () => {
  test('is one message of the user when it is a string, behind the instructions', () => {
    expect(read({ instructions: 'Be brief.' }).messages).toEqual([
      { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
    ])
  })

  test('joins what the assistant did in one turn, and the results of its calls', () => {
    const { messages, inexpressible } = read({
      input: [
        { role: 'user', content: 'Weather in two places?' },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [
            { type: 'summary_text', text: 'Two' },
            { type: 'summary_text', text: 'calls' },
          ],
          encrypted_content: 'proof',
        },
        {
          type: 'message',
          id: 'msg_1',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'Let me see.', annotations: [], logprobs: [] }],
        },
        { type: 'function_call', id: 'fc_1', call_id: 'a', name: 'f', arguments: '{"x":1}' },
        { type: 'function_call', id: 'fc_2', call_id: 'b', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'a', output: 'rain' },
        {
          type: 'function_call_output',
          call_id: 'b',
          output: [
            { type: 'input_text', text: 'sun' },
            { type: 'input_image', image_url: 'https://example.com/x.png', detail: 'low' },
          ],
        },
        { role: 'developer', content: 'Go on.' },
      ],
    })
    expect(messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Weather in two places?' }] },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Two\n\ncalls', signature: 'openai:proof' },
          { type: 'text', text: 'Let me see.' },
          { type: 'tool-call', id: 'a', name: 'f', arguments: '{"x":1}' },
          { type: 'tool-call', id: 'b', name: 'f', arguments: '{}' },
        ],
      },
      {
        role: 'tool',
        content: [
          { type: 'tool-result', callId: 'a', content: [{ type: 'text', text: 'rain' }] },
          {
            type: 'tool-result',
            callId: 'b',
            content: [
              { type: 'text', text: 'sun' },
              {
                type: 'image',
                source: { type: 'url', url: 'https://example.com/x.png' },
                detail: 'low',
              },
            ],
          },
        ],
      },
      { role: 'system', content: [{ type: 'text', text: 'Go on.' }] },
    ])
    expect(inexpressible).toEqual([])
  })

  test('holds images and files in every way of giving them', () => {
    const content = [
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' },
      { type: 'input_image', file_id: 'file-1' },
      { type: 'input_file', file_data: 'data:application/pdf;base64,BBBB', filename: 'a.pdf' },
      { type: 'input_file', file_url: 'https://example.com/b.pdf' },
      { type: 'input_file', file_id: 'file-2' },
      { type: 'input_file', file_data: 'CCCC' },
    ]
    const pdf = (data: string) => ({ type: 'base64', mediaType: 'application/pdf', data }) as const
    expect(read({ input: [{ role: 'user', content }] }).messages[0]?.content).toEqual([
      {
        type: 'image',
        source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' },
        detail: 'auto',
      },
      { type: 'image', source: { type: 'file', fileId: 'file-1' } },
      { type: 'document', source: { ...pdf('BBBB') }, title: 'a.pdf' },
      { type: 'document', source: { type: 'url', url: 'https://example.com/b.pdf' } },
      { type: 'document', source: { type: 'file', fileId: 'file-2' } },
      { type: 'document', source: { ...pdf('CCCC') } },
    ])
  })
})

describe('the settings', () => {
  test('are read', () => {
    const request = read({
      stream: true,
      max_output_tokens: 50,
      temperature: 0.5,
      top_p: 0.9,
      parallel_tool_calls: false,
      reasoning: { effort: 'low', summary: 'auto' },
      safety_identifier: 'hash',
      user: 'other',
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object' }, strict: true }],
      tool_choice: { type: 'function', name: 'f' },
      text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' } } },
      include: ['reasoning.encrypted_content'],
      store: false,
      truncation: 'disabled',
      metadata: {},
    })
    expect(request).toMatchObject({
      stream: true,
      streamUsage: true,
      maxOutputTokens: 50,
      temperature: 0.5,
      topP: 0.9,
      parallelToolCalls: false,
      reasoning: { effort: 'low' },
      userId: 'hash',
      tools: [{ name: 'f', parameters: { type: 'object' }, strict: true }],
      toolChoice: { type: 'tool', name: 'f' },
      responseShape: { type: 'json-schema', name: 'n', schema: { type: 'object' } },
      inexpressible: [],
    })
  })

  test('that have no neutral form are reported, each by its path', () => {
    const { inexpressible } = read({
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'x' }, { type: 'input_hologram' }] },
        { type: 'web_search_call', id: 'ws_1', status: 'completed' },
        { type: 'item_reference', id: 'msg_9' },
        { id: 'msg_8' },
        { type: 'reasoning', id: 'rs_1', summary: [] },
        { role: 'assistant', phase: 'commentary', content: 'y' },
      ],
      previous_response_id: 'resp_1',
      tools: [{ type: 'web_search' }, { type: 'custom', name: 'c' }, { type: 'mcp' }],
      tool_choice: { type: 'allowed_tools', mode: 'required', tools: [] },
      include: ['message.output_text.logprobs'],
      truncation: 'auto',
      metadata: { team: 'x' },
      background: true,
      top_logprobs: 3,
      prompt_cache_key: 'k',
      text: { verbosity: 'low' },
      reasoning: { effort: 'low', mode: 'new' },
      a_field_of_tomorrow: 1,
    })
    expect([...inexpressible].sort()).toEqual(
      [
        'a_field_of_tomorrow',
        'background',
        'include[0]',
        'input[0].content[1]',
        'input[1]',
        'input[2]',
        'input[3]',
        'input[4]',
        'input[5].phase',
        'metadata',
        'previous_response_id',
        'prompt_cache_key',
        'reasoning.mode',
        'text.verbosity',
        'tool_choice.tools',
        'tools[0]',
        'tools[1]',
        'tools[2]',
        'top_logprobs',
        'truncation',
      ].sort(),
    )
  })
})

describe('a request that is not valid is refused with the path of its fault', () => {
  for (const [param, more] of [
    ['model', { model: 7 }],
    ['input', { input: 7 }],
    ['input', { input: [] }],
    ['input', { input: null }],
    ['input[0]', { input: ['x'] }],
    ['input[0].role', { input: [{ role: 'robot', content: 'x' }] }],
    ['input[0].content', { input: [{ role: 'user', content: 7 }] }],
    ['input[0].content[0].type', { input: [{ role: 'user', content: [{}] }] }],
    ['input[0].content[0].text', { input: [{ role: 'user', content: [{ type: 'input_text' }] }] }],
    ['input[0].content[0]', { input: [{ role: 'user', content: [{ type: 'input_image' }] }] }],
    ['input[0].content[0]', { input: [{ role: 'user', content: [{ type: 'input_file' }] }] }],
    ['input[0].call_id', { input: [{ type: 'function_call', name: 'f', arguments: '' }] }],
    ['input[0].arguments', { input: [{ type: 'function_call', name: 'f', call_id: 'a' }] }],
    ['input[0].call_id', { input: [{ type: 'function_call_output', call_id: 'a', output: '' }] }],
    ['instructions', { instructions: [] }],
    ['stream', { stream: 'yes' }],
    ['tools', { tools: {} }],
    ['tools[0].name', { tools: [{ type: 'function' }] }],
    ['tools[0].parameters', { tools: [{ type: 'function', name: 'f', parameters: 'x' }] }],
    ['tool_choice', { tool_choice: 'maybe' }],
    ['tool_choice.name', { tool_choice: { type: 'function' } }],
    ['text.format.type', { text: { format: {} } }],
    ['text.format.schema', { text: { format: { type: 'json_schema' } } }],
    ['max_output_tokens', { max_output_tokens: 0 }],
    ['temperature', { temperature: 'hot' }],
    ['reasoning.effort', { reasoning: { effort: 1 } }],
    ['include[0]', { include: [1] }],
  ] as const satisfies readonly (readonly [string, JsonObject])[]) {
    test(`${param} of ${JSON.stringify(more)}`, () => {
      const { param: found, text } = refusal(more)
      expect(found).toBe(param)
      expect(text).toStartWith(`${param} must be`)
    })
  }

  test('whatever it is: a reader throws nothing else', () => {
    const field = fc.constantFrom(
      'model',
      'input',
      'tools',
      'tool_choice',
      'text',
      'reasoning',
      'include',
      'stream',
      'instructions',
      'temperature',
      'user',
      'metadata',
      'max_output_tokens',
    )
    const item = fc.dictionary(
      fc.constantFrom('type', 'role', 'content', 'call_id', 'output', 'summary', 'id', 'arguments'),
      fc.oneof(
        fc.jsonValue(),
        fc.constantFrom('message', 'user', 'function_call', 'function_call_output', 'reasoning'),
        fc.array(fc.dictionary(fc.constantFrom('type', 'text', 'image_url'), fc.jsonValue())),
      ),
    )
    const value = fc.oneof(fc.jsonValue(), fc.array(item, { maxLength: 3 }))
    fc.assert(
      fc.property(fc.dictionary(field, value), fc.boolean(), (fields, isNamed) => {
        const text = JSON.stringify(isNamed ? { model: 'm', input: 'x', ...fields } : fields)
        const body: unknown = JSON.parse(text)
        if (!isObject(body)) return
        try {
          readRequest(body)
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError)
          if (!(error instanceof GatewayError)) return
          expect(error.code).toBe('invalid_request')
          expect(error.param).toBeString()
        }
      }),
    )
  })
})

describe('a request written for a provider', () => {
  test('says what was asked, stores nothing and wants proof of reasoning back', () => {
    const [body, warnings] = written({
      model: 'gpt-5',
      input: 'Hello',
      reasoning: { effort: 'high' },
      tools: [{ type: 'function', name: 'f' }],
      text: { format: { type: 'json_object' } },
    })
    expect(body).toEqual({
      model: 'gpt-5',
      input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }],
      tools: [
        {
          type: 'function',
          name: 'f',
          parameters: { type: 'object', properties: {} },
          strict: false,
        },
      ],
      text: { format: { type: 'json_object' } },
      reasoning: { effort: 'high' },
      include: ['reasoning.encrypted_content'],
      store: false,
    })
    expect(warnings).toEqual([])
  })

  test('reports every wish that the API has no word for', () => {
    const warnings: string[] = []
    const text = { type: 'text', text: 'x', cacheMark: {} } as const
    writeRequest(
      {
        model: 'm',
        stream: false,
        messages: [
          { role: 'user', name: 'n', content: [text, { type: 'audio', data: '', format: 'wav' }] },
          {
            role: 'assistant',
            content: [
              { type: 'reasoning', text: 'unsigned' },
              { type: 'redacted-reasoning', data: 'x' },
            ],
          },
        ],
        topK: 3,
        seed: 1,
        presencePenalty: 1,
        frequencyPenalty: 0,
        stopSequences: ['END'],
        toolChoice: { type: 'required' },
        reasoning: { budgetTokens: 2000 },
        inexpressible: [],
      },
      ({ field }) => warnings.push(field),
    )
    expect(warnings.sort()).toEqual(
      [
        'messages[0].content[0].cache_control',
        'messages[0].content[1]',
        'messages[0].name',
        'messages[1].content[0]',
        'messages[1].content[1]',
        'presence_penalty',
        'seed',
        'stop',
        'thinking.budget_tokens',
        'tool_choice',
        'top_k',
      ].sort(),
    )
  })
})
