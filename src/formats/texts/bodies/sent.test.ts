import { describe, expect, test } from 'bun:test'
import { isObject } from '../../../core/json.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { samples } from '../testing/samples.ts'
import { formOf, formType, bytesQuestion, jsonQuestion } from '../testing/questions.ts'
import { requestTexts } from './request-texts.ts'

const number = 4539578763621486
const digits = String(number)
const requests = samples.filter(({ direction }) => direction === 'request')

/** Every body in which one value is put in the place of another, or beside it. */
function* filled(body: JsonObject, value: JsonValue): Generator<JsonValue> {
  yield { ...body, unknown: value }
  for (const [name, member] of Object.entries(body)) {
    if (name === 'model' || member === undefined) continue
    for (const inner of filledValue(member, value)) yield { ...body, [name]: inner }
  }
}

function* filledValue(member: JsonValue, value: JsonValue): Generator<JsonValue> {
  if (Array.isArray(member)) {
    yield [...member, value]
    for (const [index, element] of member.entries()) {
      for (const inner of filledValue(element, value)) yield member.with(index, inner)
    }
  } else if (isObject(member)) yield* filled(member, value)
  else yield value
}

function tells(body: JsonValue, format: string): boolean {
  const { segments } = requestTexts(jsonQuestion(body, { format }))
  return segments.some(({ text }) => text.includes(digits))
}

describe('nothing in a request is believed to be a word of the protocol:', () => {
  const values: readonly JsonValue[] = [
    digits,
    `id_${digits}`,
    number,
    { type: digits },
    [[number]],
  ]
  test.each([...new Set(requests.map(({ format }) => format))])('%s', (format) => {
    for (const sample of requests) {
      if (sample.format !== format) continue
      for (const value of values) {
        for (const body of filled(sample.body, value)) {
          expect({ body, isTold: tells(body, format) }).toEqual({ body, isTold: true })
        }
      }
    }
  })

  test('sound that is text, and words of schemas', () => {
    const spoken = { role: 'assistant', audio: { id: 'a', data: 'I am Ana, 123-45-6789' } }
    const texts = (body: JsonValue): readonly string[] =>
      requestTexts(jsonQuestion(body)).segments.map(({ text }) => text)
    expect(texts({ messages: [spoken] })).toEqual(['I am Ana, 123-45-6789'])
    const parameters = { type: 'object', format: '123-45-6789', required: ['to'] }
    const tools = [{ type: 'function', function: { name: 'f', parameters } }]
    expect(texts({ tools })).toEqual(['f', '123-45-6789'])
  })

  test('keys, where words stand', () => {
    const { segments } = requestTexts(jsonQuestion({ service_tier: 'AKIAIOSFODNN7EXAMPLE' }))
    expect(segments).toMatchObject([{ text: 'AKIAIOSFODNN7EXAMPLE' }])
  })

  test('numbers that are longer than numbers of JavaScript', () => {
    const question = jsonQuestion('{"seed": 6221260000000000009}')
    const texts = requestTexts(question)
    expect(texts.segments).toMatchObject([{ place: 'seed', text: '6221260000000000009' }])
    expect(texts.replace(new Map([['seed', '<A>']])).text).toBe('{"seed": "<A>"}')
  })

  test('data that is text, whatever it is called', () => {
    const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64')
    const words = `I am Ana, ${digits}. ${'é'.repeat(3000)}`
    const source = (type: string, data: string) => ({ type: 'base64', media_type: type, data })
    const sent = (data: string) =>
      jsonQuestion(
        {
          messages: [
            { role: 'user', content: [{ type: 'image', source: source('image/png', data) }] },
          ],
        },
        { format: 'anthropic-messages' },
      )
    for (const text of [words, `${words}.`, 'I am Ana Schmidt']) {
      const texts = requestTexts(sent(base64(text)))
      expect(texts.segments.map((segment) => segment.text)).toEqual([text])
      const [{ place } = { place: '' }] = texts.segments
      const { text: changed } = texts.replace(new Map([[place, 'No name']]))
      expect(changed).toContain(`"${base64('No name')}"`)
    }
    const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from(words)])
    expect(requestTexts(sent(base64(png))).segments).toEqual([])
    const url = `data:image/svg+xml;base64,${base64(`<svg><text>${digits}</text></svg>`)}`
    const parts = [{ type: 'image_url', image_url: { url } }]
    const { segments } = requestTexts(
      jsonQuestion({ messages: [{ role: 'user', content: parts }] }),
    )
    expect(segments).toMatchObject([{ text: `<svg><text>${digits}</text></svg>` }])
  })

  test('documents that only lenient readers can read', () => {
    const words = 'I am Ana, 123-45-6789'
    const base64 = Buffer.from(words).toString('base64')
    const document = (type: string, data: string) => {
      const source = { type: 'base64', media_type: type, data }
      const messages = [{ role: 'user', content: [{ type: 'document', source }] }]
      return requestTexts(jsonQuestion({ messages }, { format: 'anthropic-messages' }))
    }
    for (const [type, data] of [
      ['text/plain', base64.replaceAll(/(.{8})/g, '$1!')],
      ['text/plain', base64.replaceAll(/(.{8})/g, '$1 ')],
      ['application/pdf', base64.replaceAll(/(.{8})/g, '$1!')],
      ['text/plain', Buffer.from(`\ufeff${words}`, 'utf16le').toString('base64')],
      ['application/pdf', Buffer.from(`\ufeff${words}`, 'utf16le').toString('base64')],
    ] as const) {
      const texts = document(type, data).segments.map(({ text }) => text)
      expect({ type, data, texts }).toEqual({
        type,
        data,
        texts: expect.arrayContaining([words]),
      })
    }
    const western = Buffer.from(`${words} é`, 'latin1').toString('base64')
    const texts = document('text/plain', western)
    expect(texts.segments.map(({ text }) => text)).toContain(`${words} é`)
    const all = new Map(texts.segments.map(({ place }) => [place, '<X>']))
    expect(texts.replace(all).text).toContain('"data":""')
  })

  test('fields of forms', () => {
    const form = formOf([{ name: 'language', content: digits }])
    const { segments } = requestTexts(bytesQuestion(form, formType, { operation: 'audio' }))
    expect(segments).toMatchObject([{ text: digits }])
  })

  test('identifiers, names of models and data stay what they are', () => {
    const body = {
      model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
      service_tier: 'auto',
      messages: [
        {
          role: 'tool',
          tool_call_id: 'call_550e8400-e29b-41d4-a716-446655440000',
          content: [
            {
              type: 'image_url',
              image_url: { url: `data:image/png;base64,${'QUJD1234'.repeat(99)}` },
            },
          ],
        },
      ],
    }
    expect(requestTexts(jsonQuestion(body)).segments).toEqual([])
  })
})

describe('addresses', () => {
  const listing = (path: string) => {
    const question = bytesQuestion(Buffer.from(''), '', { operation: 'files', path })
    return requestTexts(question)
  }

  test('are read as far as callers write them', () => {
    const texts = listing(`/files?purpose=ana@example.com&after=file-1&${digits}=1&limit=${digits}`)
    expect(texts.segments.map(({ text }) => text)).toEqual(['ana@example.com', digits, digits])
    expect(listing('/responses/r_1?include[]=message.input_image.image_url').segments).toEqual([])
  })

  test('cannot be changed: what is to be taken out of them is refused', () => {
    const texts = listing('/files?purpose=ana@example.com')
    const [first] = texts.segments
    const replaced = new Map([[first?.place ?? '', '<EMAIL_1>']])
    expect(() => texts.replace(replaced)).toThrow('holds what policy takes out')
  })

  test('name models, whose names are read where they are unusual', () => {
    const texts = (model: string) =>
      requestTexts({ ...jsonQuestion({}), model }).segments.map(({ text }) => text)
    expect(texts('ana@example.com')).toEqual(['ana@example.com'])
    expect(texts(`x-${digits}`)).toEqual([`x-${digits}`])
    expect(texts('I am Ana')).toEqual(['I am Ana'])
    for (const model of [
      'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6',
      'claude-sonnet-4-5@20250929',
      'meta-llama/Llama-3.1-8B-Instruct:free',
    ]) {
      expect(texts(model)).toEqual([])
    }
  })
})
