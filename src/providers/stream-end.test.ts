import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { newReport } from '../core/call.ts'
import type { AnswerReport } from '../core/call.ts'
import { gemini, geminiArray, openAiChat } from '../formats/index.ts'
import type { ClientFormat, ProviderFormat } from '../formats/index.ts'
import { Alarms } from './alarms.ts'
import { startDeadlines } from './deadlines.ts'
import { forwardStream, translateStream } from './stream.ts'
import type { StreamContext } from './stream.ts'

const chunkOf = (text: string, more: object = {}): string =>
  JSON.stringify({
    candidates: [{ content: { role: 'model', parts: [{ text }] }, ...more, index: 0 }],
    usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 3 },
  })
const chunks = [chunkOf('Hel'), chunkOf('lo'), chunkOf('', { finishReason: 'STOP' })]
const late = JSON.stringify({ usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 4 } })

const sse = (list: readonly string[]): string =>
  list.map((each) => `data: ${each}\r\n\r\n`).join('')
const array = (list: readonly string[]): string => `[${list.join('\n,\r\n')}\n]\n`

/** Opens a stream of bytes that are cut at the given places. */
function open(
  text: string,
  cuts: readonly number[],
  formats: { readonly client: ClientFormat; readonly provider: ProviderFormat },
): StreamContext & { readonly report: AnswerReport } {
  const bytes = Buffer.from(text)
  const places = [...new Set(cuts.map((cut) => cut % bytes.length))].toSorted((a, b) => a - b)
  const left = [0, ...places].map((from, index) => bytes.subarray(from, places[index]))
  const timeouts = { firstByteTimeoutMs: 5000, idleTimeoutMs: 5000, totalTimeoutMs: 5000 }
  return {
    ...formats,
    upstream: new ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = left.shift()
        if (chunk === undefined) controller.close()
        else controller.enqueue(chunk)
      },
    }),
    deadlines: startDeadlines(new AbortController().signal, timeouts, new Alarms()),
    report: newReport(),
    maxFrameBytes: 100_000,
    view: ({ status, code, message, source }) => ({
      status,
      code,
      message,
      source,
      requestId: 'req_1',
    }),
    meter: (reported, outputTokens) =>
      reported === undefined
        ? { inputTokens: 1, outputTokens, estimated: true }
        : { ...reported, estimated: false },
  }
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(stream)).toString()
}

const cuts = fc.array(fc.nat({ max: 2000 }), { maxLength: 12 })
const same = { client: gemini, provider: gemini }
const asArray = { client: geminiArray, provider: geminiArray }
const translated = { client: openAiChat, provider: gemini }
const options = { includeUsage: true, createdAt: 1 }

describe('a stream without a terminator', () => {
  test('is complete when its bytes end behind a finish reason, and forwarded to the byte', async () => {
    await fc.assert(
      fc.asyncProperty(cuts, fc.boolean(), async (places, hasLate) => {
        const text = sse(hasLate ? [...chunks, late] : chunks)
        const context = open(text, places, same)
        expect(await collect(forwardStream(context, { withholdUsage: false }))).toBe(text)
        expect(context.report).toMatchObject({
          isComplete: true,
          error: undefined,
          usage: { inputTokens: 7, outputTokens: hasLate ? 4 : 3, estimated: false },
        })
      }),
    )
  })

  test('is complete without the last empty line', async () => {
    const text = sse(chunks).slice(0, -4)
    const context = open(text, [], same)
    expect(await collect(forwardStream(context, { withholdUsage: false }))).toBe(text)
    expect(context.report.isComplete).toBe(true)
  })

  test('was cut when its bytes end before one, or in the middle of a chunk', async () => {
    for (const text of [
      sse(chunks.slice(0, 2)),
      sse(chunks).slice(0, -30),
      sse([...chunks, late]).slice(0, -9),
    ]) {
      for (const run of [forwardStream, translateStream]) {
        const context = open(text, [], run === forwardStream ? same : translated)
        const sent = await collect(run(context, { ...options, withholdUsage: false }))
        expect(context.report).toMatchObject({
          isComplete: false,
          error: { code: 'provider_stream_cut' },
        })
        expect(sent).toMatch(/provider_stream_cut/i)
      }
    }
  })

  test('ends a translated one with what is left and its terminator, in any split', async () => {
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const context = open(sse([...chunks, late]), places, translated)
        const sent = await collect(translateStream(context, options))
        expect(sent).toEndWith('data: [DONE]\n\n')
        expect(sent).toContain('"finish_reason":"stop"')
        expect(sent).toContain('"completion_tokens":4')
        expect(context.report).toMatchObject({ isComplete: true, error: undefined })
      }),
    )
  })
})

describe('a stream that is an array', () => {
  test('is complete when it is closed behind a finish reason', async () => {
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const context = open(array(chunks), places, asArray)
        const sent = await collect(forwardStream(context, { withholdUsage: false }))
        expect(JSON.parse(sent)).toHaveLength(3)
        expect(context.report).toMatchObject({ isComplete: true, error: undefined })
      }),
    )
  })

  test('is valid JSON wherever it was cut, an error its last element', async () => {
    const whole = array(chunks)
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: whole.length - 4 }), cuts, async (length, places) => {
        const context = open(whole.slice(0, length) || ' ', places, asArray)
        const sent: unknown = JSON.parse(
          await collect(forwardStream(context, { withholdUsage: false })),
        )
        expect(Array.isArray(sent) && sent.at(-1)).toMatchObject({
          error: { status: 'UNAVAILABLE' },
        })
        expect(context.report.isComplete).toBe(false)
      }),
    )
  })
})
