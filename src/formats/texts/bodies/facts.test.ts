import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { JsonObject } from '../../../core/json.ts'
import { jsonQuestion } from '../testing/questions.ts'
import { rangesIn } from './joined.ts'
import { requestTexts } from './request-texts.ts'

const data = Buffer.from('Hi Ana').toString('base64')
const noText = Buffer.from([0xff, 0, 0xfe]).toString('base64')
const user = (...content: JsonObject[]): JsonObject => ({ messages: [{ role: 'user', content }] })

/** What is attached, as `type` for what cannot be read and `type!` for what is read. */
function attached(body: JsonObject, format: string): readonly string[] {
  const { attachments } = requestTexts(jsonQuestion(body, { format }))
  return attachments.flatMap(({ type, isReadable, count }) =>
    Array.from({ length: count }, () => (isReadable ? `${type}!` : type)),
  )
}

describe('attachments are counted in the words of', () => {
  test('OpenAI', () => {
    const file = (file: JsonObject): JsonObject => ({ type: 'file', file })
    const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }
    const body = user(
      { type: 'text', text: 'Hi' },
      image,
      image,
      { type: 'input_audio', input_audio: { data: 'QUJD', format: 'wav' } },
      file({ filename: 'a.pdf', file_data: 'data:application/pdf;base64,QUJD' }),
      file({ filename: 'a.csv', file_data: data }),
      file({ filename: 'a.xyz', file_data: `data:text/csv;base64,${data}` }),
      file({ file_id: 'file-1' }),
    )
    expect(attached(body, 'openai-chat')).toEqual([
      'image',
      'image',
      'audio',
      'document',
      'document!',
      'document!',
      'file',
    ])
    expect(attached({ messages: [{ role: 'user', content: 'Hi' }] }, 'openai-chat')).toEqual([])
  })

  test('OpenAI Responses', () => {
    const content = [
      { type: 'input_text', text: 'Hi' },
      { type: 'input_image', image_url: 'data:image/png;base64,QUJD' },
      { type: 'input_file', filename: 'a.txt', file_data: `data:text/plain;base64,${data}` },
      { type: 'input_file', file_url: 'https://example.com/a.pdf' },
    ]
    const input = [
      { role: 'user', content },
      { type: 'function_call_output', call_id: 'c', output: [content[1] ?? {}] },
    ]
    expect(attached({ input }, 'openai-responses')).toEqual(['image', 'image', 'document!', 'file'])
  })

  test('Anthropic', () => {
    const source = (more: JsonObject): JsonObject => ({ type: 'base64', data, ...more })
    const body = user(
      { type: 'image', source: source({ media_type: 'image/png' }) },
      { type: 'document', source: source({ media_type: 'application/pdf' }) },
      { type: 'document', source: source({ media_type: 'text/plain' }) },
      { type: 'document', title: 'T', source: { type: 'text', data: 'Hi Ana' } },
      { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
      {
        type: 'tool_result',
        tool_use_id: 't',
        content: [{ type: 'image', source: source({ media_type: 'image/png' }) }],
      },
      { type: 'container_upload', file_id: 'f' },
    )
    expect(attached(body, 'anthropic-messages')).toEqual([
      'image',
      'image',
      'document',
      'document',
      'document!',
      'document!',
      'file',
    ])
    const texts = requestTexts(jsonQuestion(body, { format: 'anthropic-messages' })).segments
    expect(texts.filter(({ text }) => text === 'Hi Ana').map(({ role }) => role)).toEqual([
      'document',
      'document',
    ])
  })

  test('Gemini, Bedrock, Cohere and Ollama', () => {
    const part = (mimeType: string): JsonObject => ({ inlineData: { mimeType, data } })
    const parts = [part('image/png'), part('video/mp4'), part('text/csv'), part('application/pdf')]
    expect(
      attached(
        {
          contents: [{ parts: [...parts, { fileData: { mimeType: 'text/plain', fileUri: 'x' } }] }],
        },
        'gemini',
      ),
    ).toEqual(['image', 'video', 'document!', 'document', 'document'])
    const document = (format: string): JsonObject => ({
      document: { format, name: 'a', source: { bytes: data } },
    })
    expect(
      attached(
        user(
          { image: { format: 'png', source: { bytes: data } } },
          document('pdf'),
          document('txt'),
        ),
        'bedrock-converse',
      ),
    ).toEqual(['image', 'document', 'document!'])
    const url = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }
    expect(attached(user(url), 'cohere-chat')).toEqual(['image'])
    const ollama = { messages: [{ role: 'user', content: 'Hi', images: ['QUJD', 'QUJD'] }] }
    expect(attached(ollama, 'ollama-chat')).toEqual(['image', 'image'])
  })

  test('anybody: what is called text and is none cannot be read', () => {
    const inline = { inlineData: { mimeType: 'text/plain', data: noText } }
    expect(attached({ contents: [{ parts: [inline] }] }, 'gemini')).toEqual(['document'])
    const file = { filename: 'a.txt', file_data: `data:text/plain;base64,${noText}` }
    expect(attached(user({ type: 'file', file }), 'openai-chat')).toEqual(['document'])
  })
})

/** The tools of a body, as `use name(arguments)`. */
function tools(body: JsonObject, format: string): readonly string[] {
  return requestTexts(jsonQuestion(body, { format })).tools.map(
    ({ use, name, arguments: args }) => `${use} ${name}${args === undefined ? '' : `(${args})`}`,
  )
}

describe('tools are told in the words of', () => {
  const description = 'Sends a mail'
  const annotations = { destructiveHint: true }

  test('OpenAI', () => {
    const offered = { name: 'mail', description, annotations, parameters: { type: 'object' } }
    const body = {
      tools: [
        { type: 'function', function: offered },
        { type: 'custom', custom: { name: 'run' } },
      ],
      messages: [
        {
          role: 'assistant',
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'mail', arguments: '{"to":"Ana"}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'Sent' },
      ],
    }
    expect(tools(body, 'openai-chat')).toEqual([
      'offered mail',
      'offered run',
      'called mail({"to":"Ana"})',
      'answered mail',
    ])
    const [first] = requestTexts(jsonQuestion(body)).tools
    expect(first).toEqual({ name: 'mail', use: 'offered', description, annotations })
  })

  test('OpenAI Responses', () => {
    const input = [
      { type: 'function_call', call_id: 'c1', name: 'mail', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c1', output: 'Sent' },
      { type: 'local_shell_call', call_id: 'c2', action: { command: ['ls'] } },
      { type: 'reasoning', summary: [] },
    ]
    const offered = [{ type: 'web_search' }, { type: 'function', name: 'mail', parameters: {} }]
    expect(tools({ input, tools: offered }, 'openai-responses')).toEqual([
      'called mail({})',
      'answered mail',
      'called local_shell({"command":["ls"]})',
      'offered web_search',
      'offered mail',
    ])
  })

  test('Anthropic', () => {
    const body = {
      tools: [
        { name: 'mail', description, input_schema: {} },
        { type: 'bash_20250124', name: 'bash' },
      ],
      messages: [
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 't', name: 'mail', input: { a: 1 } }],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'Sent' }] },
      ],
    }
    expect(tools(body, 'anthropic-messages')).toEqual([
      'offered mail',
      'offered bash',
      'called mail({"a":1})',
      'answered mail',
    ])
  })

  test('Gemini', () => {
    const parts = [
      { functionCall: { name: 'mail', args: { a: 1 } } },
      { functionResponse: { name: 'mail', response: { a: 'b' } } },
      { executableCode: { language: 'PYTHON', code: 'print()' } },
      { codeExecutionResult: { outcome: 'OK', output: 'x' } },
    ]
    const offered = [
      { functionDeclarations: [{ name: 'mail', description }] },
      { googleSearch: {} },
    ]
    expect(tools({ tools: offered, contents: [{ parts }] }, 'gemini')).toEqual([
      'offered mail',
      'offered googleSearch',
      'called mail({"a":1})',
      'answered mail',
      'called code_execution(print())',
      'answered code_execution',
    ])
  })

  test('Bedrock', () => {
    const body = {
      toolConfig: {
        tools: [{ toolSpec: { name: 'mail', description, inputSchema: { json: {} } } }],
      },
      messages: [
        {
          role: 'assistant',
          content: [{ toolUse: { toolUseId: 't', name: 'mail', input: { a: 1 } } }],
        },
        {
          role: 'user',
          content: [{ toolResult: { toolUseId: 't', content: [{ text: 'Sent' }] } }],
        },
      ],
    }
    expect([...tools(body, 'bedrock-converse')].sort()).toEqual([
      'answered mail',
      'called mail({"a":1})',
      'offered mail',
    ])
  })
})

describe('text parts of one content', () => {
  const joinedTexts = (body: JsonObject, format = 'openai-chat') =>
    requestTexts(jsonQuestion(body, { format })).joined.map(({ text }) => text)
  const text = (text: string): JsonObject => ({ type: 'text', text })

  test('are joined, whatever stands between them', () => {
    const image = { type: 'image_url', image_url: { url: 'https://example.com' } }
    const parts = [text('4111 1111'), text(''), image, text(' 1111 1111')]
    expect(joinedTexts(user(...parts))).toEqual(['4111 1111 1111 1111'])
    expect(
      joinedTexts({ contents: [{ parts: [{ text: 'a' }, { text: 'b' }] }] }, 'gemini'),
    ).toEqual(['ab'])
    const input = [{ role: 'user', content: [{ type: 'input_text', text: 'a' }, text('b')] }]
    expect(joinedTexts({ input }, 'openai-responses')).toEqual(['ab'])
    expect(joinedTexts(user({ text: 'a' }, { text: 'b' }), 'bedrock-converse')).toEqual(['ab'])
    const result = { type: 'tool_result', tool_use_id: 't', content: [text('c'), text('d')] }
    expect(joinedTexts(user(text('a'), result, text('b')), 'anthropic-messages')).toEqual([
      'ab',
      'cd',
    ])
    expect(joinedTexts({ system: [text('a'), text('b')] }, 'anthropic-messages')).toEqual(['ab'])
  })

  test('are not joined with those of another message, nor are inputs and documents', () => {
    const message = { role: 'user', content: [text('a')] }
    expect(joinedTexts({ messages: [message, message, { role: 'user', content: 'b' }] })).toEqual(
      [],
    )
    expect(joinedTexts({ input: ['a', 'b'], documents: [text('a'), text('b')] })).toEqual([])
  })

  test('are found again in the joined text, wherever it is looked at', () => {
    const pieces = fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 2 })
    fc.assert(
      fc.property(pieces, fc.nat(), fc.nat(), (texts, one, other) => {
        const { segments, joined } = requestTexts(jsonQuestion(user(...texts.map(text))))
        const [whole] = joined
        if (whole === undefined) throw new Error('nothing is joined')
        expect(whole.text).toBe(texts.join(''))
        const [start = 0, end = 0] = [one, other]
          .map((offset) => offset % (whole.text.length + 1))
          .sort((a, b) => a - b)
        const ranges = rangesIn(whole, { start, end })
        const said = ranges.map((range) =>
          segments[range.segment]?.text.slice(range.start, range.end),
        )
        expect(said.join('')).toBe(whole.text.slice(start, end))
        expect(ranges.every((range) => range.start < range.end)).toBe(true)
      }),
    )
  })
})
