import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createWindow } from '../../../compliance/window/index.ts'
import { parseJson } from '../../../core/json.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import type { OpenTextFilter, ToolCall } from '../../../core/text-filter.ts'
import type { ClientFormat, FormatName } from '../../format.ts'
import type { NeutralAnswer } from '../../neutral.ts'
import { clientFormats, eventsOf, streamOf, understandStream } from '../testing/streamed.ts'
import { openTextGate } from './gate.ts'

/** Puts a longer name in the place of Bob. */
const hiding: OpenTextFilter = () =>
  createWindow({
    size: 32,
    inspect: (text) => ({
      findings: [...text.matchAll(/Bob/g)].map(({ index }) => ({
        start: index,
        end: index + 3,
        write: () => '<X "1">',
      })),
      openFrom: /B?o?$/.exec(text)?.index ?? text.length,
    }),
  })
const watching: OpenTextFilter = () => createWindow({ inspect: () => ({ findings: [] }) })

interface Sent {
  readonly out: Buffer
  readonly asked: readonly ToolCall[]
  readonly told: readonly ToolCall[]
}

/** Sends a stream through a gate in chunks, with a pause behind each of them. */
function send(
  name: FormatName,
  bytes: Buffer,
  {
    mayCall = () => true,
    openFilter = watching,
    cuts = [],
    holdsCalls = true,
  }: {
    readonly mayCall?: (number: number) => boolean
    readonly openFilter?: OpenTextFilter
    readonly cuts?: readonly number[]
    readonly holdsCalls?: boolean
  } = {},
): Sent {
  const asked: ToolCall[] = []
  const told: ToolCall[] = []
  const sent: Uint8Array[] = []
  const openCall = (calls: readonly ToolCall[]): void => void told.push(...calls)
  const gate = openTextGate(name, { openFilter, maxFrameBytes: 10_000_000, holdsCalls, openCall })
  const take = (frames: readonly Uint8Array[]): void => {
    sent.push(...frames)
    while (gate.heldCall !== undefined && !gate.isBlocked) {
      asked.push(...gate.heldCall)
      sent.push(...gate.decideCall(mayCall(asked.length - 1)))
    }
  }
  let from = 0
  for (const cut of cuts) {
    const end = Math.min(bytes.length, from + Math.max(1, cut))
    take(gate.push(Buffer.from(bytes.subarray(from, end))))
    take(gate.idle())
    from = end
  }
  take(gate.push(bytes.subarray(from)))
  take(gate.end())
  return { out: Buffer.concat(sent), asked, told }
}

const prose = fc
  .array(fc.constantFrom('Bob', 'Bo', ' and ', 'Zoë', '"', '\\', '😀', 'x'), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => `${parts.join('')}.`)
const args = fc
  .record({ to: prose, list: fc.array(fc.oneof(prose, fc.integer()), { maxLength: 3 }) })
  .map((value) => JSON.stringify(value))
const answer = fc
  .record({
    text: fc.option(prose),
    calls: fc.array(fc.tuple(fc.constantFrom('mail', 'pay'), args), { minLength: 1, maxLength: 3 }),
  })
  .map(({ text, calls }): NeutralAnswer => ({
    id: 'answer-1',
    model: 'm',
    stopReason: 'tool-calls',
    content: [
      ...(text === null ? [] : [{ type: 'text' as const, text }]),
      ...calls.map(([name, given], index) => ({
        type: 'tool-call' as const,
        id: `call_${index}`,
        name,
        arguments: given,
      })),
    ],
  }))
const cuts = fc.array(fc.nat({ max: 300 }), { maxLength: 30 })
const steps = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })

function read(calls: readonly ToolCall[]) {
  return calls.map((call) => ({ name: call.name, arguments: parseJson(call.arguments) }))
}

function callsIn({ content }: NeutralAnswer) {
  return read(content.flatMap((part) => (part.type === 'tool-call' ? [part] : [])))
}

const formats = clientFormats
  .filter(({ name }) => name !== 'openai-completions')
  .map((format) => [format.name, format] as const)

describe.each(formats)('calls in a stream of %s', (name, format: ClientFormat) => {
  test('are asked about once and whole, and leave with their very bytes', () => {
    fc.assert(
      fc.property(answer, steps, cuts, (full, steps, cuts) => {
        const bytes = streamOf(format, eventsOf(full, steps))
        const { out, asked, told } = send(name, bytes, { cuts })
        expect(out.equals(bytes)).toBe(true)
        expect(read(asked)).toEqual(callsIn(full))
        expect(told).toEqual(asked)
      }),
      { numRuns: 40 },
    )
  })

  test('are judged with the arguments that the client gets', () => {
    fc.assert(
      fc.property(answer, steps, cuts, (full, steps, cuts) => {
        const bytes = streamOf(format, eventsOf(full, steps))
        const { out, asked, told } = send(name, bytes, { cuts, openFilter: hiding })
        expect(read(asked)).toEqual([...understandStream(format, out).calls])
        expect(out.toString()).not.toContain('Bob')
        expect(read(told)).toEqual(callsIn(full))
      }),
      { numRuns: 40 },
    )
  })

  test('that may not be made leave nothing behind, however the stream is split', () => {
    fc.assert(
      fc.property(answer, steps, cuts, fc.nat({ max: 2 }), (full, steps, cuts, denied) => {
        const bytes = streamOf(format, eventsOf(full, steps))
        const mayCall = (number: number): boolean => number !== denied
        const whole = send(name, bytes, { mayCall })
        const split = send(name, bytes, { mayCall, cuts })
        expect(split.asked).toEqual(whole.asked)
        expect(split.out.toString()).toBe(whole.out.toString())
        expect(bytes.subarray(0, whole.out.length).equals(whole.out)).toBe(true)
        const calls = callsIn(full)
        if (denied >= calls.length) return
        expect(whole.asked.length).toBe(denied + 1)
        expect(understandStream(format, whole.out).calls.length).toBeLessThanOrEqual(denied)
      }),
      { numRuns: 40 },
    )
  })

  test('are told without being held where nobody asks', () => {
    fc.assert(
      fc.property(answer, steps, cuts, (full, steps, cuts) => {
        const bytes = streamOf(format, eventsOf(full, steps))
        const { out, asked, told } = send(name, bytes, { cuts, holdsCalls: false })
        expect(out.equals(bytes)).toBe(true)
        expect(asked).toEqual([])
        expect(read(told)).toEqual(callsIn(full))
      }),
      { numRuns: 20 },
    )
  })
})

function frame(data: JsonObject): string {
  return `data: ${JSON.stringify(data)}\n\n`
}

function chunk(delta: JsonObject, more: JsonObject = {}): string {
  return frame({ id: 'c1', choices: [{ index: 0, delta, ...more }] })
}

function asked(name: FormatName, text: string): readonly ToolCall[] {
  const sent = send(name, Buffer.from(text))
  expect(sent.out.toString()).toBe(text)
  return sent.asked
}

const end = chunk({}, { finish_reason: 'tool_calls' })

describe('calls in a stream', () => {
  const piece = (index: number, given: string, name?: string): string =>
    chunk({
      tool_calls: [{ index, function: { ...(name !== undefined && { name }), arguments: given } }],
    })

  test('of OpenAI may be told in turns, and behind words', () => {
    const text =
      chunk({ content: 'Well. ' }) +
      piece(0, '{"a":', 'one') +
      piece(1, '{"b"', 'two') +
      chunk({ content: 'Both.' }) +
      piece(0, '1}') +
      piece(1, ':2}')
    expect(asked('openai-chat', text + end)).toEqual([
      { name: 'one', arguments: '{"a":1}' },
      { name: 'two', arguments: '{"b":2}' },
    ])
    const { out } = send('openai-chat', Buffer.from(text + end), { mayCall: (at) => at === 0 })
    expect(out.toString()).toBe(chunk({ content: 'Well. ' }) + piece(0, '{"a":', 'one'))
  })

  test('of OpenAI may be functions, custom tools, or cut off', () => {
    const old = (given: string, name?: string) =>
      chunk({ function_call: { ...(name !== undefined && { name }), arguments: given } })
    expect(asked('openai-chat', old('{"a"', 'run') + old(':1}') + end)).toEqual([
      { name: 'run', arguments: '{"a":1}' },
    ])
    const custom = (input: string, name?: string) =>
      chunk({ tool_calls: [{ index: 0, custom: { ...(name !== undefined && { name }), input } }] })
    expect(asked('openai-chat', custom('ls ', 'sh') + custom('-l'))).toEqual([
      { name: 'sh', arguments: 'ls -l' },
    ])
    expect(asked('openai-chat', piece(0, '{"a', 'one'))).toEqual([
      { name: 'one', arguments: '{"a' },
    ])
    expect(asked('openai-chat', piece(3, '{}'))).toEqual([{ name: '', arguments: '{}' }])
  })

  test('that are named twice are judged under every name that a client may read', () => {
    expect(asked('openai-chat', piece(0, '{"a"', 'list') + piece(0, ':1}', '_all') + end)).toEqual([
      { name: 'list', arguments: '{"a":1}' },
      { name: '_all', arguments: '{"a":1}' },
      { name: 'list_all', arguments: '{"a":1}' },
    ])
    // Whoever says the same name in every piece means one.
    expect(asked('openai-chat', piece(0, '{"a"', 'run') + piece(0, ':1}', 'run') + end)).toEqual([
      { name: 'run', arguments: '{"a":1}' },
    ])
  })

  const event = (type: string, more: JsonObject) => frame({ type, output_index: 0, ...more })
  const item = (type: string, more: JsonObject) => ({ type, id: 'i', call_id: 'c', ...more })

  test('of the Responses API are judged once, however often they are told', () => {
    const whole = '{"a":1}'
    const done = item('function_call', { name: 'run', arguments: whole })
    const added = event('response.output_item.added', {
      item: item('function_call', { name: 'run', arguments: '' }),
    })
    const events = (again: JsonObject) =>
      added +
      event('response.function_call_arguments.delta', { delta: '{"a"' }) +
      event('response.function_call_arguments.delta', { delta: ':1}' }) +
      event('response.function_call_arguments.done', { arguments: whole, name: 'run' }) +
      event('response.output_item.done', { item: done }) +
      frame({ type: 'response.completed', response: { output: [again] } })
    expect(asked('openai-responses', events(done))).toEqual([{ name: 'run', arguments: whole }])
    const other = item('function_call', { name: 'run', arguments: '{"a":2}' })
    expect(asked('openai-responses', events(other))).toEqual([
      { name: 'run', arguments: whole },
      { name: 'run', arguments: '{"a":2}' },
    ])
  })

  test('of the Responses API may be those of custom tools, of servers and of its own tools', () => {
    const told = (kind: string, called: JsonObject, done: JsonObject, deltas: string): string =>
      event('response.output_item.added', { item: item(kind, called) }) +
      deltas +
      event('response.output_item.done', { item: item(kind, { ...called, ...done }) })
    const custom = event('response.custom_tool_call_input.delta', { delta: 'ls' })
    expect(
      asked(
        'openai-responses',
        told('custom_tool_call', { name: 'sh', input: '' }, { input: 'ls' }, custom),
      ),
    ).toEqual([{ name: 'sh', arguments: 'ls' }])
    const mcp = event('response.mcp_call_arguments.delta', { delta: '{"q":1}' })
    expect(
      asked(
        'openai-responses',
        told('mcp_call', { name: 'find', arguments: '' }, { arguments: '{"q":1}' }, mcp),
      ),
    ).toEqual([{ name: 'find', arguments: '{"q":1}' }])
    const action = { type: 'search', query: 'weather' }
    expect(asked('openai-responses', told('web_search_call', {}, { action }, ''))).toEqual([
      { name: 'web_search', arguments: JSON.stringify(action) },
    ])
  })

  test('of Gemini may be whole, or told argument by argument', () => {
    const part = (functionCall: JsonObject, text?: string) =>
      frame({
        candidates: [
          { content: { parts: [...(text === undefined ? [] : [{ text }]), { functionCall }] } },
        ],
      })
    const partial = (jsonPath: string, value: JsonObject): JsonObject => ({
      partialArgs: [{ jsonPath, ...value }],
      willContinue: true,
    })
    const given: JsonValue = { to: ['Ana', 'Bob'], count: 2 }
    expect(
      asked(
        'gemini',
        part({ name: 'list', args: { a: 'b' } }, 'Well.') +
          part({ name: 'list', args: { a: 'c' } }) +
          part({ name: 'mail', willContinue: true }) +
          part(partial('$.to[0]', { stringValue: 'A', willContinue: true })) +
          part(partial('$.to[0]', { stringValue: 'na' })) +
          part(partial('$.to[1]', { stringValue: 'Bob' })) +
          part(partial('$.count', { numberValue: 2 })) +
          part({}),
      ).map((call) => [call.name, parseJson(call.arguments)]),
    ).toEqual([
      ['list', { a: 'b' }],
      ['list', { a: 'c' }],
      ['mail', given],
    ])
  })

  test('of Ollama are others in each line, whatever their numbers are', () => {
    const line = (message: JsonObject, done = false) => `${JSON.stringify({ message, done })}\n`
    const call = (name: string, given: JsonObject) =>
      line({ content: '', tool_calls: [{ function: { name, arguments: given } }] })
    expect(
      asked('ollama-chat', call('a', { x: '1' }) + call('a', { x: '2' }) + line({}, true)),
    ).toEqual([
      { name: 'a', arguments: '{"x":"1"}' },
      { name: 'a', arguments: '{"x":"2"}' },
    ])
  })

  test('that are too long to be held stop it', () => {
    const gate = openTextGate('openai-chat', {
      openFilter: hiding,
      maxFrameBytes: 9_000_000,
      holdsCalls: true,
    })
    const words = chunk({ content: 'Well. ' })
    expect(Buffer.concat([...gate.push(Buffer.from(words)), ...gate.idle()]).toString()).toBe(words)
    for (let index = 0; index < 9; index++) {
      expect(gate.push(Buffer.from(piece(0, 'x'.repeat(131_072), 'run')))).toEqual([])
    }
    expect(gate.isBlocked).toBe(true)
    expect(gate.fault?.code).toBe('compliance_unavailable')
  })
})
