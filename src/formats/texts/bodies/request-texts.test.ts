import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { Question } from '../../../core/call.ts'
import { GatewayError } from '../../../core/errors.ts'
import { isObject } from '../../../core/json.ts'
import type { JsonValue } from '../../../core/json.ts'
import { samples } from '../testing/samples.ts'
import { batchUpload, bytesQuestion, formType, jsonQuestion, upload } from '../testing/questions.ts'
import { requestTexts } from './request-texts.ts'

function rows(question: Question): readonly string[][] {
  return requestTexts(question).segments.map(({ place, role, kind, source = '', text }) => [
    place,
    role,
    kind,
    source,
    text,
  ])
}

/** New texts for all places, each marked. */
function marked(question: Question): Map<string, string> {
  return new Map(
    requestTexts(question).segments.map(({ place }, index) => [place, `<new "${index}">`]),
  )
}

describe('the texts of a request', () => {
  test('are those of its format, and replaced where they stand', () => {
    for (const { body, format, direction, texts } of samples) {
      if (direction !== 'request') continue
      const question = jsonQuestion(body, { format })
      expect(rows(question)).toEqual(texts.map((row) => [...row]))
    }
  })

  test('of pictures as JSON are its prompt', () => {
    const body = {
      prompt: 'Ana',
      size: '1024x1024',
      images: [{ image_url: 'data:image/png;base64,QQ==' }],
    }
    const question = jsonQuestion(body, { operation: 'images' })
    expect(rows(question)).toEqual([['prompt', 'user', 'text', '', 'Ana']])
    expect(requestTexts(question).attachments).toEqual([
      { type: 'image', isReadable: false, count: 1 },
    ])
  })

  test('of speech, of a batch, and of no body at all', () => {
    const speech = { model: 'm', input: 'Hi Ana', voice: 'alloy', instructions: 'Be slow' }
    expect(rows(jsonQuestion(speech, { operation: 'audio' }))).toEqual([
      ['input', 'user', 'text', '', 'Hi Ana'],
      ['instructions', 'system', 'text', '', 'Be slow'],
    ])
    const created = {
      input_file_id: 'file-1',
      endpoint: '/v1/embeddings',
      metadata: { who: 'Ana' },
    }
    expect(rows(jsonQuestion(created, { operation: 'batches' }))).toEqual([
      ['metadata.who', 'user', 'text', '', 'Ana'],
    ])
    const empty = bytesQuestion(new Uint8Array(), '', { operation: 'files' })
    expect(requestTexts(empty)).toMatchObject({ segments: [], isReadable: true })
  })

  test('tell prompts that are tokens', () => {
    const question = jsonQuestion({ model: 'm', input: [[1, 2], 'a'] }, { operation: 'embeddings' })
    expect(requestTexts(question).tokens).toEqual(['input[0]'])
    expect(requestTexts(batchUpload).tokens).toEqual(['form[1]#line[2]#body.input[0]'])
  })

  test('cannot be read in a body of an unknown type', () => {
    const read = requestTexts(bytesQuestion(Buffer.from('x'), 'application/zip'))
    expect(read).toMatchObject({ isReadable: false, segments: [] })
  })

  test('are not read beyond any depth', () => {
    const deep = `${'['.repeat(5000)}"Ana"${']'.repeat(5000)}`
    const read = requestTexts(
      upload([{ name: 'file', filename: 'a.json', content: `{"a":${deep}}` }]),
    )
    expect(read.isReadable).toBe(false)
    const tool = { messages: [{ role: 'user', content: deep }], x: JSON.parse(deep) as JsonValue }
    const question = jsonQuestion(`{"a":${deep}}`)
    expect(requestTexts(question)).toMatchObject({ isReadable: false })
    expect(isObject(tool)).toBe(true)
  })
})

describe('repeated names', () => {
  test('are told, wherever they are', () => {
    const repeats = (question: Question) => requestTexts(question).hasRepeatedMembers
    expect(repeats(jsonQuestion('{"a":1,"b":{"c":1,"\\u0063":2}}'))).toBe(true)
    expect(repeats(jsonQuestion('{"a":{"c":1},"b":{"c":"a:b"}}'))).toBe(false)
    const file = { name: 'file', filename: 'a.jsonl', content: '{"a":1}\n{"a":1,"a":2}' }
    expect(repeats(upload([file]))).toBe(true)
    const twice = [
      { name: 'prompt', content: 'a' },
      { name: 'prompt', content: 'b' },
    ]
    expect(repeats(upload(twice, 'images'))).toBe(true)
  })

  test('in arguments are texts of their own', () => {
    const args = '{"to":"Ana","to":"Bob"}'
    const question = jsonQuestion({
      messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: args } }] }],
    })
    const read = requestTexts(question)
    const texts = new Map(read.segments.map(({ place, text }) => [place, text]))
    const ana = [...texts].find(([, text]) => text === 'Ana')?.[0] ?? ''
    expect(read.replace(texts)).toBe(question.body)
    expect(read.replace(texts.set(ana, '<P>')).text).toContain(
      String.raw`{\"to\":\"<P>\",\"to\":\"Bob\"}`,
    )
  })
})

describe('replacing', () => {
  test('reaches text files that are attached', () => {
    const data = Buffer.from('Ana').toString('base64')
    const file = { filename: 'a.md', file_data: `data:text/markdown;base64,${data}` }
    const question = jsonQuestion({
      messages: [{ role: 'user', content: [{ type: 'file', file }] }],
    })
    const read = requestTexts(question)
    expect(rows(question)[1]).toEqual([
      'messages[0].content[0].file.file_data#base64',
      'document',
      'document',
      'a.md',
      'Ana',
    ])
    expect(read.attachments).toEqual([{ type: 'document', isReadable: true, count: 1 }])
    const changed = read.replace(new Map([[rows(question)[1]?.[0] ?? '', '<P>']]))
    expect(changed.text).toContain(`data:text/markdown;base64,${btoa('<P>')}`)
    expect(changed.json).toEqual(JSON.parse(changed.text ?? ''))
    expect(Buffer.from(changed.bytes).toString()).toBe(changed.text ?? '')
  })

  test('by the same texts leaves the very body', () => {
    const anyBody = fc.oneof(
      fc.constantFrom(...samples).map(({ body, format }) => jsonQuestion(body, { format })),
      fc
        .dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }))
        .map((body) => jsonQuestion(JSON.stringify(body))),
      fc
        .array(
          fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.jsonValue().map((value) => JSON.stringify(value)),
          ),
        )
        .map((all) => upload(all.map((content) => ({ name: 'file', filename: 'a', content })))),
    )
    fc.assert(
      fc.property(anyBody, (question) => {
        const read = requestTexts(question)
        const same = new Map(read.segments.map(({ place, text }) => [place, text]))
        expect(read.replace(same)).toBe(question.body)
        expect(same.size).toBe(read.segments.length)
      }),
      { numRuns: 300 },
    )
  })

  test('of all texts gives a body that says the new ones', () => {
    const words = fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => `${text}…`)
    const body = fc.oneof(
      fc.record({
        messages: fc.array(
          fc.record({
            role: fc.constantFrom('user', 'assistant', 'tool'),
            content: fc.oneof(
              words,
              fc.array(fc.record({ type: fc.constant('text'), text: words })),
            ),
          }),
        ),
        metadata: fc.dictionary(fc.constantFrom('a', 'b', 'c d'), words),
      }),
      fc.constantFrom(
        ...samples.filter(({ direction }) => direction === 'request').map(({ body }) => body),
      ),
    )
    const question = fc.oneof(
      body.map((value) => jsonQuestion(value)),
      fc.array(body).map((all) =>
        upload([
          { name: 'prompt', content: 'Ana' },
          {
            name: 'file',
            filename: 'a.jsonl',
            content: all
              .map((value) => JSON.stringify({ url: '/v1/chat/completions', body: value }))
              .join('\n'),
          },
        ]),
      ),
    )
    fc.assert(
      fc.property(question, (asked) => {
        // Names move the place they stand at, and a new name of a file may change what the file is.
        const texts = new Map(
          [...marked(asked)].filter(([place]) => !/#name|\.filename/.test(place)),
        )
        const changed = requestTexts(asked).replace(texts)
        const again = new Map(
          requestTexts({ ...asked, body: changed }).segments.map(({ place, text }) => [
            place,
            text,
          ]),
        )
        for (const [place, text] of texts) expect(again.get(place)).toBe(text)
      }),
      { numRuns: 300 },
    )
  })

  test('passes over places that are not there', () => {
    const question = jsonQuestion({ messages: [{ role: 'user', content: 'Ana' }] })
    const texts = new Map([['nowhere[', 'x']])
    expect(requestTexts(question).replace(texts)).toBe(question.body)
    expect(requestTexts(batchUpload).replace(texts)).toBe(batchUpload.body)
  })
})

describe('reading', () => {
  test('never fails on JSON, and on forms only with a clear error', () => {
    const formats = [...new Set(samples.map(({ format }) => format)), 'unheard-of']
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 6 })),
        fc.constantFrom(...formats),
        fc.constantFrom('chat', 'images', 'files', 'batches', 'audio', 'rerank', 'moderations'),
        (body, format, operation) => {
          const question = jsonQuestion(JSON.stringify(body), { format, operation })
          expect(requestTexts(question).isReadable).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        try {
          requestTexts(bytesQuestion(bytes, formType, { operation: 'files' }))
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError)
        }
      }),
    )
  })
})
