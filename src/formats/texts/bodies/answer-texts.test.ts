import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { JsonValue } from '../../../core/json.ts'
import type { Operation } from '../../../core/record.ts'
import { segmentsOf } from '../segments.ts'
import { samples } from '../testing/samples.ts'
import { bytesQuestion } from '../testing/questions.ts'
import { answerTexts } from './answer-texts.ts'
import { rangesIn } from './joined.ts'

interface Given {
  readonly operation?: Operation
  readonly format?: string
  readonly path?: string
  readonly type?: string
}

function read(
  body: JsonValue | Uint8Array,
  { type = 'application/json', ...asked }: Given = {},
): ReturnType<typeof answerTexts> {
  const isWritten = typeof body === 'string' || body instanceof Uint8Array
  const given = isWritten ? body : JSON.stringify(body)
  return answerTexts(bytesQuestion(new Uint8Array(), '', asked), given, type)
}

function rows(...given: Parameters<typeof read>): readonly (readonly string[])[] {
  return read(...given).segments.map(({ place, role, text }) => [place, role, text])
}

const download = { operation: 'files', path: '/files/file-1/content' } as const
const spoken = { operation: 'audio', path: '/audio/transcriptions' } as const

describe('the texts of an answer', () => {
  test('are those of its format', () => {
    for (const { body, format, direction, texts } of samples) {
      if (direction !== 'answer') continue
      const { segments } = read(body, { format })
      expect(segments).toEqual([...segmentsOf(body, { format, direction }).segments])
      expect(segments.map(({ text }) => text)).toEqual(texts.map((row) => row[4] ?? ''))
      expect(segments.every((segment) => segment.direction === 'answer')).toBe(true)
    }
  })

  test('are joined where a stream brings them as one', () => {
    const parts = [
      { text: 'Hm, 99', thought: true },
      { text: 'Card 4111 1111 ' },
      { text: 'Hm', thought: true },
      { text: '1111 1111' },
    ]
    const body = { candidates: [{ content: { role: 'model', parts } }, { content: { parts } }] }
    expect(read(body, { format: 'gemini' }).joined.map(({ text }) => text)).toEqual([
      'Hm, 99Hm',
      'Card 4111 1111 1111 1111',
      'Hm, 99Hm',
      'Card 4111 1111 1111 1111',
    ])
    const blocks = {
      role: 'assistant',
      content: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    }
    expect(read(blocks, { format: 'anthropic-messages' }).joined).toEqual([])
    const call = { function: { name: 'f', arguments: '{"a":"b","c":"d"}' } }
    const calls = { choices: [{ message: { tool_calls: [call, call] } }] }
    expect(read(calls).joined).toEqual([])
  })

  test('are none where there are only numbers', () => {
    const vectors = { object: 'list', data: [{ embedding: [1, 2], index: 0 }] }
    expect(rows(vectors, { operation: 'embeddings' })).toEqual([])
    const error = { error: { message: 'No Ana', type: 'invalid_request_error' } }
    expect(rows(error, { operation: 'embeddings' })).toEqual([
      ['error.message', 'assistant', 'No Ana'],
    ])
    expect(rows({ input_tokens: 12 }, { operation: 'count_tokens' })).toEqual([])
    const result = { flagged: false, categories: { hate: false }, category_scores: { hate: 0.1 } }
    expect(rows({ id: 'modr-1', results: [result] }, { operation: 'moderations' })).toEqual([])
    expect(rows('', { operation: 'files' })).toEqual([])
  })

  test('echo what was asked: documents of rerank, texts of embeddings', () => {
    const ranked = { results: [{ index: 0, relevance_score: 0.9, document: { text: 'Ana' } }] }
    expect(rows(ranked, { operation: 'rerank' })).toEqual([
      ['results[0].document.text', 'document', 'Ana'],
    ])
    const embedded = { embeddings: { float: [[0.5, 123456789]] }, texts: ['Ana'] }
    expect(rows(embedded, { operation: 'embeddings', format: 'cohere-chat' })).toContainEqual([
      'texts[0]',
      'assistant',
      'Ana',
    ])
  })

  test('are how a picture was meant, and the pictures are attached', () => {
    const body = {
      created: 1,
      quality: 'high',
      data: [{ b64_json: 'QQ==', revised_prompt: 'Ana' }],
    }
    const made = read(body, { operation: 'images' })
    expect(made.segments.map(({ place }) => place)).toEqual(['data[0].revised_prompt'])
    expect(made.attachments).toEqual([{ type: 'image', isReadable: false, count: 1 }])
  })

  test('of files and batches are their names and what people say of them', () => {
    const file = { id: 'file-abc123', object: 'file', filename: 'Ana.txt', purpose: 'batch' }
    expect(rows({ object: 'list', data: [file] }, { operation: 'files', path: '/files' })).toEqual([
      ['data[0].filename', 'assistant', 'Ana.txt'],
    ])
    const batch = {
      id: 'batch_1',
      status: 'failed',
      metadata: { of: 'Ana' },
      output_file_id: 'f-1',
    }
    expect(rows(batch, { operation: 'batches' })).toEqual([['metadata.of', 'assistant', 'Ana']])
  })

  test('that were kept are those of the response', () => {
    const output = [
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Ana' }] },
    ]
    const given = { operation: 'responses', format: 'openai-responses' } as const
    expect(rows({ object: 'response', output }, given)).toEqual([
      ['output[0].content[0].text', 'assistant', 'Ana'],
    ])
  })

  test('of a file are read by what it is', () => {
    expect(rows('Hi Ana\n', { ...download, type: 'text/plain' })).toEqual([
      ['text', 'document', 'Hi Ana\n'],
    ])
    const message = { role: 'assistant', content: 'Hi Ana' }
    const line = {
      id: 'batch_req_1',
      custom_id: 'r1',
      response: { status_code: 200, body: { object: 'chat.completion', choices: [{ message }] } },
      error: null,
    }
    const results = `${JSON.stringify(line)}\n${JSON.stringify({ ...line, custom_id: 'r2' })}\n`
    const given = { ...download, type: 'application/octet-stream' }
    expect(rows(Buffer.from(results), given)).toEqual([
      ['line[0]#custom_id', 'assistant', 'r1'],
      ['line[0]#response.body.choices[0].message.content', 'assistant', 'Hi Ana'],
      ['line[1]#custom_id', 'assistant', 'r2'],
      ['line[1]#response.body.choices[0].message.content', 'assistant', 'Hi Ana'],
    ])
    const place = 'line[1]#response.body.choices[0].message.content'
    const changed = read(Buffer.from(results), given).replace(new Map([[place, 'Hi <P>']]))
    const at = results.lastIndexOf('Hi Ana')
    expect(Buffer.from(changed).toString()).toBe(
      `${results.slice(0, at)}Hi <P>${results.slice(at + 6)}`,
    )
  })

  test('cannot be read in an archive, and need not be in sound', () => {
    const archive = Buffer.from('PK\x03\x04\0')
    expect(read(archive, { ...download, type: 'application/zip' })).toMatchObject({
      isReadable: false,
      reason: 'a file that is no text',
      attachments: [{ type: 'file', isReadable: false, count: 1 }],
    })
    expect(read(Buffer.from([0xff, 0xfb, 0, 0]), { ...spoken, type: 'audio/mpeg' })).toMatchObject({
      isReadable: true,
      attachments: [{ type: 'audio', isReadable: false, count: 1 }],
    })
  })
})

describe('a transcription', () => {
  const whole = {
    task: 'transcribe',
    text: 'I am Ana. Card 4111 1111 1111 1111',
    words: [{ word: 'I', start: 0, end: 1 }],
    segments: [
      { id: 0, text: 'I am Ana. Card 4111 1111', tokens: [1, 2], avg_logprob: -0.1 },
      { id: 1, text: ' 1111 1111', tokens: [3], avg_logprob: -0.2 },
    ],
  }

  test('is read as a whole, and its segments as one text', () => {
    const { segments, joined } = read(whole, spoken)
    expect(segments.map(({ place }) => place)).toEqual([
      'text',
      'segments[0].text',
      'segments[1].text',
    ])
    const [one] = joined
    if (one === undefined) throw new Error('nothing is joined')
    expect(one.text).toBe(whole.text)
    const start = one.text.indexOf('4111')
    expect(rangesIn(one, { start, end: one.text.length })).toEqual([
      { segment: 1, start: 15, end: 24 },
      { segment: 2, start: 0, end: 10 },
    ])
  })

  test('loses its words one by one when its text changes', () => {
    const texts = new Map([['text', 'I am <P>']])
    const changed: unknown = JSON.parse(String(read(whole, spoken).replace(texts)))
    expect(changed).toEqual({ ...whole, text: 'I am <P>', words: [] })
    expect(rows({ words: [{ word: 'Ana' }] }, spoken)).toEqual([
      ['words[0].word', 'assistant', 'Ana'],
    ])
  })

  test('as plain text is one text', () => {
    expect(rows('I am Ana\n', { ...spoken, type: 'text/plain' })).toEqual([
      ['text', 'assistant', 'I am Ana\n'],
    ])
  })

  const srt =
    '1\r\n00:00:01,000 --> 00:00:02,500\r\nCard 4111 1111\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\n1111 1111\r\n2024\r\n'
  const vtt =
    'WEBVTT\n\nNOTE by Ana\n\n00:01.000 --> 00:02.000 align:start line:0%\nHi\n\n00:02.000 --> 00:03.000 Ana\nBob\n'

  test('as subtitles is what is said, as one text', () => {
    const { segments, joined } = read(srt, { ...spoken, type: 'text/plain' })
    expect(segments.map(({ place, text }) => [place, text])).toEqual([
      ['line[2]#', 'Card 4111 1111'],
      ['line[6]#', '1111 1111'],
      ['line[7]#', '2024'],
    ])
    expect(joined.map(({ text }) => text)).toEqual(['Card 4111 1111\n1111 1111\n2024'])
    expect(rows(vtt, { ...spoken, type: 'text/vtt' }).map(([, , text]) => text)).toEqual([
      'NOTE by Ana',
      'Hi',
      '00:02.000 --> 00:03.000 Ana',
      'Bob',
    ])
  })

  test('as subtitles keeps its times and line ends', () => {
    const changed = read(srt, { ...spoken, type: 'text/plain' }).replace(
      new Map([
        ['line[2]#', 'Card <C>'],
        ['line[6]#', ''],
      ]),
    )
    expect(changed).toBe(srt.replace('4111 1111', '<C>').replace('1111 1111', ''))
  })
})

describe('replacing', () => {
  test('by the same texts leaves the very body', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc
        .array(fc.jsonValue({ maxDepth: 2 }))
        .map((all) => all.map((each) => JSON.stringify(each)).join('\n')),
      fc
        .array(fc.constantFrom('1', '00:01.000 --> 00:02.000', 'Ana', '', ' ', 'WEBVTT'))
        .map((lines) => `WEBVTT\r\n${lines.join('\n')}`),
    )
    const operation = fc.constantFrom<Operation>('chat', 'audio', 'images', 'files', 'rerank')
    fc.assert(
      fc.property(anyText, operation, fc.boolean(), (text, operation, isBytes) => {
        const body = isBytes ? Buffer.from(text) : text
        const path = operation === 'files' ? '/files/f/content' : '/'
        const view = read(body, { operation, path })
        const same = new Map(view.segments.map(({ place, text: said }) => [place, said]))
        expect(view.replace(same)).toBe(body)
        const changed = view.replace(new Map([...same].map(([place, said]) => [place, `${said}…`])))
        expect(typeof changed === 'string').toBe(!isBytes)
        if (view.segments.some(({ place }) => place.endsWith('#name'))) return
        const again = read(changed, { operation, path })
        for (const { place, text: said } of again.segments) {
          if (same.has(place)) expect(said).toBe(`${same.get(place)}…`)
        }
        expect(again.segments.length).toBeGreaterThanOrEqual(view.segments.length)
      }),
      { numRuns: 500 },
    )
  })
})

describe('reading', () => {
  test('never fails, whatever the answer is', () => {
    const operations = ['chat', 'embeddings', 'audio', 'images', 'files', 'batches'] as const
    const formats = [...new Set(samples.map(({ format }) => format)), 'unheard-of']
    const types = ['', 'application/json', 'text/plain', 'audio/mpeg', 'text/vtt', 'what']
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.jsonValue({ maxDepth: 6 }).map((json) => JSON.stringify(json)),
        ),
        fc.record({
          operation: fc.constantFrom(...operations),
          format: fc.constantFrom(...formats),
          type: fc.constantFrom(...types),
          path: fc.constantFrom('/', '/files/f/content?x=1'),
        }),
        (body, given) => {
          const { segments, attachments, isReadable } = read(body, given)
          const isSeen = segments.length > 0 || attachments.length > 0
          expect(isReadable || isSeen).toBe(true)
        },
      ),
      { numRuns: 1000 },
    )
  })
})
