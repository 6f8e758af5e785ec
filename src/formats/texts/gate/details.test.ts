import { describe, expect, test } from 'bun:test'
import { createWindow } from '../../../compliance/window/index.ts'
import type { JsonObject } from '../../../core/json.ts'
import type { OpenTextFilter, TextChannel } from '../../../core/text-filter.ts'
import type { FormatName } from '../../format.ts'
import type { NeutralAnswer } from '../../neutral.ts'
import { segmentsOf } from '../segments.ts'
import { clientFormats, eventsOf, streamOf, tellable } from '../testing/streamed.ts'
import { openTextGate } from './gate.ts'

/** Hides Bob, and long numbers. */
const hiding: OpenTextFilter = () =>
  createWindow({
    size: 32,
    inspect: (text) => ({
      findings: [...text.matchAll(/Bob(?: Smith)?|\d{12,}/g)].map(({ index, 0: found }) => ({
        start: index,
        end: index + found.length,
        write: () => '<X>',
      })),
      openFrom: /[A-Za-z0-9]+ ?$/.exec(text)?.index ?? text.length,
    }),
  })

function open(format: FormatName, openFilter: OpenTextFilter = hiding) {
  const gate = openTextGate(format, { openFilter, maxFrameBytes: 100_000 })
  const textOf = (frames: readonly Uint8Array[]) => Buffer.concat(frames).toString('utf8')
  return {
    push: (text: string) => textOf(gate.push(Buffer.from(text))),
    idle: () => textOf(gate.idle()),
    end: () => textOf(gate.end()),
    isHolding: () => gate.isHolding,
  }
}

function frame(data: JsonObject | string): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}

function chunk(delta: JsonObject, more: JsonObject = {}): string {
  return frame({ id: 'c1', choices: [{ index: 0, delta, ...more }] })
}

describe('a stream', () => {
  test('keeps the order of its frames while something waits, but for those that keep it open', () => {
    const gate = open('openai-chat')
    const [first, usage, end] = [
      chunk({ content: 'I am Bo' }),
      frame({ usage: {} }),
      frame('[DONE]'),
    ]
    expect(gate.push(first)).toBe('')
    expect(gate.push(`: waiting\n\n`)).toBe(': waiting\n\n')
    expect(gate.push(usage)).toBe('')
    expect(gate.isHolding()).toBe(true)
    expect(gate.push(end)).toBe(first + usage + end)
    expect(gate.isHolding()).toBe(false)
  })

  test('hides what is split over frames where it began, and keeps what else they say', () => {
    const gate = open('openai-chat')
    const logprobs = { content: [{ token: 'Bob' }] }
    const sent =
      gate.push(
        chunk({ role: 'assistant', content: 'I am B' }, { logprobs, finish_reason: null }),
      ) +
      gate.push(chunk({ content: 'ob Sm' })) +
      gate.push(chunk({ content: 'ith.' }, { logprobs })) +
      gate.push(chunk({}, { finish_reason: 'stop' }))
    expect(sent).toBe(
      chunk({ role: 'assistant', content: 'I am <X>' }, { logprobs: null, finish_reason: null }) +
        chunk({ content: '' }) +
        chunk({ content: '.' }, { logprobs: null }) +
        chunk({}, { finish_reason: 'stop' }),
    )
  })

  test('lets thinking go once words of the answer can leave', () => {
    const gate = open('openai-chat')
    const thought = chunk({ reasoning_content: 'Hm, Bo' })
    expect(gate.push(thought)).toBe('')
    expect(gate.push(chunk({ content: 'Hello.' }))).toBe('')
    const more = chunk({ content: ' This is an answer that is long enough to go.' })
    expect(gate.push(more)).toBe(thought + chunk({ content: 'Hello.' }))
    expect(gate.push(chunk({ reasoning_content: 'b Smith' }))).toBe('')
    expect(gate.end()).toBe(more + chunk({ reasoning_content: '<X>' }))
  })

  test('lets go in a pause what cannot be the beginning of anything', () => {
    const gate = open('openai-chat')
    expect(gate.push(chunk({ content: 'Hello. ' }) + chunk({ content: 'Bo' }))).toBe('')
    expect(gate.idle()).toBe(chunk({ content: 'Hello. ' }))
    expect(gate.idle()).toBe('')
    expect(gate.push(chunk({ content: 'b. ' }))).toBe('')
    expect(gate.idle()).toBe(chunk({ content: '<X>' }) + chunk({ content: '. ' }))
  })

  test('is searched in members nobody knows, in errors and in what is no JSON', () => {
    const gate = open('openai-chat')
    expect(gate.push(chunk({ content: '', extra: { note: ['Bob Smith'] } }))).toBe(
      chunk({ content: '', extra: { note: ['<X>'] } }),
    )
    expect(gate.push(frame({ error: { message: 'No Bob' } }))).toBe(
      frame({ error: { message: 'No <X>' } }),
    )
    expect(gate.push('event: note\ndata: say\ndata: Bob\n\n')).toBe(
      'event: note\ndata: say\ndata: <X>\n\n',
    )
    expect(gate.push(frame('"Bob Smith"'))).toBe(frame('"<X>"'))
    expect(gate.push(frame('["Bob Smith", 1]'))).toBe(frame('["<X>", 1]'))
  })

  test('that is cut says nothing of the frame in which it was', () => {
    const gate = open('openai-chat')
    expect(gate.push(`${chunk({ content: 'Hi' })}data: {"choices":[{"delta":{"content":"Bo`)).toBe(
      '',
    )
    expect(gate.end()).toBe(chunk({ content: 'Hi' }))
  })

  test('keeps the arguments of a tool JSON, and the frames of parallel calls apart', () => {
    const gate = open('openai-chat')
    const call = (index: number, text: string, more: JsonObject = {}) =>
      chunk({ tool_calls: [{ index, function: { ...more, arguments: text } }] })
    const sent =
      gate.push(call(0, '', { name: 'pay' }) + call(1, '{"to":"B', { name: 'mail' })) +
      gate.push(call(0, '{"card": 411111') + call(1, 'ob"}') + call(0, '1111111111, "a\\')) +
      gate.push(call(0, 'u0042ob": "\\u004') + call(0, '2ob"}') + chunk({}, { finish_reason: 'x' }))
    expect(sent).toBe(
      call(0, '', { name: 'pay' }) +
        call(1, '{"to":"<X>', { name: 'mail' }) +
        call(0, '{"card": "<X>"') +
        call(1, '"}') +
        call(0, ', "a\\') +
        call(0, 'u0042ob": "<X>') +
        call(0, '"}') +
        chunk({}, { finish_reason: 'x' }),
    )
  })

  test('of the Responses API repeats what was let out, and is searched where it says something else', () => {
    const gate = open('openai-responses')
    const event = (type: string, more: JsonObject) =>
      `event: ${type}\n${frame({ type, output_index: 0, content_index: 0, sequence_number: 1, ...more })}`
    const part = (text: string) => ({ type: 'output_text', text, annotations: [] })
    const events = (pieces: readonly string[], whole: string, other: string) =>
      pieces.map((delta) => event('response.output_text.delta', { delta })).join('') +
      event('response.output_text.done', { text: whole, logprobs: [] }) +
      event('response.content_part.done', { part: part(whole) }) +
      event('response.output_item.done', { item: { type: 'message', content: [part(whole)] } }) +
      event('response.completed', {
        response: { output: [{ type: 'message', content: [part(other)] }] },
      })
    const sent = gate.push(events(['I am Bo', 'b'], 'I am Bob', 'We are Bob Smith'))
    expect(sent).toBe(events(['I am <X>', ''], 'I am <X>', 'We are <X>'))
  })

  test('of Gemini hides what is split within an argument that comes piece by piece', () => {
    const gate = open('gemini')
    const piece = (jsonPath: string, stringValue: string, willContinue: boolean) =>
      frame({
        candidates: [
          {
            content: {
              parts: [{ functionCall: { partialArgs: [{ jsonPath, stringValue, willContinue }] } }],
            },
          },
        ],
      })
    expect(gate.push(piece('$.to', 'B', true))).toBe('')
    expect(gate.push(piece('$.to', 'ob', false))).toBe(
      piece('$.to', '<X>', true) + piece('$.to', '', false),
    )
  })

  test('of a growing array and of lines keeps all signs between its parts', () => {
    const element = (text: string) =>
      JSON.stringify({ candidates: [{ content: { parts: [{ text }] } }] })
    const array = (text: string) => `[${element(text)}\r\n,\r\n ${element('ö 😀')}\r\n]\r\n`
    const gate = open('gemini-array')
    expect(gate.push(array('Bob')) + gate.end()).toBe(array('<X>'))
    const line = (content: string) => `${JSON.stringify({ message: { content }, done: false })}\r\n`
    const lines = open('ollama-chat')
    expect(lines.push(line('ö Bob')) + lines.end()).toBe(line('ö <X>'))
  })
})

describe('what a filter is told of a text', () => {
  const answer: NeutralAnswer = {
    id: 'a1',
    model: 'm',
    stopReason: 'tool-calls',
    content: [
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Hello.' },
      { type: 'tool-call', id: 'c1', name: 'mail', arguments: '{"to":["Ana"],"a b":"c"}' },
    ],
  }

  test.each(clientFormats.map((format) => [format.name, format] as const))(
    'is the same in a stream of %s as in a whole answer',
    (_, format) => {
      const told = { ...answer, content: tellable(format.name, answer.content) }
      const opened = new Set<string>()
      const gate = openTextGate(format.name, {
        maxFrameBytes: 100_000,
        openFilter(channel) {
          opened.add(facts(channel))
          return createWindow({ inspect: () => ({ findings: [] }) })
        },
      })
      gate.push(streamOf(format, eventsOf(told, [2])))
      gate.end()
      const body: JsonObject = JSON.parse(JSON.stringify(format.writeAnswer(told, () => undefined)))
      const { segments } = segmentsOf(body, { format: format.name, direction: 'answer' })
      expect([...opened].sort()).toEqual([...new Set(segments.map(facts))].sort())
    },
  )
})

function facts({ role, kind, source, key }: Omit<TextChannel, 'id'>): string {
  return [role, kind, source, key].join(' ')
}

describe('a stream that is none of chat', () => {
  const event = (type: string, more: JsonObject) => frame({ type, ...more })

  test('brings a transcription, which is told once more at its end', () => {
    const gate = open('openai-chat')
    const said = (pieces: readonly string[], whole: string) =>
      pieces.map((delta) => event('transcript.text.delta', { delta, logprobs: [] })).join('') +
      event('transcript.text.done', { text: whole, usage: { type: 'tokens', input_tokens: 1 } })
    expect(gate.push(said(['I am Bo', 'b Smith.', ''], 'I am Bob Smith.'))).toBe(
      said(['I am <X>', '.', ''], 'I am <X>.'),
    )
    expect(gate.isHolding()).toBe(false)
    const other = open('openai-chat')
    expect(other.push(said(['Hi'], 'Hi Bob'))).toBe(said(['Hi'], 'Hi <X>'))
  })

  test('brings the segments of a transcription as one text', () => {
    const gate = open('openai-chat')
    const said = (...texts: readonly string[]) =>
      texts
        .map((text, id) =>
          event('transcript.text.segment', { id: `seg_${id}`, speaker: 'A', text }),
        )
        .join('')
    expect(gate.push(said('Card 41111111', '11111111')) + gate.end()).toBe(said('Card <X>', ''))
  })

  test('brings pictures and speech with their very bytes', () => {
    const gate = open('openai-chat')
    const data = 'QUJD'.repeat(100)
    const sent =
      event('image_generation.partial_image', { b64_json: data, size: '1024x1024' }) +
      event('image_edit.completed', { b64_json: data, usage: { total_tokens: 1 } }) +
      event('speech.audio.delta', { audio: data }) +
      event('speech.audio.done', { usage: {} })
    expect(gate.push(sent)).toBe(sent)
    expect(gate.push(event('image_generation.failed', { error: { message: 'Bob' } }))).toBe(
      event('image_generation.failed', { error: { message: '<X>' } }),
    )
  })
})
