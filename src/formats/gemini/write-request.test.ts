import { describe, expect, test } from 'bun:test'
import type { Warning } from '../format.ts'
import type { NeutralMessage, NeutralRequest } from '../neutral.ts'
import { gemini } from './index.ts'
import { neutralSignature } from '../origin.ts'
import { signCallId } from './signature.ts'

const base: NeutralRequest = {
  model: 'gemini-2.5-flash',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
  stream: false,
  inexpressible: [],
}

function write(more: Partial<NeutralRequest>) {
  const warnings: Warning[] = []
  const body = gemini.writeRequest({ ...base, ...more }, (warning) => warnings.push(warning))
  return { body, warnings: warnings.map(({ type, field }) => `${type} ${field}`) }
}

describe('a request', () => {
  test('says neither its model nor that it streams', () => {
    expect(write({ stream: true, streamUsage: true })).toEqual({
      body: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
      warnings: [],
    })
  })

  test('is written whole', () => {
    const { body, warnings } = write({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image', source: { type: 'url', url: 'https://example.com/a.webp?x=1' } },
            { type: 'document', source: { type: 'url', url: 'https://example.com/a' } },
            { type: 'audio', data: 'YQ==', format: 'wav' },
          ],
        },
      ],
      tools: [
        {
          name: 'f',
          description: 'F',
          parameters: { type: 'object', additionalProperties: false },
        },
      ],
      toolChoice: { type: 'required' },
      responseShape: { type: 'json-schema', schema: { type: 'object' } },
      temperature: 1,
      topP: 0.5,
      topK: 3,
      maxOutputTokens: 9,
      seed: 1,
      stopSequences: ['a', 'b'],
      presencePenalty: 0.5,
      frequencyPenalty: -0.5,
    })
    expect(warnings).toEqual([])
    expect(body).toEqual({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        {
          role: 'user',
          parts: [
            { text: 'Look' },
            { fileData: { fileUri: 'https://example.com/a.webp?x=1', mimeType: 'image/webp' } },
            { fileData: { fileUri: 'https://example.com/a', mimeType: 'application/pdf' } },
            { inlineData: { mimeType: 'audio/wav', data: 'YQ==' } },
          ],
        },
      ],
      tools: [
        {
          functionDeclarations: [
            {
              name: 'f',
              description: 'F',
              parametersJsonSchema: { type: 'object', additionalProperties: false },
            },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      generationConfig: {
        temperature: 1,
        topP: 0.5,
        topK: 3,
        maxOutputTokens: 9,
        seed: 1,
        stopSequences: ['a', 'b'],
        presencePenalty: 0.5,
        frequencyPenalty: -0.5,
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'object' },
      },
    })
  })

  test('reports what Gemini cannot do', () => {
    const { warnings } = write({
      messages: [
        {
          role: 'user',
          name: 'Ana',
          content: [
            { type: 'text', text: 'Hi', cacheMark: {} },
            { type: 'image', source: { type: 'file', fileId: 'file-1' }, detail: 'high' },
            { type: 'document', source: { type: 'text', text: 'T' }, title: 'A' },
          ],
        },
        { role: 'system', content: [{ type: 'text', text: 'late' }] },
        {
          role: 'assistant',
          content: [
            { type: 'refusal', text: 'no' },
            { type: 'redacted-reasoning', data: 'x' },
            { type: 'reasoning', text: 't', signature: 'of another' },
          ],
        },
      ],
      tools: [{ name: 'f', strict: true }],
      parallelToolCalls: false,
      stopSequences: ['1', '2', '3', '4', '5', '6'],
      seed: 2 ** 40,
      userId: 'u',
    })
    expect(warnings).toEqual([
      'dropped messages[0].name',
      'dropped messages[0].content[0].cache_control',
      'dropped messages[0].content[1].image_url.detail',
      'dropped messages[0].content[1]',
      'changed messages[0].content[2]',
      'changed messages[1]',
      'changed messages[2].content[0]',
      'dropped messages[2].content[1]',
      'changed messages[2].content[2]',
      'changed stop',
      'dropped seed',
      'dropped user',
      'dropped parallel_tool_calls',
      'dropped tools[0].strict',
    ])
  })
})

describe('calls of functions', () => {
  const call = (id: string): NeutralMessage => ({
    role: 'assistant',
    content: [
      { type: 'tool-call', id, name: 'f', arguments: '{"a":1}' },
      { type: 'tool-call', id: `${id}2`, name: 'g', arguments: '' },
    ],
  })
  const result = (callId: string, text: string, isError = false): NeutralMessage => ({
    role: 'tool',
    content: [
      {
        type: 'tool-result',
        callId,
        content: [{ type: 'text', text }],
        ...(isError ? { isError } : {}),
      },
    ],
  })

  test('get their results named, together and in one content, and their signatures back', () => {
    const id = signCallId('call_1', 'c2lnbmF0dXJl')
    const { body, warnings } = write({
      model: 'gemini-3-pro-preview',
      messages: [
        ...base.messages,
        call(id),
        result(id, '{"ok":true}'),
        result(`${id}2`, 'no', true),
        { role: 'user', content: [{ type: 'text', text: 'and?' }] },
      ],
    })
    expect(warnings).toEqual([])
    expect(body['contents']).toEqual([
      { role: 'user', parts: [{ text: 'Hello' }] },
      {
        role: 'model',
        parts: [
          {
            functionCall: { id: 'call_1', name: 'f', args: { a: 1 } },
            thoughtSignature: 'c2lnbmF0dXJl',
          },
          expect.objectContaining({
            functionCall: expect.objectContaining({ name: 'g', args: {} }),
          }),
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'call_1', name: 'f', response: { ok: true } } },
          { functionResponse: expect.objectContaining({ name: 'g', response: { error: 'no' } }) },
        ],
      },
      { role: 'user', parts: [{ text: 'and?' }] },
    ])
  })

  test('of other models get what stands for a signature, from the third generation on', () => {
    const messages = [
      ...base.messages,
      call('toolu_1'),
      result('toolu_1', 'x'),
      result('toolu_12', 'y'),
    ]
    const signatureIn = (model: string) => JSON.stringify(write({ model, messages }).body)
    expect(signatureIn('gemini-3-flash').split('skip_thought_signature_validator')).toHaveLength(2)
    expect(signatureIn('gemini-2.5-pro')).not.toContain('thoughtSignature')
  })

  test('send pictures inside a result, or beside it where that is not understood', () => {
    const messages: NeutralMessage[] = [
      ...base.messages,
      call('c'),
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            callId: 'c',
            content: [
              { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'YQ==' } },
            ],
          },
        ],
      },
    ]
    const media = { inlineData: { mimeType: 'image/png', data: 'YQ==' } }
    const functionResponse = { id: 'c', name: 'f', response: { output: '' } }
    const third = write({ model: 'gemini-3-flash', messages })
    expect(third.body['contents']).toContainEqual({
      role: 'user',
      parts: [{ functionResponse: { ...functionResponse, parts: [media] } }],
    })
    const second = write({ messages })
    expect(second.body['contents']).toContainEqual({
      role: 'user',
      parts: [{ functionResponse }, media],
    })
    expect(second.warnings).toEqual(['changed messages[2].content[0]'])
  })

  test.each([
    [
      'messages[1].content[0].arguments',
      [
        {
          role: 'assistant',
          content: [{ type: 'tool-call', id: 'a', name: 'f', arguments: '[1]' }],
        },
      ],
    ],
    ['messages[1].content[0]', [result('nobody', 'x')]],
  ] as const)('that make no sense are refused with the path %s', (param, messages) => {
    expect(() => write({ messages: [...base.messages, ...messages] })).toThrow(
      expect.objectContaining({ code: 'invalid_request', param }),
    )
  })
})

describe('how much to think', () => {
  test.each([
    ['gemini-2.5-flash', { effort: 'none' }, { thinkingBudget: 0 }, []],
    ['gemini-2.5-pro', { effort: 'none' }, { thinkingBudget: 128 }, ['changed reasoning_effort']],
    [
      'gemini-3-flash',
      { effort: 'none' },
      { thinkingLevel: 'MINIMAL' },
      ['changed reasoning_effort'],
    ],
    [
      'gemini-3-pro-preview',
      { effort: 'none' },
      { thinkingLevel: 'LOW' },
      ['changed reasoning_effort'],
    ],
    ['gemini-2.5-flash', { effort: 'medium' }, { thinkingBudget: 8192, includeThoughts: true }, []],
    [
      'gemini-3-pro',
      { effort: 'medium' },
      { thinkingLevel: 'HIGH', includeThoughts: true },
      ['changed reasoning_effort'],
    ],
    [
      'gemini-3.1-pro',
      { effort: 'medium' },
      { thinkingLevel: 'MEDIUM', includeThoughts: true },
      [],
    ],
    [
      'gemini-3-flash',
      { effort: 'minimal' },
      { thinkingLevel: 'MINIMAL', includeThoughts: true },
      [],
    ],
    [
      'gemini-3-flash',
      { effort: 'xhigh' },
      { thinkingLevel: 'HIGH', includeThoughts: true },
      ['changed reasoning_effort'],
    ],
    [
      'gemini-2.5-flash',
      { effort: 'much' },
      { includeThoughts: true },
      ['dropped reasoning_effort'],
    ],
    [
      'gemini-2.5-flash',
      { budgetTokens: 2000 },
      { thinkingBudget: 2000, includeThoughts: true },
      [],
    ],
    [
      'gemini-2.5-flash',
      { budgetTokens: 32_000 },
      { thinkingBudget: 24_576, includeThoughts: true },
      ['changed reasoning_effort'],
    ],
    ['gemini-2.5-pro', { adaptive: true }, { thinkingBudget: -1, includeThoughts: true }, []],
    ['gemini-3-pro', { adaptive: true }, { includeThoughts: true }, []],
    ['gemini-2.0-flash', { effort: 'high' }, undefined, ['dropped reasoning_effort']],
    ['gemma-3-27b-it', { effort: 'none' }, undefined, []],
  ])('%s: %j', (model, reasoning, thinkingConfig, expected) => {
    const { body, warnings } = write({ model, reasoning })
    expect(body['generationConfig']).toEqual(
      thinkingConfig === undefined ? undefined : { thinkingConfig },
    )
    expect(warnings).toEqual(expected)
  })

  test('thoughts go back with their signatures', () => {
    const { body } = write({
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'hm', signature: neutralSignature('YQ==', 'gemini') },
            { type: 'text', text: 'Hi' },
            { type: 'reasoning', text: '', signature: neutralSignature('Yg==', 'gemini') },
          ],
        },
      ],
    })
    expect(body['contents']).toEqual([
      {
        role: 'model',
        parts: [
          { text: 'hm', thought: true, thoughtSignature: 'YQ==' },
          { text: 'Hi' },
          { text: '', thoughtSignature: 'Yg==' },
        ],
      },
    ])
  })

  test('a proof that came by itself goes back with the call behind it', () => {
    const { body } = write({
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: '', signature: neutralSignature('YQ==', 'gemini') },
            { type: 'tool-call', id: 'c1', name: 'f', arguments: '{}' },
          ],
        },
      ],
    })
    const functionCall = { id: 'c1', name: 'f', args: {} }
    expect(body).toHaveProperty('contents[0].parts', [{ functionCall, thoughtSignature: 'YQ==' }])
  })
})

test('the title of a document has no place', () => {
  const source = { type: 'base64', mediaType: 'application/pdf', data: 'JVBERg==' } as const
  const content = [{ type: 'document', source, title: 'a.pdf' } as const]
  expect(write({ messages: [{ role: 'user', content }] }).warnings).toEqual([
    'dropped messages[0].content[0].title',
  ])
})
