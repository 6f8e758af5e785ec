import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { newReport } from '../core/call.ts'
import type { AnswerReport } from '../core/call.ts'
import { anthropicMessages, openAiChat } from '../formats/index.ts'
import type { ClientFormat, ProviderFormat } from '../formats/index.ts'
import { Alarms } from './alarms.ts'
import { startDeadlines } from './deadlines.ts'
import { forwardBytes, forwardStream, translateStream } from './stream.ts'
import type { StreamContext } from './stream.ts'

const delta = (content: string): string =>
  `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}},"finish_reason":null}]}\n\n`
const finish =
  'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
const usage =
  'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}\n\n'
const done = 'data: [DONE]\n\n'
const comment = ': keep-alive\r\n\r\n'

interface Opened {
  readonly context: StreamContext
  readonly report: AnswerReport
  readonly state: { cancelled: boolean }
}

/** Opens a stream of chunks as a provider would send them. */
function open(
  chunks: readonly Uint8Array[],
  options: { hangs?: boolean; client?: ClientFormat } = {},
): Opened {
  const report = newReport()
  const state = { cancelled: false }
  const left = [...chunks]
  const upstream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = left.shift()
        if (chunk !== undefined) controller.enqueue(chunk)
        else if (options.hangs !== true) controller.close()
      },
      cancel: () => void (state.cancelled = true),
    },
    { highWaterMark: 0 },
  )
  const timeouts = { firstByteTimeoutMs: 5000, idleTimeoutMs: 5000, totalTimeoutMs: 5000 }
  const provider: ProviderFormat = openAiChat
  return {
    report,
    state,
    context: {
      upstream,
      deadlines: startDeadlines(new AbortController().signal, timeouts, new Alarms()),
      report,
      client: options.client ?? openAiChat,
      provider,
      maxFrameBytes: 100_000,
      view: (error) => ({
        status: error.status,
        code: error.code,
        message: error.message,
        source: error.source,
        requestId: 'req_1',
      }),
      meter: (reported, outputLength) =>
        reported === undefined
          ? { inputTokens: 1, outputTokens: outputLength, estimated: true }
          : { ...reported, estimated: false },
    },
  }
}

/** Cuts bytes at the given places. */
function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => cut % bytes.length))].toSorted((a, b) => a - b)
  return [0, ...places].map((from, index) => bytes.slice(from, places[index] ?? bytes.length))
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const cuts = fc.array(fc.nat({ max: 5000 }), { maxLength: 12 })
const frames = fc.array(
  fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }).map(delta), fc.constant(comment)),
  { minLength: 1, maxLength: 10 },
)

describe('a stream between equal formats', () => {
  test('is the same to the byte, however it was split on its way', async () => {
    await fc.assert(
      fc.asyncProperty(frames, cuts, async (given, places) => {
        const text = [delta('a'), ...given, finish, usage, done].join('')
        const { context, report } = open(split(Buffer.from(text), places))
        expect(await collect(forwardStream(context, { withholdUsage: false }))).toBe(text)
        expect(report).toMatchObject({
          isComplete: true,
          error: undefined,
          usage: { inputTokens: 7, outputTokens: 3, estimated: false },
        })
      }),
    )
  })

  test('lacks exactly what the gateway asked for itself', async () => {
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const before = delta('Hello') + comment + finish
        const sent = before.replaceAll(']}\n\n', '],"usage":null}\n\n')
        const { context, report } = open(split(Buffer.from(sent + usage + done), places))
        const text = await collect(forwardStream(context, { withholdUsage: true }))
        expect(text).toBe(before + done)
        expect(report.usage).toEqual({ inputTokens: 7, outputTokens: 3, estimated: false })
      }),
    )
  })

  test('keeps the chunks it came in', async () => {
    const chunks = [delta('a') + delta('b'), delta('c'), finish + usage + done].map((text) =>
      Buffer.from(text),
    )
    const { context } = open(chunks)
    const got: Uint8Array[] = []
    for await (const chunk of forwardStream(context, { withholdUsage: false })) got.push(chunk)
    expect(got).toEqual(chunks)
  })

  test('delivers everything before a fault, however it was split', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('data: {oops\n\n', 'data: {"error":{"message":"no"}}\n\n'),
        cuts,
        async (fault, places) => {
          const good = delta('Hello') + delta(' world')
          const { context, report } = open(split(Buffer.from(good + fault + done), places))
          const text = await collect(forwardStream(context, { withholdUsage: false }))
          expect(text).toStartWith(good)
          expect(text.slice(good.length)).toMatch(
            /^data: \{"error":\{.*"request_id":"req_1"\}\}\n\n$/,
          )
          expect(report.isComplete).toBe(false)
          expect(report.usage).toMatchObject({ estimated: true })
        },
      ),
    )
  })

  test('is over at its terminator, whatever the provider does afterwards', async () => {
    const { context } = open([Buffer.from(delta('a') + finish + done)], { hangs: true })
    const before = performance.now()
    expect(await collect(forwardStream(context, { withholdUsage: false }))).toEndWith(done)
    expect(performance.now() - before).toBeLessThan(100)
  })

  test('is refused when a frame is larger than configured', async () => {
    const { context, report } = open([
      Buffer.from(delta('a')),
      Buffer.from(delta('x'.repeat(200_000))),
    ])
    const text = await collect(forwardStream(context, { withholdUsage: false }))
    expect(text).toStartWith(delta('a'))
    expect(report.error?.code).toBe('provider_bad_answer')
  })
})

describe('a stream between different formats', () => {
  test('says the same, however it was split on its way', async () => {
    const text = delta('Hello') + delta(' world') + finish + usage + done
    const options = { includeUsage: true, createdAt: 1 }
    const whole = await collect(
      translateStream(open([Buffer.from(text)], { client: anthropicMessages }).context, options),
    )
    expect(whole).toContain('message_stop')
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const opened = open(split(Buffer.from(text), places), { client: anthropicMessages })
        expect(await collect(translateStream(opened.context, options))).toBe(whole)
        expect(opened.report).toMatchObject({ isComplete: true, usage: { estimated: false } })
      }),
    )
  })

  test('delivers everything before a fault, however it was split', async () => {
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const bytes = Buffer.from(`${delta('Hello')}${delta(' world')}data: {oops\n\n${done}`)
        const { context } = open(split(bytes, places), { client: anthropicMessages })
        const text = await collect(translateStream(context, { includeUsage: true, createdAt: 1 }))
        for (const words of ['Hello', ' world']) expect(text).toContain(`"text":"${words}"`)
        expect(text).toMatch(/event: error\ndata: \{.*\}\n\n$/)
        expect(text).not.toContain('message_stop')
      }),
    )
  })
})

describe('a stream that is closed', () => {
  for (const pieces of [0, 1]) {
    test(`after ${pieces} pieces ends its provider and settles what was used`, async () => {
      const { context, report, state } = open([Buffer.from(delta('Hello'))], { hangs: true })
      const stream = forwardStream(context, { withholdUsage: false })
      for (let index = 0; index < pieces; index++) await stream.next()
      await stream.return?.()
      expect(context.deadlines.signal.aborted).toBe(true)
      // An unread body is ended by the signal alone: `fetch` holds it, no reader does.
      expect(state.cancelled).toBe(pieces > 0)
      expect(report.usage).toEqual({ inputTokens: 1, outputTokens: pieces * 5, estimated: true })
      expect((await stream.next()).done).toBe(true)
    })
  }

  test('leaves a finished exchange as it is', async () => {
    const { context } = open([Buffer.from(delta('a') + finish + done)])
    const stream = forwardStream(context, { withholdUsage: false })
    while ((await stream.next()).done !== true) continue
    await stream.return?.()
    expect(context.deadlines.signal.aborted).toBe(false)
  })
})

describe('bytes of another kind', () => {
  test('pass as they are, and break for the reader where they broke', async () => {
    const bytes = [Uint8Array.of(0, 255, 10), Uint8Array.of(1)]
    expect(await collect(forwardBytes(open(bytes).context))).toBe(Buffer.concat(bytes).toString())
    const { context, report } = open([])
    const upstream = new ReadableStream<Uint8Array>({
      pull: () => Promise.reject(new Error('reset')),
    })
    const failure = await collect(forwardBytes({ ...context, upstream })).catch(String)
    expect(failure).toContain('GatewayError')
    expect(report.error).toBeDefined()
  })
})

describe('what a report tells while a stream runs', () => {
  const role =
    'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n'
  const openings = [
    ['forwarded', (context: StreamContext) => forwardStream(context, { withholdUsage: false })],
    [
      'translated',
      (context: StreamContext) =>
        translateStream(
          { ...context, client: anthropicMessages },
          { includeUsage: true, createdAt: 0 },
        ),
    ],
  ] as const

  for (const [way, start] of openings) {
    test(`a ${way} stream has content from its first word on`, async () => {
      const chunks = [role, delta(''), delta('Hello'), finish + usage + done]
      const { context, report } = open(chunks.map((text) => Buffer.from(text)))
      const seen: [boolean, string][] = []
      for await (const bytes of start(context)) {
        seen.push([report.hasContent, Buffer.from(bytes).toString()])
      }
      for (const [hasContent, text] of seen.slice(0, -1)) {
        expect(hasContent).toBe(text.includes('Hello'))
      }
      expect(report.hasContent).toBe(true)
    })

    test(`the end of a ${way} stream is told once, with its usage and its error`, async () => {
      for (const [chunks, code] of [
        [[role, delta('Hello'), finish + usage + done], undefined],
        [[role, delta('Hello')], 'provider_stream_cut'],
      ] as const) {
        const { context, report } = open(chunks.map((text) => Buffer.from(text)))
        const ends: unknown[] = []
        report.onEnd = () => ends.push([report.error?.code, report.usage !== undefined])
        await collect(start(context))
        expect(ends).toEqual([[code, true]])
      }
    })

    test(`the end of a ${way} stream is told when its reader leaves, before or after the start`, async () => {
      for (const reads of [0, 1]) {
        const { context, report } = open([Buffer.from(delta('Hello'))], { hangs: true })
        let ends = 0
        report.onEnd = () => (ends += 1)
        const stream = start(context)
        for (let index = 0; index < reads; index++) await stream.next()
        await stream.return?.()
        expect(ends).toBe(1)
      }
    })
  }

  test('an error event is of the class its words tell', async () => {
    const event =
      'data: {"error":{"message":"The prompt is too long","type":"invalid_request_error","code":"context_length_exceeded"}}\n\n'
    const { context, report } = open([Buffer.from(role + event)])
    await collect(forwardStream(context, { withholdUsage: false }))
    expect(report).toMatchObject({
      hasContent: false,
      error: { code: 'provider_error', failureClass: 'context-window' },
    })
  })
})
