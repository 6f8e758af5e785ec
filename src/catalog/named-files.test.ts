import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { asObject, parseJson } from '../core/json.ts'
import { namedFiles } from './named-files.ts'

function named(body: unknown): readonly string[] {
  return namedIn(JSON.stringify(body))
}

function namedIn(text: string): readonly string[] {
  return namedFiles({ text, json: asObject(parseJson(text)) })
}

const user = (...content: unknown[]): object => ({ messages: [{ role: 'user', content }] })

describe('a file that the model is to read is found', () => {
  for (const [where, body] of [
    ['a chat of OpenAI', user({ type: 'file', file: { file_id: 'file-1' } })],
    ['a chat of Mistral', user({ type: 'file', file_id: 'file-1' })],
    ['a document of Anthropic', user(document({ type: 'file', file_id: 'file-1' }))],
    ['an upload of Anthropic', user({ type: 'container_upload', file_id: 'file-1' })],
    [
      'the result of a tool of Anthropic',
      user({ type: 'tool_result', content: [document({ type: 'file', file_id: 'file-1' })] }),
    ],
    ['a file of a response', response({ type: 'input_file', file_id: 'file-1' })],
    ['an image of a response', response({ type: 'input_image', file_id: 'file-1' })],
    [
      'the output of a function',
      {
        input: [
          { type: 'function_call_output', output: [{ type: 'input_file', file_id: 'file-1' }] },
        ],
      },
    ],
    [
      'a screenshot',
      {
        input: [
          {
            type: 'computer_call_output',
            output: { type: 'computer_screenshot', file_id: 'file-1' },
          },
        ],
      },
    ],
    [
      'a variable of a prompt',
      { prompt: { variables: { a: { type: 'input_file', file_id: 'file-1' } } } },
    ],
    ['a container', { tools: [{ container: { type: 'auto', file_ids: ['file-1'] } }] }],
    ['an image to edit', { images: [{ file_id: 'file-1' }] }],
    [
      'a part of a kind that is not known yet',
      user({ type: 'new', deep: [{ file_id: 'file-1' }] }),
    ],
  ] as const) {
    test(`in ${where}`, () => {
      expect(named(body)).toEqual(['file-1'])
    })
  }

  test('in parts of Gemini, by either name of the field', () => {
    for (const [field, uri] of [
      ['fileUri', 'https://generativelanguage.googleapis.com/v1beta/files/abc-1'],
      ['file_uri', 'https://generativelanguage.googleapis.com/v1beta/files/abc-1?alt=media'],
      ['fileUri', 'files/abc-1'],
    ] as const) {
      const part = { fileData: { mimeType: 'text/plain', [field]: uri } }
      expect(named({ contents: [{ parts: [part] }] })).toEqual(['files/abc-1'])
    }
  })

  test('however its name is spelled in the text', () => {
    const plain = JSON.stringify(user({ type: 'file', file: { file_id: 'file-1' } }))
    expect(namedIn(plain.replace('file_id', 'file\\u005fid'))).toEqual(['file-1'])
    expect(namedIn(plain.replace('file_id', '\\u0066ile_id'))).toEqual(['file-1'])
    expect(namedIn(plain.replace('file-1', 'file\\u002D1'))).toEqual(['file-1'])
  })

  test('once, however often it is named, and all that are', () => {
    const part = (id: string) => ({ type: 'file', file: { file_id: id } })
    expect(named(user(part('file-1'), part('file-2'), part('file-1')))).toEqual([
      'file-1',
      'file-2',
    ])
  })
})

describe('what only tells of a file names none:', () => {
  for (const [what, body] of [
    ['words', user({ type: 'text', text: 'what is {"file_id":"file-1"}?' })],
    [
      'a citation',
      response({
        type: 'output_text',
        annotations: [{ type: 'file_citation', file_id: 'file-1' }],
      }),
    ],
    [
      'results of a search',
      { input: [{ type: 'file_search_call', results: [{ file_id: 'file-1' }] }] },
    ],
    [
      'the call of a tool',
      user({ type: 'tool_use', id: 't', name: 'n', input: { file_id: 'file-1' } }),
    ],
    [
      'the call of a tool of Bedrock',
      user({ toolUse: { toolUseId: 't', input: { file_id: 'file-1' } } }),
    ],
    [
      'a result of Bedrock',
      user({ toolResult: { toolUseId: 't', content: [{ json: { file_id: 'file-1' } }] } }),
    ],
    [
      'the call of a function',
      { contents: [{ parts: [{ functionCall: { args: { file_id: 'file-1' } } }] }] },
    ],
    [
      'a result',
      { contents: [{ parts: [{ functionResponse: { response: { file_id: 'file-1' } } }] }] },
    ],
    ['a file that code made', user({ type: 'bash_code_execution_output', file_id: 'file-1' })],
    [
      'the schema of a tool',
      { tools: [{ parameters: { properties: { file_id: { type: 'string' } } } }] },
    ],
    [
      'an address that everyone may read',
      { contents: [{ parts: [{ fileData: { fileUri: 'gs://b/o.pdf' } }] }] },
    ],
    ['no id', user({ type: 'input_file', file_id: null })],
  ] as const) {
    test(what, () => {
      expect(named(body)).toEqual([])
    })
  }
})

describe('a body that names a file', () => {
  test('is refused when it gives a field twice: providers may read either', () => {
    for (const file of [
      '{"file_id":"file-2","file_id":"file-1"}',
      '{"file_id":"file-2","file\\u005fid":"file-1"}',
      '{"file_id":"file-1"},"file":{"file_id":"file-1"}',
    ]) {
      const text = `{"messages":[{"role":"user","content":[{"type":"file","file":${file}}]}]}`
      expect(() => namedIn(text)).toThrow('twice')
    }
  })

  test('is not refused for anything else, whatever else is in it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.string(), (more, words) => {
        const parsed = parseJson(more)
        const body = { ...user({ type: 'file', file: { file_id: 'file-1' } }), parsed, words }
        expect(named(body)).toContain('file-1')
        expect(namedIn(JSON.stringify(body, undefined, 2))).toContain('file-1')
      }),
    )
  })
})

function document(source: object): object {
  return { type: 'document', source }
}

function response(part: object): object {
  return { input: [{ role: 'user', content: [part] }] }
}
