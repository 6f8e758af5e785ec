import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { isStreamed, newReport } from '../core/call.ts'
import type { Answer } from '../core/call.ts'
import { anthropicMessages, openAiChat } from '../formats/index.ts'
import { echoModel } from './echo-model.ts'

const encoder = new TextEncoder()

function answer(body: Answer['body'], type: string, status = 200): Answer {
  return {
    status,
    headers: { 'content-type': type },
    body,
    cache: 'bypass',
    warnings: [],
    report: newReport(),
  }
}

async function* piecesOf(text: string, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = encoder.encode(text)
  const ends = cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b)
  let start = 0
  for (const end of [...ends, bytes.length]) {
    yield bytes.subarray(start, end)
    start = end
  }
}

async function textOf({ body }: Answer): Promise<string> {
  if (!isStreamed(body)) return typeof body === 'string' ? body : Buffer.from(body).toString()
  return Buffer.concat(await Array.fromAsync(body)).toString()
}

describe('an answer under the asked name', () => {
  test('names it in its body', async () => {
    for (const body of ['{"model":"b","x":1}', encoder.encode('{"model":"b","x":1}')]) {
      const echoed = echoModel(answer(body, 'application/json'), openAiChat, 'a')
      expect(await textOf(echoed)).toBe('{"model":"a","x":1}')
    }
  })

  test('names it in every event of its stream, however that was split', async () => {
    const chunk = (model: string, text: string) =>
      `data: ${JSON.stringify({ id: '1', model, choices: [{ delta: { content: text } }] })}\n\n`
    const text = (model: string) =>
      `: hello\n\n${chunk(model, 'one é "model":"b"')}\r\n${chunk(model, '')}data: [DONE]\n\n`
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(400), { maxLength: 6 }), async (cuts) => {
        const whole = answer(piecesOf(text('b'), cuts), 'text/event-stream; charset=utf-8')
        expect(await textOf(echoModel(whole, openAiChat, 'a'))).toBe(text('a'))
      }),
    )
  })

  test('names it whatever the events before said, and however the names resemble each other', async () => {
    const names = ['gpt', 'gpt-mini', 'my-gpt', 'g', '', 'a"b', 'a\\b', '"', 'mini']
    const event = (model: string, n: number, tail: string) =>
      `data: ${JSON.stringify({ id: '1', n: n % 2, model, tail, more: { model } })}\n\n`
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 8 }),
        fc.constantFrom(...names),
        async (events, name) => {
          const text = events.map(([model, tail], n) => event(model, n, tail)).join('')
          const echoed = echoModel(
            answer(piecesOf(text, []), 'text/event-stream'),
            openAiChat,
            name,
          )
          const models = (await textOf(echoed))
            .split('\n\n')
            .filter((each) => each !== '')
            .map((each): unknown => JSON.parse(each.slice('data: '.length)))
          expect(models).toEqual(
            events.map(([model, tail], n) => ({
              id: '1',
              n: n % 2,
              model: name,
              tail,
              more: { model },
            })),
          )
        },
      ),
      { numRuns: 500 },
    )
  })

  test('names it in the one event of Anthropic that names any', async () => {
    const text = (model: string) =>
      `event: message_start\ndata: {"type":"message_start","message":{"model":"${model}"}}\n\n` +
      'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":"model"}}\n\n'
    const streamed = answer(piecesOf(text('claude'), [9, 70]), 'text/event-stream')
    expect(await textOf(echoModel(streamed, anthropicMessages, 'smart'))).toBe(text('smart'))
  })

  test('writes an event of several lines anew', async () => {
    const text = 'event: x\ndata: {"id":"1",\ndata: "model":"b"}\n\n'
    const streamed = answer(piecesOf(text, []), 'text/event-stream')
    expect(await textOf(echoModel(streamed, openAiChat, 'a'))).toBe(
      'event: x\ndata: {"id":"1",\ndata: "model":"a"}\n\n',
    )
  })

  test('is the answer itself when it is an error, no JSON, or in a format that names no model', () => {
    const { modelPaths: _, ...nameless } = openAiChat
    for (const same of [
      [answer('{"model":"b"}', 'application/json', 429), openAiChat],
      [answer('{"model":"b"}', 'audio/mpeg'), openAiChat],
      [answer(piecesOf('', []), 'audio/mpeg'), openAiChat],
      [answer('{"model":"b"}', 'application/json'), nameless],
    ] as const) {
      expect(echoModel(same[0], same[1], 'a')).toBe(same[0])
    }
  })

  test('closes the provider’s stream when it is closed, and passes its failure on', async () => {
    let isClosed = false
    async function* failing(): AsyncGenerator<Uint8Array> {
      try {
        yield encoder.encode('data: {"model":"b"}\n\n')
        throw new Error('gone')
      } finally {
        isClosed = true
      }
    }
    const left = echoModel(answer(failing(), 'text/event-stream'), openAiChat, 'a').body
    if (!isStreamed(left)) throw new Error('not a stream')
    for await (const _ of left) break
    expect(isClosed).toBe(true)
    const broken = echoModel(answer(failing(), 'text/event-stream'), openAiChat, 'a')
    expect(await textOf(broken).catch((error: unknown) => String(error))).toBe('Error: gone')
  })

  test('keeps the pieces of a stream of whole events', async () => {
    const events = Array.from({ length: 4 }, (_, n) => `data: {"model":"b","n":${n}}\n\n`)
    async function* run(): AsyncGenerator<Uint8Array> {
      for (const event of events) yield encoder.encode(event)
    }
    const { body } = echoModel(answer(run(), 'text/event-stream'), openAiChat, 'a')
    if (!isStreamed(body)) throw new Error('not a stream')
    expect(await Array.fromAsync(body)).toHaveLength(4)
  })
})
