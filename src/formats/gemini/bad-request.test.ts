import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../../core/errors.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import { gemini } from './index.ts'

const target = { model: 'gemini-2.5-flash', stream: false }
const hello = { contents: [{ parts: [{ text: 'Hello' }] }] }

function read(body: JsonObject) {
  return gemini.readRequest(body, target)
}

describe('a request that is not valid', () => {
  const user = (part: unknown) => ({ contents: [{ parts: [part] }] })
  const config = (generationConfig: unknown) => ({ ...hello, generationConfig })

  test.each([
    ['contents', {}],
    ['contents', { contents: [] }],
    ['contents', { contents: 'Hello' }],
    ['contents', { contents: [{ parts: [] }] }],
    ['contents[0]', { contents: ['Hello'] }],
    ['contents[0].role', { contents: [{ role: 'system', parts: [{ text: 'x' }] }] }],
    ['contents[0].parts', { contents: [{ parts: { text: 'x' } }] }],
    ['contents[0].parts[0]', user('Hello')],
    ['contents[0].parts[0]', user({})],
    ['contents[0].parts[0]', user({ text: 'a', inlineData: { mimeType: 'image/png', data: '' } })],
    ['contents[0].parts[0].text', user({ text: 1 })],
    ['contents[0].parts[0].inlineData.mimeType', user({ inlineData: { data: '' } })],
    [
      'contents[0].parts[0].inlineData.data',
      user({ inlineData: { mimeType: 'image/png', data: 1 } }),
    ],
    ['contents[0].parts[0].fileData.fileUri', user({ fileData: {} })],
    ['contents[0].parts[0].functionCall', user({ functionCall: { name: 'f' } })],
    [
      'contents[0].parts[0].functionResponse',
      user({ functionResponse: { name: 'f', response: {} } }),
    ],
    ['contents[0].parts[0].functionResponse.name', user({ functionResponse: { response: {} } })],
    ['systemInstruction', { ...hello, systemInstruction: 'Be brief.' }],
    ['tools', { ...hello, tools: {} }],
    ['tools[0].functionDeclarations', { ...hello, tools: [{ functionDeclarations: {} }] }],
    [
      'tools[0].functionDeclarations[0].name',
      { ...hello, tools: [{ functionDeclarations: [{}] }] },
    ],
    [
      'tools[0].functionDeclarations[0]',
      {
        ...hello,
        tools: [
          {
            functionDeclarations: [
              {
                name: 'f',
                parameters: { type: 'OBJECT' },
                parametersJsonSchema: { type: 'object' },
              },
            ],
          },
        ],
      },
    ],
    [
      'toolConfig.functionCallingConfig.mode',
      { ...hello, toolConfig: { functionCallingConfig: { mode: 'MAYBE' } } },
    ],
    ['generationConfig', config([])],
    ['generationConfig.temperature', config({ temperature: 'hot' })],
    ['generationConfig.maxOutputTokens', config({ maxOutputTokens: 0 })],
    ['generationConfig.stopSequences[0]', config({ stopSequences: [1] })],
    ['generationConfig.responseMimeType', config({ responseSchema: { type: 'STRING' } })],
    [
      'generationConfig.thinkingConfig.thinkingBudget',
      config({ thinkingConfig: { thinkingBudget: -2 } }),
    ],
  ])('is refused with the path %s', (param, body) => {
    // Cast free: what a client sends is any JSON.
    const given: unknown = JSON.parse(JSON.stringify(body))
    if (!isObject(given)) throw new Error('not an object')
    let error: unknown
    try {
      read(given)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(GatewayError)
    expect(error).toMatchObject({ code: 'invalid_request', param })
  })

  test('is never refused in another way', () => {
    const words = [
      'contents',
      'parts',
      'role',
      'text',
      'functionCall',
      'functionResponse',
      'name',
      'response',
      'args',
      'inlineData',
      'mimeType',
      'data',
      'tools',
      'functionDeclarations',
      'parameters',
      'generationConfig',
      'thinkingConfig',
      'responseSchema',
      'system_instruction',
      'properties',
      'type',
      '__proto__',
    ]
    const { body } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom('user', 'model', 'f', 'image/png', '', 1, -1, true, null),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('body'),
      ),
      body: fc.dictionary(fc.constantFrom(...words), tie('value'), { maxKeys: 5 }),
    }))
    fc.assert(
      fc.property(body, (value) => {
        try {
          if (isObject(value)) read(value)
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_request' })
          if (error instanceof GatewayError) expect(error.param).toBeString()
        }
      }),
      { numRuns: 500 },
    )
  })
})
