import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { asObject, parseJson } from '../../src/core/json.ts'
import type { JsonValue } from '../../src/core/json.ts'
import { formatNames, post, told } from './support/callers.ts'
import {
  card,
  foreignCard,
  mail,
  policies,
  providersOf,
  startComplianceRig,
  traces,
} from './support/rig.ts'
import type { ComplianceRig } from './support/rig.ts'

let rig: ComplianceRig

beforeAll(async () => {
  rig = await startComplianceRig({
    policies: `${policies}
      - { id: quotes, action: tokenise, what: { detectors: ['custom:quote'] } }
compliance:
  patterns: [{ name: quote, pattern: 'Q"[a-z<\\\\ ]+"' }]
`,
  })
})

afterAll(() => rig[Symbol.asyncDispose]())

/** A value that JSON and HTML would spoil. */
const quote = String.raw`Q"a<b\c d"`

describe.each(formatNames)('in %s', (format) => {
  for (const provider of providersOf[format]) {
    for (const stream of [false, true]) {
      test(`values keep every sign where they come back (${provider}, streamed: ${stream})`, async () => {
        const call = {
          a: 'Say <CUSTOM_QUOTE_1>',
          b: ['<custom_quote_1>!', { c: '<CUSTOM_QUOTE_2>' }],
        }
        const said = {
          type: 'text',
          text: `${'Well. '.repeat(70)}It is <CUSTOM_QUOTE_1>.`,
        } as const
        const called = {
          type: 'tool-call',
          id: 'call_1',
          name: 'say',
          arguments: JSON.stringify(call),
        } as const
        rig.provider.script({
          says: () => (format === 'openai-completions' ? [said] : [said, called]),
          deltas: [1],
        })
        const asked = { ...rig.at, model: provider, stream }
        const { text, calls } = await told(format, `They said ${quote}`, asked)
        expect(rig.provider.seen.at(-1)?.text).toContain('They said <CUSTOM_QUOTE_1>')
        expect(text).toEndWith(`It is ${quote}.`)
        if (format === 'openai-completions') return
        expect(calls).toEqual([
          {
            name: 'say',
            arguments: { a: `Say ${quote}`, b: [`${quote}!`, { c: '<CUSTOM_QUOTE_2>' }] },
          },
        ])
      })
    }
  }
})

test('a token of nobody, or of another call, stays as it is', async () => {
  rig.provider.script({ says: () => [{ type: 'text', text: 'Ask <EMAIL_1> or <EMAIL_2>.' }] })
  const asked = { ...rig.at, model: 'openai', stream: true }
  const [mine, others] = await Promise.all([
    told('openai-chat', `Mail of ${mail}`, asked),
    told('openai-chat', 'No mail at all', asked),
  ])
  expect(mine.text).toBe(`Ask ${mail} or <EMAIL_2>.`)
  expect(others.text).toBe('Ask <EMAIL_1> or <EMAIL_2>.')
})

describe('what tools were called with and gave back', () => {
  const send = async (path: string, body: JsonValue): Promise<string> => {
    rig.provider.script({ says: () => [{ type: 'text', text: 'Fine.' }] })
    const count = rig.provider.seen.length
    const response = await post(path, JSON.stringify(body), rig.at)
    const answer = await response.text()
    if (response.status === 403) {
      expect(rig.provider.seen).toHaveLength(count)
      return ''
    }
    expect({ status: response.status, answer }).toMatchObject({ status: 200 })
    const { text } = rig.provider.seen.at(-1) ?? { text: '' }
    for (const trace of traces) expect(text).not.toContain(trace)
    return text
  }
  const given = { to: mail, note: `Card ${card}`, [card]: true, list: [4539578763621486] }
  const names = { [`Mail of ${mail}`]: { type: 'string', description: `Such as ${foreignCard}` } }

  test.each([false, true])(
    'may be no JSON, and is looked through all the same (streamed: %p)',
    async (stream) => {
      const broken = `{"a": ${card}, "to": "${mail}`
      const sent = await send('/v1/chat/completions', {
        model: 'openai',
        messages: [
          { role: 'user', content: 'Send it.' },
          {
            role: 'assistant',
            tool_calls: [
              { id: 'c1', type: 'function', function: { name: 'send', arguments: broken } },
            ],
          },
          { role: 'tool', tool_call_id: 'c1', content: 'It failed.' },
        ],
      })
      expect(sent).toContain('<PAYMENT_CARD_1>')
      const called = { type: 'tool-call', id: 'c1', name: 'send' } as const
      rig.provider.script({
        says: () => [{ ...called, arguments: `{"a": ${foreignCard}, "to": "` }],
        deltas: [2, 5],
      })
      const body = { model: 'openai', stream, messages: [{ role: 'user', content: 'Hello' }] }
      const received = await (
        await post('/v1/chat/completions', JSON.stringify(body), rig.at)
      ).text()
      expect(received).toContain('<PAYMENT_CARD_1>')
      expect(received.replaceAll(/[^0-9]/g, '')).not.toContain('5555555555554444')
    },
  )

  test.each(['openai', 'anthropic'])(
    'leaves nothing in a request of OpenAI for %s',
    async (model) => {
      const text = await send('/v1/chat/completions', {
        model,
        messages: [
          { role: 'user', content: 'Send it.' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                id: 'c1',
                type: 'function',
                function: { name: 'send', arguments: JSON.stringify(given) },
              },
            ],
          },
          { role: 'tool', tool_call_id: 'c1', content: JSON.stringify(given) },
        ],
        tools: [
          {
            type: 'function',
            function: { name: 'send', parameters: { type: 'object', properties: names } },
          },
        ],
      })
      expect(asObject(parseJson(text))).toBeDefined()
      expect(text).toContain('<EMAIL_1>')
    },
  )

  test.each(['anthropic', 'openai'])(
    'leaves nothing in a request of Anthropic for %s',
    async (model) => {
      const text = await send('/v1/messages', {
        model,
        max_tokens: 100,
        metadata: { user_id: mail },
        messages: [
          { role: 'user', content: 'Send it.' },
          {
            role: 'assistant',
            content: [{ type: 'tool_use', id: 'c1', name: 'send', input: given }],
          },
          {
            role: 'user',
            content: [
              {
                type: 'tool_result',
                tool_use_id: 'c1',
                content: [{ type: 'text', text: JSON.stringify(given) }],
              },
            ],
          },
        ],
        tools: [{ name: 'send', input_schema: { type: 'object', properties: names } }],
      })
      expect(asObject(parseJson(text))).toBeDefined()
      expect(text).toContain('<EMAIL_1>')
    },
  )

  test('leaves nothing in a request of Gemini', async () => {
    const text = await send('/gemini/v1beta/models/gemini:generateContent', {
      contents: [
        { role: 'user', parts: [{ text: 'Send it.' }] },
        { role: 'model', parts: [{ functionCall: { name: 'send', args: given } }] },
        { role: 'user', parts: [{ functionResponse: { name: 'send', response: given } }] },
      ],
      systemInstruction: { parts: [{ text: mail }] },
      labels: { who: mail },
    })
    expect(text).toContain('<EMAIL_1>')
  })
})
