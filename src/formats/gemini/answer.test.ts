import { describe, expect, test } from 'bun:test'
import type { Warning } from '../format.ts'
import type { NeutralAnswer } from '../neutral.ts'
import { gemini } from './index.ts'
import { neutralSignature } from '../origin.ts'
import { signCallId, unwrapForeign } from './signature.ts'

describe('an answer', () => {
  test('is read whole: thoughts, text, calls with and without id, usage', () => {
    expect(
      gemini.readAnswer({
        candidates: [
          {
            content: {
              role: 'model',
              parts: [
                { text: 'Hm, ', thought: true },
                { text: 'so.', thought: true },
                { text: 'Hel' },
                { text: 'lo', thoughtSignature: 'c2ln' },
                { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'Y2FsbA==' },
                { functionCall: { id: 'given', name: 'g' } },
              ],
            },
            finishReason: 'STOP',
            index: 0,
          },
        ],
        usageMetadata: {
          promptTokenCount: 10,
          cachedContentTokenCount: 4,
          candidatesTokenCount: 5,
          thoughtsTokenCount: 7,
          toolUsePromptTokenCount: 2,
          totalTokenCount: 24,
        },
        modelVersion: 'gemini-2.5-flash',
        responseId: 'aB-c_1',
        createTime: '2026-01-02T03:04:05.678Z',
      }),
    ).toEqual({
      id: 'aB-c_1',
      model: 'gemini-2.5-flash',
      createdAt: 1_767_323_045,
      content: [
        { type: 'reasoning', text: 'Hm, so.' },
        { type: 'text', text: 'Hello' },
        { type: 'reasoning', text: '', signature: neutralSignature('c2ln', 'gemini') },
        {
          type: 'tool-call',
          id: signCallId('call_aB-c_1_0', 'Y2FsbA=='),
          name: 'f',
          arguments: '{"a":1}',
        },
        { type: 'tool-call', id: 'given', name: 'g', arguments: '{}' },
      ],
      stopReason: 'tool-calls',
      usage: { inputTokens: 12, outputTokens: 12, cacheReadTokens: 4, reasoningTokens: 7 },
    })
  })

  test.each([
    ['STOP', 'end'],
    ['MAX_TOKENS', 'max-tokens'],
    ['SAFETY', 'content-filter'],
    ['RECITATION', 'content-filter'],
    ['MALFORMED_FUNCTION_CALL', 'other'],
    ['SOMETHING_NEW', 'other'],
  ])('that finished with %s ended by %s', (finishReason, stopReason) => {
    expect(gemini.readAnswer({ candidates: [{ finishReason }] })).toMatchObject({
      content: [],
      stopReason,
    })
  })

  test('to a blocked prompt is a filtered one, with the words that explain it', () => {
    const promptFeedback = { blockReason: 'PROHIBITED_CONTENT', blockReasonMessage: 'Not this.' }
    expect(gemini.readAnswer({ promptFeedback })).toMatchObject({
      content: [{ type: 'refusal', text: 'Not this.' }],
      stopReason: 'content-filter',
    })
  })

  test('with code and pictures loses nothing', () => {
    const parts = [
      { executableCode: { language: 'PYTHON', code: 'print(1)' } },
      { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
      { inlineData: { mimeType: 'image/png', data: 'aW1n' } },
    ]
    const { content } = gemini.readAnswer({ candidates: [{ content: { parts } }] })
    expect(content).toEqual([
      {
        type: 'text',
        text: '\n```python\nprint(1)\n```\n\n```\n1\n```\n![image](data:image/png;base64,aW1n)',
      },
    ])
  })

  test.each([
    [{}],
    [{ candidates: [] }],
    [{ candidates: [{ content: 'text' }] }],
    [{ candidates: [{ content: { parts: {} } }] }],
    [{ candidates: [{ content: { parts: ['text'] } }] }],
    [{ candidates: [{ content: { parts: [{ functionCall: { args: {} } }] } }] }],
  ])('that is none is refused: %j', (body) => {
    expect(() => gemini.readAnswer(body)).toThrow(
      expect.objectContaining({ code: 'provider_bad_answer' }),
    )
  })

  test('of another provider is written for Gemini clients, its proofs in base64', () => {
    const warnings: Warning[] = []
    const answer: NeutralAnswer = {
      id: 'msg_1',
      model: 'claude',
      createdAt: 1_767_323_045,
      content: [
        { type: 'reasoning', text: 'Hm.', signature: 'proof-of_another' },
        { type: 'redacted-reasoning', data: 'sealed' },
        { type: 'text', text: 'Hello' },
        { type: 'tool-call', id: 'toolu_1', name: 'f', arguments: '{"a":1}' },
        { type: 'tool-call', id: 'toolu_2', name: 'f', arguments: 'no JSON' },
        { type: 'document', source: { type: 'text', text: 'x' } },
      ],
      stopReason: 'tool-calls',
      usage: { inputTokens: 3, outputTokens: 5, reasoningTokens: 2, cacheReadTokens: 1 },
    }
    const written = gemini.writeAnswer(answer, (warning) => warnings.push(warning))
    expect(written).toEqual({
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { text: 'Hm.', thought: true, thoughtSignature: expect.any(String) },
              { text: '', thought: true, thoughtSignature: expect.any(String) },
              { text: 'Hello' },
              { functionCall: { id: 'toolu_1', name: 'f', args: { a: 1 } } },
              { functionCall: { id: 'toolu_2', name: 'f', args: { arguments: 'no JSON' } } },
            ],
          },
          finishReason: 'STOP',
          index: 0,
        },
      ],
      usageMetadata: {
        promptTokenCount: 3,
        candidatesTokenCount: 3,
        totalTokenCount: 8,
        cachedContentTokenCount: 1,
        thoughtsTokenCount: 2,
      },
      modelVersion: 'claude',
      createTime: '2026-01-02T03:04:05.000Z',
      responseId: 'msg_1',
    })
    const signatures = [...JSON.stringify(written).matchAll(/"thoughtSignature":"([^"]+)"/g)]
    expect(signatures.map(([, text]) => unwrapForeign(text ?? ''))).toEqual([
      { type: 'signature', value: 'proof-of_another' },
      { type: 'redacted', value: 'sealed' },
    ])
    expect(warnings).toEqual([{ type: 'dropped', field: 'content[5]' }])
  })
})

describe('an error', () => {
  const view = {
    status: 400,
    code: 'invalid_request',
    message: 'contents must be an array.',
    source: 'client',
    requestId: 'req_1',
    param: 'contents',
  } as const

  test('is written as Google does, with the code of the gateway among the details', () => {
    expect(gemini.writeError(view)).toEqual({
      error: {
        code: 400,
        message: 'contents must be an array.',
        status: 'INVALID_ARGUMENT',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'INVALID_REQUEST',
            domain: 'smartflow',
            metadata: { source: 'client', requestId: 'req_1' },
          },
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [{ field: 'contents', description: 'contents must be an array.' }],
          },
        ],
      },
    })
  })

  test('is read again, wrapped in an array or not, and from anything else too', () => {
    const body = JSON.stringify(gemini.writeError(view))
    const fault = {
      status: 400,
      type: 'INVALID_ARGUMENT',
      code: 'INVALID_REQUEST',
      param: 'contents',
      message: 'contents must be an array.',
    }
    expect(gemini.readError(400, body)).toEqual(fault)
    expect(gemini.readError(400, `[${body}]`)).toEqual(fault)
    const details = [{ reason: 'API_KEY_INVALID' }]
    const invalid = { error: { code: 400, status: 'INVALID_ARGUMENT', message: 'no', details } }
    expect(gemini.readError(400, JSON.stringify(invalid)).status).toBe(401)
    expect(gemini.readError(502, '<html>')).toEqual({
      status: 502,
      message: 'The provider answered with status 502.',
    })
  })
})
