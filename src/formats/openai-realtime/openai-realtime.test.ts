import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../../core/errors.ts'
import { asObject, parseJson } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import { openAiRealtime, openRealtimeReader } from './index.ts'
import type { EventTexts } from './index.ts'

const read = (json: JsonObject, frame = JSON.stringify(json)): EventTexts =>
  openRealtimeReader().request({ frame, json })
const textsOf = (event: JsonObject): Record<string, string> =>
  Object.fromEntries(read(event).segments.map(({ place, text }) => [place, text]))

describe('texts of client events', () => {
  test('are found in items, in instructions and in results of tools', () => {
    const item = {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'Hello' },
        { type: 'input_audio', audio: 'QUJD', transcript: 'spoken' },
        { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
      ],
    }
    expect(textsOf({ type: 'conversation.item.create', item })).toEqual({
      'item.content[0].text': 'Hello',
      'item.content[1].transcript': 'spoken',
    })
    const output = { type: 'function_call_output', call_id: 'call_1', output: '{"secret":1}' }
    expect(textsOf({ type: 'conversation.item.create', item: output })).toEqual({
      'item.output': '{"secret":1}',
    })
  })

  test('are found in the settings of a session and of a response', () => {
    const tool = {
      type: 'function',
      name: 'f',
      description: 'Does it.',
      parameters: { a: 'object' },
    }
    const audio = { input: { transcription: { model: 'whisper-1', prompt: 'names' } } }
    const session = {
      type: 'realtime',
      instructions: 'Be kind.',
      tools: [tool],
      audio,
      prompt: {
        id: 'pmpt_1',
        variables: { city: 'Oslo', note: { type: 'input_text', text: 'x' } },
      },
    }
    expect(textsOf({ type: 'session.update', session })).toEqual({
      'session.instructions': 'Be kind.',
      'session.tools[0].name': 'f',
      'session.tools[0].description': 'Does it.',
      'session.audio.input.transcription.prompt': 'names',
      'session.prompt.variables.city': 'Oslo',
      'session.prompt.variables.note.type': 'input_text',
      'session.prompt.variables.note.text': 'x',
    })
    const response = { instructions: 'Now.', input: [{ content: [{ text: 'one' }] }] }
    expect(textsOf({ type: 'response.create', response })).toEqual({
      'response.instructions': 'Now.',
      'response.input[0].content[0].text': 'one',
    })
  })
})

describe('what texts are', () => {
  test('is told by the role of an item, and by what the session knows of a call', () => {
    const reader = openRealtimeReader()
    const rolesOf = (json: JsonObject) =>
      reader
        .request({ frame: JSON.stringify(json), json })
        .segments.map(({ role, kind, source }) => [role, kind, source].join(' ').trim())
    const create = (item: JsonObject) => rolesOf({ type: 'conversation.item.create', item })
    expect(rolesOf({ type: 'session.update', session: { instructions: 'Be kind.' } })).toEqual([
      'system text',
    ])
    const content = [{ type: 'input_text', text: 'Hello' }]
    expect(create({ type: 'message', role: 'system', content })).toEqual(['system text'])
    expect(create({ type: 'message', role: 'user', content })).toEqual(['user text'])
    const call = { type: 'function_call', call_id: 'c', name: 'mail', arguments: '{"to":"Ana"}' }
    expect(create(call)).toEqual(['assistant text mail', 'assistant tool-arguments mail'])
    const output = { type: 'function_call_output', call_id: 'c', output: 'sent' }
    expect(create(output)).toEqual(['tool tool-result mail'])
  })

  test('counts sound and pictures as attachments, and tools by their use', () => {
    const content = [
      { type: 'input_audio', audio: 'AAECAwQFBgcICQoL' },
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
    ]
    const { attachments, segments } = read({ item: { type: 'message', role: 'user', content } })
    expect(attachments.map(({ type, count }) => [type, count])).toEqual([
      ['audio', 1],
      ['image', 1],
    ])
    expect(segments).toEqual([])
    const tools = [{ type: 'function', name: 'mail', description: 'Sends.' }]
    expect(read({ type: 'session.update', session: { tools } }).tools).toEqual([
      { name: 'mail', use: 'offered', description: 'Sends.' },
    ])
  })
})

describe('texts of provider events', () => {
  test('are found under the names of the beta and of the GA interface; audio is none', () => {
    const types = [
      'response.text.delta',
      'response.output_text.delta',
      'response.audio_transcript.delta',
      'response.output_audio_transcript.delta',
      'response.function_call_arguments.delta',
      'conversation.item.input_audio_transcription.delta',
      'response.something_new.delta',
    ]
    for (const type of types) {
      expect(read({ type, delta: 'abc' }).segments.map(({ text }) => text)).toEqual(['abc'])
    }
    for (const type of ['response.audio.delta', 'response.output_audio.delta']) {
      expect(textsOf({ type, delta: 'QUJD' })).toEqual({})
    }
    expect(textsOf({ type: 'response.output_text.done', text: 'all' })).toEqual({ text: 'all' })
    const args = '{"to":"Ana"}'
    expect(textsOf({ type: 'response.function_call_arguments.done', arguments: args })).toEqual({
      'arguments#jsonto': 'Ana',
    })
  })

  test('belong to a response and an item', () => {
    const event = openAiRealtime.read(
      '{"type":"response.output_text.delta","response_id":"r","item_id":"i","delta":""}',
    )
    expect(event).toMatchObject({
      responseId: 'r',
      itemId: 'i',
      type: 'response.output_text.delta',
    })
    expect(openAiRealtime.read('{"type":"response.done","response":{"id":"r"}}').responseId).toBe(
      'r',
    )
    expect(openAiRealtime.read('{"type":"conversation.item.done","item":{"id":"i"}}').itemId).toBe(
      'i',
    )
  })
})

describe('reading', () => {
  test('takes usage from finished responses, audio, images and cache apart', () => {
    const usage = {
      total_tokens: 253,
      input_tokens: 132,
      output_tokens: 121,
      input_token_details: {
        text_tokens: 100,
        audio_tokens: 22,
        image_tokens: 10,
        cached_tokens: 64,
        cached_tokens_details: { text_tokens: 50, audio_tokens: 9, image_tokens: 5 },
      },
      output_token_details: { text_tokens: 30, audio_tokens: 91 },
    }
    const done = { type: 'response.done', response: { id: 'r', usage } }
    expect(openAiRealtime.read(JSON.stringify(done)).usage).toEqual({
      inputTokens: 132,
      outputTokens: 121,
      cacheReadTokens: 64,
      inputAudioTokens: 22,
      inputImageTokens: 10,
      cacheReadAudioTokens: 9,
      cacheReadImageTokens: 5,
      outputAudioTokens: 91,
    })
    const created = { type: 'response.created', response: { id: 'r', usage } }
    expect(openAiRealtime.read(JSON.stringify(created)).usage).toBeUndefined()
  })

  test('says of everything that is no event that it has no type', () => {
    for (const frame of ['', '{', '7', '[]', 'null', new Uint8Array([123, 125])]) {
      expect(openAiRealtime.read(frame)).toMatchObject({ type: undefined, json: undefined })
    }
  })

  test('says of an event that is nested beyond any measure that it cannot be read', () => {
    const frame = `{"type":"x","a":${'['.repeat(2_000)}${']'.repeat(2_000)}}`
    const { json = {} } = openAiRealtime.read(frame)
    expect(read(json, frame)).toMatchObject({ isReadable: false, segments: [] })
  })

  test('finds every model an event names', () => {
    const event = { type: 'session.update', session: { model: 'a' }, response: { model: 'b' } }
    expect(openAiRealtime.read(JSON.stringify(event)).models).toEqual(['a', 'b'])
  })

  test('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.uint8Array()), (frame) => {
        openAiRealtime.read(frame)
      }),
    )
  })
})

describe('checking', () => {
  test('refuses a field given twice, however it is spelt, and nesting beyond the limit', () => {
    const twice = '{"type":"a","ty\\u0070e":"b"}'
    const within = '{"type":"session.update","session":{"model":"a","model":"b"}}'
    const deepWithin = '{"item":{"content":[{"text":"a","te\\u0078t":"b"}]}}'
    for (const frame of [twice, within, deepWithin]) {
      expect(() => openAiRealtime.check(frame, 8)).toThrow('given twice')
    }
    expect(() => openAiRealtime.check('{"a":[[[[1]]]]}', 4)).toThrow('nested deeper than 4')
    openAiRealtime.check('{"a":[[{"b":"c:d","e":{"b":":\\":"}}]]}', 8)
  })

  test('refuses what other readers may take for an event although it is none here', () => {
    const event = '{"type":"session.update","session":{"model":"b"}}'
    const others = [`\ufeff${event}`, event.replace('}}', '},"x":NaN}'), `${event}//`, `[${event}]`]
    const plain = ['7', 'no json', '', '{', "{'type':'x'}", Buffer.from(event)]
    for (const frame of [...others, ...plain]) {
      expect(() => openAiRealtime.check(frame, 8)).toThrow('must be a JSON object')
    }
    openAiRealtime.check(` ${event}\n`, 8)
  })

  test('refuses nothing that JSON writes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (event) => {
        openAiRealtime.check(JSON.stringify(event), 64)
        openAiRealtime.check(JSON.stringify(event, undefined, 2), 64)
      }),
    )
  })
})

describe('editing', () => {
  test('replaces every text that was read and nothing else', () => {
    const key = fc.constantFrom('text', 'transcript', 'content', 'item', 'x.y', 'a-b', 'variables')
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.nat({ max: 1_000 }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 3 }),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(key, value), (event) => {
        const json = { ...event, type: 'x', number: 1 }
        const before = read(json)
        const places = before.segments.map(({ place }) => place)
        const edited = before.replace(new Map(places.map((place) => [place, `#<${place}>`])))
        const after = read(asObject(parseJson(edited)) ?? {}, edited)
        expect(after.segments.map(({ text }) => text)).toEqual(places.map((place) => `#<${place}>`))
        const originals = before.segments.map(({ place, text }) => [place, text] as const)
        expect(parseJson(after.replace(new Map(originals)))).toEqual(
          parseJson(JSON.stringify(json)),
        )
      }),
    )
  })

  test('keeps the bytes of other members', () => {
    const frame = '{ "big": 12345678901234567890, "delta": "abc", "type": "response.text.delta" }'
    const texts = read(asObject(parseJson(frame)) ?? {}, frame)
    expect(texts.replace(new Map([['delta', '*']]))).toBe(frame.replace('"abc"', '"*"'))
    expect(texts.replace(new Map([['delta', 'abc']]))).toBe(frame)
  })

  test('names another model, and takes the output from the end of a response', () => {
    const update = '{"type":"session.update","session":{"model":"mine","voice":"alloy"}}'
    expect(openAiRealtime.replaceModel(update, 'theirs')).toBe(update.replace('mine', 'theirs'))
    const done = '{"type":"response.done","response":{"id":"r","output":[{"text":"x"}],"usage":{}}}'
    expect(openAiRealtime.withoutOutput(done)).toBe(
      '{"type":"response.done","response":{"id":"r","output":[],"usage":{}}}',
    )
  })
})

describe('writing', () => {
  test('makes events that can be read', () => {
    const error = new GatewayError('blocked_by_policy', 'Not that.')
    const written = openAiRealtime.writeError(error, { requestId: 'req_1', about: 'event_7' })
    expect(openAiRealtime.read(written)).toMatchObject({ type: 'error', errorAbout: 'event_7' })
    expect(asObject(parseJson(written))?.['error']).toMatchObject({
      type: 'invalid_request_error',
      code: 'blocked_by_policy',
      message: 'Not that.',
      request_id: 'req_1',
    })
    expect(openAiRealtime.writeCancel('e', 'r')).toBe(
      '{"type":"response.cancel","event_id":"e","response_id":"r"}',
    )
    expect(openAiRealtime.read(openAiRealtime.writeDeleteItem('e', 'i'))).toMatchObject({
      type: 'conversation.item.delete',
      eventId: 'e',
      itemId: 'i',
    })
  })
})
