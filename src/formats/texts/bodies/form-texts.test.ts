import { describe, expect, test } from 'bun:test'
import type { Question } from '../../../core/call.ts'
import {
  batchUpload,
  boundary,
  bytesQuestion,
  formOf,
  formType,
  upload,
} from '../testing/questions.ts'
import type { GivenPart } from '../testing/questions.ts'
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

const pdf = Buffer.from('%PDF-1.7\n\0\x01')
describe('the texts of a form', () => {
  test('of sound are its prompt, and the sound is attached', () => {
    const sound = Buffer.from([0x49, 0x44, 0x33, 4, 0, 0])
    const question = upload(
      [
        { name: 'model', content: 'whisper-1' },
        { name: 'prompt', content: 'A talk with Ana' },
        { name: 'timestamp_granularities[]', content: 'word' },
        { name: 'timestamp_granularities[]', content: 'segment' },
        { name: 'file', filename: 'Ana.mp3', type: 'audio/mpeg', content: sound },
      ],
      'audio',
    )
    expect(rows(question)).toEqual([
      ['form[1]#text', 'user', 'text', '', 'A talk with Ana'],
      ['form[4].filename', 'document', 'document', 'Ana.mp3', 'Ana.mp3'],
    ])
    expect(requestTexts(question)).toMatchObject({
      attachments: [{ type: 'audio', isReadable: false, count: 1 }],
      isReadable: true,
      hasRepeatedMembers: false,
    })
  })

  test('in a batch are read line by line, by where each line goes', () => {
    expect(rows(batchUpload)).toEqual([
      ['form[1].filename', 'document', 'document', 'batch.jsonl', 'batch.jsonl'],
      ['form[1]#line[0]#custom_id', 'user', 'text', '', 'row 1'],
      ['form[1]#line[0]#body.messages[0].content', 'system', 'text', '', 'Be kind'],
      ['form[1]#line[0]#body.messages[1].content', 'user', 'text', '', 'I am Ana'],
      ['form[1]#line[1]#custom_id', 'user', 'text', '', 'r2'],
      ['form[1]#line[1]#body.input', 'user', 'text', '', 'Hi'],
      ['form[1]#line[2]#custom_id', 'user', 'text', '', 'r3'],
    ])
  })

  test('in an uploaded file are read by what the file is', () => {
    const read = (filename: string, content: string | Uint8Array, type?: string) =>
      rows(
        upload([{ name: 'file', filename, content, ...(type !== undefined && { type }) }]),
      ).flatMap(([place, , , , text]) => (place === 'form[0].filename' ? [] : [[place, text]]))
    expect(read('a.csv', 'name,card\nAna,1\n')).toEqual([['form[0]#text', 'name,card\nAna,1\n']])
    expect(read('a.json', '{\n "ssn": ["078"],\n "card": 4111111111111111 }')).toEqual([
      ['form[0]#ssn[0]', '078'],
      ['form[0]#card', '4111111111111111'],
    ])
    expect(read('a.jsonl', '{"name":"Ana"}\n{"messages":[{"content":"Bob"}]}')).toEqual([
      ['form[0]#line[0]#name', 'Ana'],
      ['form[0]#line[1]#messages[0].content', 'Bob'],
    ])
    expect(read('a.jsonl', '{"name":"Ana"}\nBob')).toEqual([
      ['form[0]#text', '{"name":"Ana"}\nBob'],
    ])
    expect(read('a.txt', Buffer.from('Jos\xe9', 'latin1'))).toEqual([['form[0]#text', 'José']])
    expect(read('a.png', 'I am Ana', 'image/png')).toEqual([['form[0]#text', 'I am Ana']])
    expect(read('a', Buffer.from('\ufeffAna', 'utf16le'))).toEqual([['form[0]#text', 'Ana']])
  })

  test.each([
    ['a.pdf', pdf, 'document', false],
    ['a.txt', pdf, 'document', false],
    ['a.docx', Buffer.from('PK\x03\x04\0'), 'document', false],
    ['a.zip', Buffer.from('PK\x03\x04\0'), 'file', false],
    ['a.png', Buffer.from('PK\x03\x04\0'), 'file', false],
    ['a.bin', Buffer.from([0, 1, 2]), 'file', false],
    ['a.txt', Buffer.from([0, 1, 2]), 'file', false],
    ['a.png', Buffer.from('\x89PNG\r\n\x1a\n\0', 'latin1'), 'image', true],
    ['a.m4a', Buffer.from('\0\0\0 ftypM4A '), 'audio', true],
  ] as const)('are none in %s: it is attached', (filename, content, type, isReadable) => {
    const read = requestTexts(upload([{ name: 'file', filename, content }]))
    expect(read.attachments).toEqual([{ type, isReadable: false, count: 1 }])
    expect(read.isReadable).toBe(isReadable)
    expect(read.reason === undefined).toBe(isReadable)
  })

  test('are not read beyond any number', () => {
    const many = (content: string) =>
      requestTexts(upload([{ name: 'file', filename: 'a.json', content }]))
    expect(many(JSON.stringify(Array.from({ length: 300_000 }, () => 'a')))).toMatchObject({
      isReadable: false,
      reason: 'more than 262144 texts',
    })
    const lines = many('{}\n'.repeat(100_000))
    expect(lines.segments.map(({ place }) => place)).toEqual(['form[0].filename', 'form[0]#text'])
    expect(lines.isReadable).toBe(true)
  })

  test('are read beside parts that cannot be', () => {
    const question = upload([
      { name: 'file', filename: 'a.zip', content: Buffer.from('PK\x03\x04\0') },
      { name: 'prompt', content: 'I am Ana' },
    ])
    const { segments, isReadable } = requestTexts(question)
    expect(isReadable).toBe(false)
    expect(segments.map(({ text }) => text)).toEqual(['a.zip', 'I am Ana'])
  })

  test('in a plain field are read, whatever they begin with', () => {
    const field = { name: 'prompt', content: '%PDF-1.7 I am Ana' }
    expect(rows(upload([field], 'images')).map(([place]) => place)).toEqual(['form[0]#text'])
  })

  test('may stand in names and heads of a form as well', () => {
    const question = upload([{ name: 'Ana Lima', content: 'x', type: 'a/b; note="Ana L"' }])
    expect(rows(question).map(([place, , , , text]) => [place, text])).toEqual([
      ['form[0].name', 'Ana Lima'],
      ['form[0].header[1]', 'a/b; note="Ana L"'],
      ['form[0]#text', 'x'],
    ])
    const changed = requestTexts(question).replace(
      new Map([
        ['form[0].name', '<"P">'],
        ['form[0].header[1]', 'a/b; note=x'],
      ]),
    )
    expect(Buffer.from(changed.bytes).toString()).toContain(
      'name="<%22P%22>"\r\nContent-Type: a/b; note=x\r\n\r\nx\r\n',
    )
  })
})

describe('replacing in a form', () => {
  test('reaches all values of a head, in whichever order they stand', () => {
    const head = [
      'X-Note: by Ana',
      `Content-Disposition: form-data; filename*=UTF-8''Ana.txt; name="file"; filename="Ana.txt"`,
      'X-More: for Bob',
    ]
    const write = (lines: readonly string[]): Buffer =>
      Buffer.from([`--${boundary}`, ...lines, '', 'x', `--${boundary}--`].join('\r\n'))
    const question = bytesQuestion(write(head), formType, { operation: 'files' })
    const read = requestTexts(question)
    expect(read.segments.map(({ place, text }) => [place, text])).toEqual([
      ['form[0].header[0]', 'by Ana'],
      ['form[0].filename*', 'Ana.txt'],
      ['form[0].filename', 'Ana.txt'],
      ['form[0].header[2]', 'for Bob'],
      ['form[0]#text', 'x'],
    ])
    const changed = read.replace(new Map(read.segments.map(({ place }) => [place, '<P>'])))
    const expected = head.map((line) =>
      line
        .replace("''Ana.txt", "''%3CP%3E")
        .replace('Ana.txt', '<P>')
        .replace(/(?:by|for) .*/, '<P>'),
    )
    expect(Buffer.from(changed.bytes).toString()).toBe(
      write(expected).toString().replace('\r\nx\r\n', '\r\n<P>\r\n'),
    )
  })

  test('keeps every byte of a form that does not change, in any encoding', () => {
    const western = Buffer.from('Jos\xe9 and Ana', 'latin1')
    const image = Buffer.from('\x89PNG\r\n\x1a\n\0', 'latin1')
    const parts = (text: Uint8Array): GivenPart[] => [
      { name: 'image[]', filename: 'a.png', type: 'image/png', content: image },
      { name: 'prompt', content: text },
      { name: 'file', filename: 'b.txt', type: 'text/plain', content: western },
    ]
    const question = upload(parts(Buffer.from('Ana')), 'images')
    const changed = requestTexts(question).replace(new Map([['form[1]#text', '<PERSON_1>']]))
    expect(Buffer.from(changed.bytes)).toEqual(
      Buffer.from(formOf(parts(Buffer.from('<PERSON_1>')))),
    )
    const other = requestTexts(question).replace(new Map([['form[2]#text', 'José and €☂']]))
    expect(Buffer.from(other.bytes).toString('latin1')).toContain('Jos\xe9 and \x80?')
  })

  test('keeps the other lines of a batch', () => {
    const place = 'form[1]#line[0]#body.messages[1].content'
    const changed = requestTexts(batchUpload).replace(new Map([[place, 'I am <P>']]))
    expect(Buffer.from(changed.bytes).toString()).toBe(
      Buffer.from(batchUpload.body.bytes).toString().replace('I am Ana', 'I am <P>'),
    )
  })
})
