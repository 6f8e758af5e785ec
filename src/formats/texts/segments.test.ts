import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { FormatName } from '../format.ts'
import { samples } from './testing/samples.ts'
import { clearedBy, segmentsOf } from './segments.ts'

type Row = readonly [place: string, role: string, kind: string, source: string, text: string]

function rows(
  body: JsonObject,
  format: FormatName,
  direction: 'request' | 'answer' = 'request',
): Row[] {
  return segmentsOf(body, { format, direction }).segments.map(
    ({ place, role, kind, source = '', text }) => [place, role, kind, source, text],
  )
}

describe('the texts of', () => {
  test.each(samples.map((sample) => [`${sample.format}, ${sample.direction}`, sample] as const))(
    '%s',
    (_, { body, format, direction, texts }) => {
      expect(rows(body, format, direction)).toEqual(texts as Row[])
    },
  )

  test('embeddings, moderations and rerank', () => {
    const texts = (body: JsonObject, format: FormatName = 'openai-chat') =>
      rows(body, format).map(([place, , , , text]) => [place, text])
    expect(texts({ model: 'm', input: ['One', 'Two'], encoding_format: 'base64' })).toEqual([
      ['input[0]', 'One'],
      ['input[1]', 'Two'],
    ])
    expect(texts({ model: 'm', query: 'who', documents: ['A', { text: 'B', x: 'C' }] })).toEqual([
      ['query', 'who'],
      ['documents[0]', 'A'],
      ['documents[1].text', 'B'],
      ['documents[1].x', 'C'],
    ])
    expect(texts({ texts: ['One'], input_type: 'search_query' }, 'cohere-chat')).toEqual([
      ['texts[0]', 'One'],
    ])
    expect(texts({ model: 'm', input: ['One'] }, 'ollama-chat')).toEqual([['input[0]', 'One']])
    const requests = [{ model: 'models/e', content: { parts: [{ text: 'One' }] }, taskType: 'X' }]
    expect(texts({ requests }, 'gemini')).toEqual([['requests[0].content.parts[0].text', 'One']])
  })
})

describe('nothing is passed over because', () => {
  const secret = 'my secret sentence'

  test('a member is unknown, unusual or used for something else', () => {
    const name = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom('data', 'signature', 'id', 'type', 'model', 'image_url', 'metadata', 'role'),
      fc.constantFrom('logit_bias', '__proto__', 'source', 'text', 'input', 'content', 'arguments'),
    )
    const value = fc.constantFrom<JsonValue>(
      secret,
      [secret],
      { a: secret },
      { type: 'text', b: [{ c: secret }] },
      { [secret]: 1 },
      `{"a":"${secret}"}`,
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.nat(),
        name,
        value,
        (sample, pick, name, value) => {
          const body = structuredClone(sample.body)
          const objects = objectsIn(body)
          const owner = objects[pick % objects.length] ?? body
          Object.defineProperty(owner, name, { value, enumerable: true, configurable: true })
          if (name === 'data' && 'transcript' in owner) return
          const { segments } = segmentsOf(body, sample)
          expect(segments.some(({ text }) => text.includes(secret))).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('it is deep', () => {
    let deep: JsonValue = secret
    for (let depth = 0; depth < 500; depth++) deep = depth % 2 === 0 ? { a: deep } : [deep]
    expect(rows({ messages: [{ role: 'user', x: deep }] }, 'openai-chat')[0]?.[4]).toBe(secret)
  })

  test('it is deeper than anything: that is refused', () => {
    let deep: JsonValue = secret
    for (let depth = 0; depth < 100_000; depth++) deep = [deep]
    expect(() => rows({ deep }, 'openai-chat')).toThrow('could not be inspected')
  })

  test('it is called binary data or an identifier', () => {
    const content = [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${secret}` } },
      { type: 'image_url', image_url: { url: 'https://ana:pw@example.com/a.png' } },
      { type: 'file', file: { file_data: `data:text/csv;base64,${btoa(secret)}` } },
      { type: 'input_audio', input_audio: { data: 'QUJD', format: secret } },
    ]
    const body = { messages: [{ role: 'tool', tool_call_id: secret, content }] }
    expect(rows(body, 'openai-chat').map(([place, , , , text]) => [place, text])).toEqual([
      ['messages[0].tool_call_id', secret],
      ['messages[0].content[1].image_url.url', `data:image/png;base64,${secret}`],
      ['messages[0].content[2].image_url.url', 'https://ana:pw@example.com/a.png'],
      ['messages[0].content[3].file.file_data#base64', secret],
      ['messages[0].content[4].input_audio.format', secret],
    ])
  })

  test('text comes as an encoded file in the words of Gemini or Bedrock', () => {
    const data = Buffer.from(secret).toString('base64')
    const inline = (type: string) => ({
      contents: [{ parts: [{ inline_data: { mime_type: type, data } }] }],
    })
    expect(rows(inline('text/plain'), 'gemini').map(([place]) => place)).toEqual([
      'contents[0].parts[0].inline_data.data#base64',
    ])
    expect(rows(inline('image/png'), 'gemini')).toEqual([])
    const document = (format: string) => ({
      messages: [{ role: 'user', content: [{ document: { format, source: { bytes: data } } }] }],
    })
    expect(rows(document('txt'), 'bedrock-converse')[0]?.slice(1)).toEqual([
      'document',
      'document',
      '',
      secret,
    ])
    expect(rows(document('pdf'), 'bedrock-converse')).toEqual([])
  })
})

describe('a prompt as tokens', () => {
  test('is told to be unreadable', () => {
    const tokens = (body: JsonObject) =>
      segmentsOf(body, { format: 'openai-chat', direction: 'request' }).tokens
    expect(tokens({ prompt: [15496, 995] })).toEqual(['prompt'])
    expect(tokens({ input: [[1], 'two', [3]] })).toEqual(['input[0]', 'input[2]'])
    expect(tokens({ input: 'text', other: [1, 2], stop: ['a'] })).toEqual([])
  })
})

describe('what repeats a text', () => {
  test('is emptied with it, and only with it', () => {
    const choice = (text: string) => ({
      message: { role: 'assistant', content: text },
      logprobs: { content: [{ token: text }] },
    })
    const body = { choices: [choice('Bob'), choice('Ana')] }
    const texts = segmentsOf(body, { format: 'openai-chat', direction: 'answer' })
    expect(texts.segments.map(({ text }) => text)).toEqual(['Bob', 'Ana'])
    expect(clearedBy(['choices[1].message.content'], texts)).toEqual(['choices[1].logprobs'])
    expect(clearedBy([], texts)).toEqual([])
  })
})

function objectsIn(value: JsonValue | undefined): JsonObject[] {
  if (typeof value !== 'object' || value === null) return []
  const below = Object.entries(value).flatMap(([name, each]) =>
    name.startsWith('logprobs') ? [] : objectsIn(each),
  )
  return Array.isArray(value) ? below : [value, ...below]
}
