import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Warning } from '../format.ts'
import type { NeutralMessage, NeutralPart, NeutralRequest } from '../neutral.ts'
import { defaultMaxTokens } from './reasoning.ts'
import { toolIdOf } from './tool-id.ts'
import { writeRequest } from './write-request.ts'

const text = (value: string): NeutralPart => ({ type: 'text', text: value })
const user = (...content: NeutralPart[]): NeutralMessage => ({ role: 'user', content })
const assistant = (...content: NeutralPart[]): NeutralMessage => ({ role: 'assistant', content })
const system = (...content: NeutralPart[]): NeutralMessage => ({ role: 'system', content })
const tool = (...content: NeutralPart[]): NeutralMessage => ({ role: 'tool', content })
const call = (id: string, args = '{}'): NeutralPart => ({
  type: 'tool-call',
  id,
  name: 'f',
  arguments: args,
})
const result = (callId: string, value = 'ok'): NeutralPart => ({
  type: 'tool-result',
  callId,
  content: [text(value)],
})

function request(fields: Partial<NeutralRequest> = {}): NeutralRequest {
  return {
    model: 'claude-sonnet-4-5',
    messages: [user(text('Hello'))],
    stream: false,
    maxOutputTokens: 100,
    inexpressible: [],
    ...fields,
  }
}

function write(fields: Partial<NeutralRequest>): { body: JsonObject; warnings: Warning[] } {
  const warnings: Warning[] = []
  const body = writeRequest(request(fields), (warning) => warnings.push(warning))
  return { body, warnings }
}

describe('messages', () => {
  test('parallel results and the words after them are one user turn, results first', () => {
    const { body, warnings } = write({
      messages: [
        user(text('Go')),
        assistant(call('a'), call('b')),
        tool(result('a')),
        user(text('hurry')),
        tool(result('b')),
        user(text('up')),
      ],
    })
    expect(body['messages']).toEqual([
      { role: 'user', content: 'Go' },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'a', name: 'f', input: {} },
          { type: 'tool_use', id: 'b', name: 'f', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: 'ok' },
          { type: 'tool_result', tool_use_id: 'b', content: 'ok' },
          { type: 'text', text: 'hurry' },
          { type: 'text', text: 'up' },
        ],
      },
    ])
    expect(warnings).toEqual([])
  })

  test('system messages move to the top, a late one with a warning', () => {
    const { body, warnings } = write({
      messages: [system(text('Be brief.')), user(text('Hi')), system(text('Be kind.'))],
    })
    expect(body['system']).toEqual([
      { type: 'text', text: 'Be brief.' },
      { type: 'text', text: 'Be kind.' },
    ])
    expect(body['messages']).toEqual([{ role: 'user', content: 'Hi' }])
    expect(warnings).toEqual([
      { type: 'changed', field: 'messages[2]', detail: 'moved to the top' },
    ])
  })

  test('a conversation of system messages alone is asked as a user', () => {
    const { body, warnings } = write({ messages: [system(text('Say hello.'))] })
    expect(body['system']).toBeUndefined()
    expect(body['messages']).toEqual([{ role: 'user', content: 'Say hello.' }])
    expect(warnings).toHaveLength(1)
  })

  test('empty text goes in silence, white space with a warning', () => {
    const { body, warnings } = write({ messages: [user(text(''), text('a'), text(' \n'))] })
    expect(body['messages']).toEqual([{ role: 'user', content: 'a' }])
    expect(warnings).toEqual([{ type: 'dropped', field: 'messages[0].content[2]' }])
  })

  test('a prefill loses the white space at its end', () => {
    const { body, warnings } = write({ messages: [user(text('Hi')), assistant(text('I say: '))] })
    expect(body['messages']).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'I say:' },
    ])
    expect(warnings).toHaveLength(1)
  })

  test('ids with other characters are rewritten alike in call and result', () => {
    const id = 'call:1|é'
    const { body } = write({ messages: [user(text('x')), assistant(call(id)), tool(result(id))] })
    expect(body['messages']).toMatchObject([
      {},
      { content: [{ id: toolIdOf(id) }] },
      { content: [{ tool_use_id: toolIdOf(id) }] },
    ])
    expect(toolIdOf(id)).toMatch(/^call_1___[0-9a-f]{16}$/)
    expect(toolIdOf('')).toMatch(/^_[0-9a-f]{16}$/)
    expect(toolIdOf('toolu_01-A')).toBe('toolu_01-A')
    expect(toolIdOf('call:2')).not.toBe(toolIdOf('call;2'))
  })

  test('arguments that are no JSON object are refused where they stand', () => {
    for (const args of ['{"a":', '[]', '"text"']) {
      const messages = [user(text('x')), assistant(text('y'), call('a'), call('b', args))]
      expect(() => write({ messages })).toThrow(GatewayError)
      try {
        write({ messages })
      } catch (error) {
        const param = 'messages[1].tool_calls[1].function.arguments'
        expect(error).toMatchObject({ code: 'invalid_request', param })
      }
    }
  })

  test('what has no block is dropped with a warning', () => {
    const { body, warnings } = write({
      messages: [
        { ...user(text('a')), name: 'Ann' },
        user({ type: 'audio', data: 'AA', format: 'wav' }),
        user({ type: 'image', source: { type: 'url', url: 'https://x.test/a' }, detail: 'high' }),
        assistant({ type: 'reasoning', text: 'unsigned' }, text('b')),
        user(text('c')),
      ],
      seed: 1,
      presencePenalty: 0,
      frequencyPenalty: 0.5,
      responseShape: { type: 'json' },
    })
    expect(body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'image', source: { type: 'url', url: 'https://x.test/a' } },
        ],
      },
      { role: 'assistant', content: 'b' },
      { role: 'user', content: 'c' },
    ])
    expect(warnings.map(({ field }) => field)).toEqual([
      'messages[0].name',
      'messages[1].content[0]',
      'messages[2].content[0].image_url.detail',
      'messages[3].content[0]',
      'response_format',
      'seed',
      'frequency_penalty',
    ])
  })

  test('a text file in base64 becomes a plain text document', () => {
    const data = Buffer.from('a;b').toString('base64')
    const source = { type: 'base64', mediaType: 'text/csv', data } as const
    const { body } = write({ messages: [user({ type: 'document', source, title: 'a.csv' })] })
    expect(body['messages']).toMatchObject([
      {
        content: [
          { title: 'a.csv', source: { type: 'text', media_type: 'text/plain', data: 'a;b' } },
        ],
      },
    ])
  })
})

describe('fields', () => {
  test('a request without a limit gets the default with a warning', () => {
    const { maxOutputTokens: _, ...rest } = request()
    const warnings: Warning[] = []
    const body = writeRequest(rest, (warning) => warnings.push(warning))
    expect(body['max_tokens']).toBe(defaultMaxTokens)
    expect(warnings).toEqual([{ type: 'changed', field: 'max_tokens', detail: 'set to 4096' }])
  })

  test('temperature above 1 is lowered with a warning', () => {
    const { body, warnings } = write({ temperature: 1.7 })
    expect(body['temperature']).toBe(1)
    expect(warnings).toEqual([{ type: 'changed', field: 'temperature', detail: 'lowered to 1' }])
  })

  test('of temperature and top_p the one at its default gives way', () => {
    expect(write({ temperature: 0.2, topP: 1 }).body).not.toHaveProperty('top_p')
    expect(write({ temperature: 1, topP: 0.5 }).body).not.toHaveProperty('temperature')
    expect(write({ temperature: 0.2, topP: 0.5 }).body).toMatchObject({
      temperature: 0.2,
      top_p: 0.5,
    })
  })

  test('parallel calls are forbidden even when no choice was named', () => {
    const tools = [{ name: 'f' }]
    expect(write({ tools, parallelToolCalls: false }).body).toMatchObject({
      tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    })
    expect(write({ parallelToolCalls: false }).body).not.toHaveProperty('tool_choice')
  })

  test('a schema that names no type is an object', () => {
    const parameters = { properties: { a: {} } }
    expect(write({ tools: [{ name: 'f', parameters }] }).body['tools']).toEqual([
      { name: 'f', input_schema: { type: 'object', properties: { a: {} } } },
    ])
  })

  test('stop sequences of white space are dropped with a warning', () => {
    const { body, warnings } = write({ stopSequences: ['\n', 'END'] })
    expect(body['stop_sequences']).toEqual(['END'])
    expect(warnings).toEqual([{ type: 'dropped', field: 'stop[0]' }])
  })

  test('a schema for the answer is written to output_config', () => {
    const schema = { type: 'object' }
    const { body, warnings } = write({ responseShape: { type: 'json-schema', schema, name: 'n' } })
    expect(body['output_config']).toEqual({ format: { type: 'json_schema', schema } })
    expect(warnings).toEqual([])
  })
})

describe('thinking', () => {
  const high = { effort: 'high' }
  const enabled = (budget_tokens: number) => ({ type: 'enabled', budget_tokens })

  test('an effort is a budget below max_tokens for models before adaptive thinking', () => {
    const { body, warnings } = write({ reasoning: high, maxOutputTokens: 50_000 })
    expect(body).toMatchObject({ thinking: enabled(16_384), max_tokens: 50_000 })
    expect(body).not.toHaveProperty('output_config')
    expect(warnings).toEqual([])
  })

  test('a limit that leaves no room holds and lowers the budget', () => {
    const { body, warnings } = write({ reasoning: high, maxOutputTokens: 4000 })
    expect(body).toMatchObject({ thinking: enabled(2000), max_tokens: 4000 })
    expect(warnings).toMatchObject([{ type: 'changed', field: 'reasoning_effort' }])
    expect(write({ reasoning: high, maxOutputTokens: 1024 }).body).not.toHaveProperty('thinking')
  })

  test('without a limit the budget comes on top of the default', () => {
    const { maxOutputTokens: _, ...rest } = request({ reasoning: { effort: 'minimal' } })
    const body = writeRequest(rest, () => {})
    expect(body).toMatchObject({ thinking: enabled(1024), max_tokens: 1024 + defaultMaxTokens })
  })

  test.each(['claude-opus-4-6', 'claude-sonnet-5', 'us.anthropic.claude-opus-4-7-v1:0'])(
    '%s is given the effort itself',
    (model) => {
      const { body } = write({ model, reasoning: high })
      expect(body).toMatchObject({ thinking: { type: 'adaptive' }, output_config: high })
    },
  )

  test.each(['claude-opus-4-20250514', 'claude-3-7-sonnet-latest', 'claude-haiku-4-5', 'other'])(
    '%s is given a budget',
    (model) => {
      const { body } = write({ model, reasoning: high, maxOutputTokens: 20_000 })
      expect(body['thinking']).toEqual(enabled(16_384))
    },
  )

  test('no reasoning is written as disabled where the model can do without', () => {
    const reasoning = { effort: 'none' }
    expect(write({ reasoning }).body['thinking']).toEqual({ type: 'disabled' })
    expect(write({ reasoning, model: 'claude-fable-5' }).body).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'low' },
    })
  })

  test('sampling that thinking excludes is dropped with a warning', () => {
    const reasoning = { budgetTokens: 1024 }
    const { body, warnings } = write({
      reasoning,
      maxOutputTokens: 2000,
      temperature: 0,
      topP: 0.5,
      topK: 4,
    })
    expect(body).not.toContainAnyKeys(['temperature', 'top_p', 'top_k'])
    expect(warnings.map(({ field }) => field)).toEqual(['temperature', 'top_p', 'top_k'])
  })

  test('a forced tool call goes before thinking', () => {
    const { body, warnings } = write({
      tools: [{ name: 'f' }],
      toolChoice: { type: 'required' },
      reasoning: high,
    })
    expect(body['tool_choice']).toEqual({ type: 'any' })
    expect(body).not.toHaveProperty('thinking')
    expect(warnings).toEqual([{ type: 'dropped', field: 'reasoning_effort' }])
  })

  test('a tool turn whose reasoning was lost goes on without thinking', () => {
    const lost = [user(text('x')), assistant(call('a')), tool(result('a'))]
    const signed: NeutralPart = { type: 'reasoning', text: 'hm', signature: 's' }
    const kept = [user(text('x')), assistant(signed, call('a')), tool(result('a'))]
    const fields = { reasoning: high, maxOutputTokens: 20_000 }
    expect(write({ ...fields, messages: lost }).body).not.toHaveProperty('thinking')
    expect(write({ ...fields, messages: kept }).body['thinking']).toEqual(enabled(16_384))
  })
})
