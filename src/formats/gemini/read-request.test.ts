import { describe, expect, test } from 'bun:test'
import type { JsonObject } from '../../core/json.ts'
import { gemini } from './index.ts'
import { wrapForeign } from './signature.ts'

const target = { model: 'gemini-2.5-flash', stream: false }
const hello = { contents: [{ parts: [{ text: 'Hello' }] }] }

function read(body: JsonObject) {
  return gemini.readRequest(body, target)
}

describe('a request', () => {
  test('takes model and streaming from the path, whatever the body says', () => {
    const request = gemini.readRequest(
      { ...hello, model: 'models/other', stream: false },
      { model: 'ours', stream: true },
    )
    expect(request).toMatchObject({ model: 'ours', stream: true, streamUsage: true })
    expect(request.inexpressible).toEqual([])
  })

  test('is read whole', () => {
    expect(
      read({
        systemInstruction: { parts: [{ text: 'Be brief.' }] },
        contents: [
          {
            role: 'user',
            parts: [
              { text: 'What is this?' },
              { inlineData: { mimeType: 'image/png', data: 'aW1n' } },
              { inlineData: { mimeType: 'audio/mpeg', data: 'c291bmQ=' } },
              { inlineData: { mimeType: 'application/pdf', data: 'cGRm', displayName: 'a.pdf' } },
              { fileData: { mimeType: 'image/jpeg', fileUri: 'https://example.com/a.jpg' } },
            ],
          },
        ],
        tools: [
          {
            functionDeclarations: [
              {
                name: 'look',
                description: 'Looks',
                parameters: {
                  type: 'OBJECT',
                  properties: { at: { type: 'STRING', nullable: true, maxLength: '9' } },
                },
              },
              { name: 'wait', parametersJsonSchema: { type: 'object', minProperties: 1 } },
            ],
          },
        ],
        toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['look'] } },
        generationConfig: {
          temperature: 0.5,
          topP: 0.9,
          topK: 40,
          maxOutputTokens: 100,
          stopSequences: ['END'],
          seed: 7,
          presencePenalty: 0.1,
          frequencyPenalty: 0.2,
          responseMimeType: 'application/json',
          responseSchema: { type: 'ARRAY', items: { type: 'INTEGER' } },
          thinkingConfig: { thinkingBudget: 2048, includeThoughts: true },
        },
      }),
    ).toEqual({
      model: 'gemini-2.5-flash',
      stream: false,
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'aW1n' } },
            { type: 'audio', data: 'c291bmQ=', format: 'mp3' },
            {
              type: 'document',
              source: { type: 'base64', mediaType: 'application/pdf', data: 'cGRm' },
              title: 'a.pdf',
            },
            { type: 'image', source: { type: 'url', url: 'https://example.com/a.jpg' } },
          ],
        },
      ],
      tools: [
        {
          name: 'look',
          description: 'Looks',
          parameters: {
            type: 'object',
            properties: { at: { type: ['string', 'null'], maxLength: 9 } },
          },
        },
        { name: 'wait', parameters: { type: 'object', minProperties: 1 } },
      ],
      toolChoice: { type: 'tool', name: 'look' },
      responseShape: { type: 'json-schema', schema: { type: 'array', items: { type: 'integer' } } },
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      stopSequences: ['END'],
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      reasoning: { budgetTokens: 2048 },
      inexpressible: [],
    })
  })

  test('may write its fields in snake case, and leaves the caller their own names', () => {
    const request = read({
      system_instruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ inline_data: { mime_type: 'image/png', data: 'aW1n' } }] },
        { role: 'model', parts: [{ function_call: { name: 'f', args: { some_key: 1 } } }] },
        {
          role: 'user',
          parts: [{ function_response: { name: 'f', response: { other_key: 2 } } }],
        },
      ],
      tools: [
        {
          function_declarations: [
            { name: 'f', parameters: { type: 'object', properties: { some_key: {} } } },
          ],
        },
      ],
      generation_config: { max_output_tokens: 5 },
    })
    expect(request.inexpressible).toEqual([])
    expect(request.maxOutputTokens).toBe(5)
    expect(request.tools?.[0]?.parameters).toEqual({
      type: 'object',
      properties: { some_key: {} },
    })
    expect(request.messages.slice(1)).toEqual([
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'aW1n' } },
        ],
      },
      {
        role: 'assistant',
        content: [{ type: 'tool-call', id: 'call_0', name: 'f', arguments: '{"some_key":1}' }],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            callId: 'call_0',
            content: [{ type: 'text', text: '{"other_key":2}' }],
          },
        ],
      },
    ])
  })

  test('pairs responses with calls, by id or by name and order, and tells output from error', () => {
    const { messages } = read({
      contents: [
        { role: 'user', parts: [{ text: 'go' }] },
        {
          role: 'model',
          parts: [
            { functionCall: { id: 'x', name: 'f', args: {} } },
            { functionCall: { name: 'f', args: {} } },
            { functionCall: { name: 'g' } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { name: 'g', response: { output: 'ok' } } },
            { functionResponse: { name: 'f', id: 'x', response: { error: 'no' } } },
            { functionResponse: { name: 'f', response: { output: [1] } } },
            { text: 'and?' },
          ],
        },
      ],
    })
    expect(messages.slice(2)).toEqual([
      {
        role: 'tool',
        content: [
          { type: 'tool-result', callId: 'call_2', content: [{ type: 'text', text: 'ok' }] },
          {
            type: 'tool-result',
            callId: 'x',
            content: [{ type: 'text', text: 'no' }],
            isError: true,
          },
          { type: 'tool-result', callId: 'call_1', content: [{ type: 'text', text: '[1]' }] },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'and?' }] },
    ])
  })

  test('makes one turn of the chunks that chats keep, signatures of other providers included', () => {
    const { messages } = read({
      contents: [
        { role: 'user', parts: [{ text: 'go' }] },
        { role: 'model', parts: [{ text: 'Let me ', thought: true }] },
        { role: 'model', parts: [{ text: 'see', thought: true }] },
        {
          role: 'model',
          parts: [
            {
              text: '',
              thought: true,
              thoughtSignature: wrapForeign({ type: 'signature', value: 'proof' }),
            },
          ],
        },
        {
          role: 'model',
          parts: [
            {
              text: '',
              thought: true,
              thoughtSignature: wrapForeign({ type: 'redacted', value: 'r' }),
            },
            { text: 'Hel' },
          ],
        },
        { role: 'model', parts: [{ text: 'lo', thoughtSignature: 'b3du' }] },
        { role: 'model', parts: [{ text: '' }] },
        { role: 'user', parts: [{ text: 'thanks' }] },
      ],
    })
    expect(messages[1]).toEqual({
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'Let me see', signature: 'proof' },
        { type: 'redacted-reasoning', data: 'r' },
        { type: 'text', text: 'Hello' },
      ],
    })
    expect(messages).toHaveLength(3)
  })

  test.each([
    [{ thinkingBudget: 0 }, { effort: 'none' }],
    [{ thinkingBudget: -1 }, { adaptive: true }],
    [{ includeThoughts: true }, { adaptive: true }],
    [{ thinkingLevel: 'LOW', includeThoughts: true }, { effort: 'low' }],
    [{ includeThoughts: false }, undefined],
  ])('reads how much to think: %j', (thinkingConfig, reasoning) => {
    expect(read({ ...hello, generationConfig: { thinkingConfig } }).reasoning).toEqual(reasoning)
  })

  test('names everything that only Google could do', () => {
    const { inexpressible } = read({
      contents: [
        {
          role: 'user',
          parts: [
            { text: 'go', videoMetadata: { fps: 1 } },
            { fileData: { fileUri: 'gs://bucket/a.mp4', mimeType: 'video/mp4' } },
            { inlineData: { mimeType: 'video/mp4', data: 'dg==' } },
          ],
        },
        {
          role: 'model',
          parts: [{ executableCode: { language: 'PYTHON', code: '1' } }, { text: 'x' }],
        },
        { role: 'user', parts: [{ text: 'go' }] },
      ],
      tools: [{ googleSearch: {} }, { codeExecution: {} }],
      toolConfig: { retrievalConfig: { languageCode: 'de' } },
      safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
      cachedContent: 'cachedContents/1',
      labels: { team: 'a' },
      generationConfig: {
        candidateCount: 2,
        responseModalities: ['TEXT', 'IMAGE'],
        responseLogprobs: true,
        mediaResolution: 'MEDIA_RESOLUTION_LOW',
        responseMimeType: 'text/x.enum',
        responseSchema: { type: 'STRING', enum: ['a', 'b'] },
      },
    })
    expect([...inexpressible].sort()).toEqual([
      'cachedContent',
      'contents[0].parts[0].videoMetadata',
      'contents[0].parts[1].fileData',
      'contents[0].parts[2].inlineData',
      'contents[1].parts[0]',
      'generationConfig.candidateCount',
      'generationConfig.mediaResolution',
      'generationConfig.responseLogprobs',
      'generationConfig.responseMimeType',
      'generationConfig.responseModalities',
      'generationConfig.responseSchema',
      'labels',
      'safetySettings',
      'toolConfig.retrievalConfig',
      'tools[0].googleSearch',
      'tools[1].codeExecution',
    ])
  })
})
