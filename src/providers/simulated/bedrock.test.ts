import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { JsonObject } from '../../core/json.ts'
import { isObject } from '../../core/json.ts'
import { bedrockConverse } from '../../formats/index.ts'
import type { NeutralMessage, NeutralPart, NeutralRequest } from '../../formats/index.ts'
import { signRequest } from '../sigv4.ts'
import { checkConverse } from './bedrock-checks.ts'
import { ProviderRefusal } from './errors.ts'
import { createSimulatedProvider } from './provider.ts'

const odd = fc.oneof(
  fc.string({ maxLength: 9 }),
  fc.constantFrom('', ' ', '\n', 'words', 'a_b.pdf'),
)
const callId = fc.constantFrom('a', 'b', 'call|1', 'x'.repeat(99))
const text = odd.map((value): NeutralPart => ({ type: 'text', text: value }))
const media = fc.oneof(
  fc.constantFrom<NeutralPart>(
    { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
    { type: 'image', source: { type: 'base64', mediaType: 'image/jpg', data: 'AAAA' } },
    { type: 'image', source: { type: 'base64', mediaType: 'image/tiff', data: 'AAAA' } },
    { type: 'audio', data: 'AAAA', format: 'wav' },
    { type: 'document', source: { type: 'file', fileId: 'f' } },
  ),
  odd.map((title): NeutralPart => ({
    type: 'document',
    source: { type: 'base64', mediaType: 'application/pdf', data: 'AAAA' },
    title,
  })),
  odd.map((value): NeutralPart => ({ type: 'document', source: { type: 'text', text: value } })),
)
const thought = fc.constantFrom<NeutralPart>(
  { type: 'reasoning', text: 'hm', signature: 'sig' },
  { type: 'reasoning', text: 'unsigned' },
  { type: 'redacted-reasoning', data: 'AAAA' },
  { type: 'redacted-reasoning', data: 'not base64!' },
  { type: 'refusal', text: 'no' },
)
const call = callId.map((id): NeutralPart => ({ type: 'tool-call', id, name: 'f', arguments: '' }))
const result = fc
  .tuple(callId, fc.array(fc.oneof(text, media), { maxLength: 2 }))
  .map(([id, content]): NeutralPart => ({
    type: 'tool-result',
    callId: id,
    content,
    cacheMark: {},
  }))

function message(role: NeutralMessage['role'], part: fc.Arbitrary<NeutralPart>) {
  return fc
    .array(part, { minLength: 1, maxLength: 3 })
    .map((content): NeutralMessage => ({ role, content }))
}

// A user speaks first, and calls come before their results: that much is the caller's to do.
const opening: NeutralMessage[] = [
  { role: 'user', content: [{ type: 'text', text: 'hi' }] },
  {
    role: 'assistant',
    content: ['a', 'b', 'call|1', 'x'.repeat(99)].map((id) => ({
      type: 'tool-call',
      id,
      name: 'f',
      arguments: '{}',
    })),
  },
]
const messages = fc
  .array(
    fc.oneof(
      message('system', text),
      message('user', fc.oneof(text, media)),
      message('assistant', fc.oneof(text, thought, call)),
      message('tool', result),
    ),
    { maxLength: 6 },
  )
  .map((rest) => [...opening, ...rest])
const tools = fc.array(
  fc.record(
    {
      name: fc.constant('f'),
      description: fc.constantFrom('', 'words'),
      parameters: fc.constantFrom({}, { type: 'object' }, { properties: { a: {} } }),
      cacheMark: fc.constant({ ttl: '1h' as const }),
    },
    { requiredKeys: ['name'] },
  ),
  { maxLength: 2 },
)
const request: fc.Arbitrary<NeutralRequest> = fc.record(
  {
    model: fc.constantFrom(
      'anthropic.claude-opus-4-6-v1:0',
      'anthropic.claude-3-haiku-20240307-v1:0',
      'amazon.nova-pro-v1:0',
      'meta.llama3:0',
      'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc',
    ),
    messages,
    stream: fc.boolean(),
    tools,
    toolChoice: fc.constantFrom({ type: 'none' as const }, { type: 'required' as const }),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    topP: fc.double({ min: 0, max: 1, noNaN: true }),
    maxOutputTokens: fc.integer({ min: 1, max: 9000 }),
    reasoning: fc.constantFrom({ effort: 'high' }, { budgetTokens: 2000 }, { effort: 'none' }),
    stopSequences: fc.array(odd, { maxLength: 2 }),
    responseShape: fc.constant({ type: 'json-schema' as const, schema: { type: 'object' } }),
    inexpressible: fc.constant([]),
  },
  { requiredKeys: ['model', 'messages', 'stream', 'inexpressible'] },
)

function overTheWire(body: JsonObject): JsonObject {
  const parsed: unknown = JSON.parse(JSON.stringify(body))
  return isObject(parsed) ? parsed : {}
}

test('whatever a caller’s conversation is, what is written of it Bedrock takes', () => {
  fc.assert(
    fc.property(request, (neutral) => {
      checkConverse(overTheWire(bedrockConverse.writeRequest(neutral, () => {})))
    }),
    { numRuns: 500 },
  )
})

test.each<[string, JsonObject]>([
  ['extraneous', { model: 'm' }],
  ['start with a user', { messages: [{ role: 'assistant', content: [{ text: 'a' }] }] }],
  ['alternate', { messages: Array.from({ length: 2 }, () => said({ text: 'a' })) }],
  ['blank', { messages: [said({ text: ' ' })] }],
  ['one member', { messages: [said({ text: 'a', image: {} })] }],
  ['no toolUse before', { messages: [said({ toolResult: { toolUseId: 'a', content: [] } })] }],
  ['not supported', { messages: [said({ image: { format: 'bmp', source: { bytes: 'AA==' } } })] }],
  ['text block', { messages: [said(pdf('a'))] }],
  ['must not repeat', { messages: [said({ text: 'x' }, pdf('a'), pdf('a'))] }],
  ['not allowed', { messages: [said({ text: 'x' }, pdf('a.pdf'))] }],
  ['temperature', { inferenceConfig: { temperature: 2 } }],
  ['tools must not be empty', { toolConfig: { tools: [] } }],
])('Converse refuses what is %s', (words, body) => {
  const check = () => checkConverse({ messages: [said({ text: 'hi' })], ...body })
  expect(check).toThrow(ProviderRefusal)
  expect(check).toThrow(words)
})

function said(...content: JsonObject[]): JsonObject {
  return { role: 'user', content }
}

function pdf(name: string): JsonObject {
  return { document: { format: 'pdf', name, source: { bytes: 'AAAA' } } }
}

describe('callers prove who they are', () => {
  const aws = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
  }
  const at = Date.UTC(2026, 10, 23)
  const clock = { now: () => at, monotonic: () => 0 }
  const provider = createSimulatedProvider({ apiKey: 'bedrock-key', aws, clock })
  const url = 'http://bedrock.test/model/m%3A0/converse'
  const body = JSON.stringify({ messages: [said({ text: 'hi' })] })
  const ask = (headers: Readonly<Record<string, string>>, sent = body) =>
    provider.fetch(new Request(url, { method: 'POST', headers, body: sent }))
  const sign = (scope: Partial<Parameters<typeof signRequest>[1]> = {}) => {
    const headers = { 'content-type': 'application/json' }
    const signed = signRequest(
      { method: 'POST', url, headers, body },
      { ...aws, service: 'bedrock', at, ...scope },
    )
    return { ...headers, ...signed }
  }

  test('by key or by signature', async () => {
    expect((await ask({ authorization: 'Bearer bedrock-key' })).status).toBe(200)
    expect((await ask(sign())).status).toBe(200)
  })

  test.each([
    ['another body', sign(), body.replace('hi', 'ho'), 'InvalidSignatureException'],
    [
      'another secret',
      sign({ credentials: { accessKeyId: 'AKIA', secretAccessKey: 'x' } }),
      body,
      'InvalidSignatureException',
    ],
    [
      'an unknown key',
      sign({ credentials: { accessKeyId: 'AKIB', secretAccessKey: 'x' } }),
      body,
      'UnrecognizedClientException',
    ],
    ['another region', sign({ region: 'eu-west-1' }), body, 'InvalidSignatureException'],
    ['an old signature', sign({ at: at - 600_000 }), body, 'InvalidSignatureException'],
    ['another token', { authorization: 'Bearer wrong' }, body, 'AccessDeniedException'],
    ['nothing', {}, body, 'AccessDeniedException'],
  ])('and not by %s', async (_, headers, sent, type) => {
    const response = await ask(headers, sent)
    expect(response.status).toBe(403)
    expect(response.headers.get('x-amzn-errortype')).toBe(type)
    expect(await response.json()).toEqual({ message: expect.any(String) })
  })
})
