import { asObject, parseJson } from '../../../src/core/json.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import type { TokenUsage } from '../../../src/core/usage.ts'
import type { ClientFormat, FormatName } from '../../../src/formats/index.ts'
import type { NeutralAnswer, NeutralEvent, NeutralPart } from '../../../src/formats/neutral.ts'
import { clientFormats, eventsOf } from '../../../src/formats/texts/testing/streamed.ts'

/** What the provider says to a call, and how it cuts that. */
export interface Script {
  /** Parts of the answer to a body. */
  readonly says: (body: JsonObject, text: string) => readonly NeutralPart[]
  /** Lengths of deltas, over and over; everything in one without any. */
  readonly deltas?: readonly number[]
  /** Lengths of the pieces that are written to the socket, over and over; frame by frame without any. */
  readonly pieces?: readonly number[]
  /** Waits after so many frames, in milliseconds; again `every` so many. */
  readonly pause?: { readonly after: number; readonly ms: number; readonly every?: number }
  /** Ends the connection after so many frames, in the middle of the answer. */
  readonly diesAfter?: number
  /** Waits before it answers calls of a path, in milliseconds. */
  readonly slow?: (path: string) => number
  /** Answers in place of all this, where it does. */
  readonly answers?: (path: string, text: string) => Response | undefined
}

/** One call as the provider saw it. */
export interface SeenCall {
  readonly path: string
  readonly text: string
  readonly json: JsonObject
}

/** A provider of all formats that says what it is told to and remembers what it was sent. */
export interface ScriptedProvider extends AsyncDisposable {
  readonly url: string
  readonly seen: SeenCall[]
  /** Monotonic times at which calls were left by the gateway. */
  readonly leftAt: number[]
  script(next: Script): void
}

const paths: readonly (readonly [RegExp, FormatName])[] = [
  [/\/chat\/completions$/, 'openai-chat'],
  [/\/completions$/, 'openai-completions'],
  [/\/responses$/, 'openai-responses'],
  [/\/messages$/, 'anthropic-messages'],
  [/:(?:streamG|g)enerateContent$/, 'gemini'],
  [/\/converse(?:-stream)?$/, 'bedrock-converse'],
  [/\/invoke(?:-with-response-stream)?$/, 'bedrock-invoke'],
  [/\/v2\/chat$/, 'cohere-chat'],
]

export const usage: TokenUsage = { inputTokens: 11, outputTokens: 7 }

/** Starts the provider on a free port. */
export function startScriptedProvider(): ScriptedProvider {
  const seen: SeenCall[] = []
  const leftAt: number[] = []
  let script: Script = { says: () => [{ type: 'text', text: 'Fine.' }] }
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 30,
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url)
      const path = decodeURIComponent(pathname)
      const text = Buffer.from(await request.bytes()).toString()
      const json = asObject(parseJson(text)) ?? {}
      seen.push({ path, text, json })
      const current = script
      if (current.slow !== undefined) await Bun.sleep(current.slow(path))
      const given = current.answers?.(path, text)
      if (given !== undefined) return given
      const named = paths.find(([pattern]) => pattern.test(path))?.[1]
      const isArray = /:streamG/.test(path) && searchParams.get('alt') !== 'sse'
      const name = isArray ? 'gemini-array' : named
      const format = clientFormats.find((each) => each.name === name)
      if (format === undefined) return new Response('unknown path', { status: 404 })
      const answer = answerOf(current.says(json, text))
      if (!isStreamed(path, json)) return Response.json(format.writeAnswer(answer, () => undefined))
      request.signal.addEventListener('abort', () => leftAt.push(performance.now()))
      return new Response(piecesOf(format, answer, current), {
        headers: { 'content-type': format.streamType ?? 'text/event-stream' },
      })
    },
  })
  return {
    url: server.url.href.replace(/\/$/, ''),
    seen,
    leftAt,
    script(next) {
      script = next
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

function isStreamed(path: string, body: JsonObject): boolean {
  return body['stream'] === true || /stream/i.test(path.slice(path.lastIndexOf('/')))
}

function answerOf(content: readonly NeutralPart[]): NeutralAnswer {
  const isCalling = content.some(({ type }) => type === 'tool-call')
  const stopReason = isCalling ? 'tool-calls' : 'end'
  return { id: 'answer-1', model: 'real', createdAt: 1_750_000_000, content, stopReason, usage }
}

/** The frames of a stream as a provider of the format writes them. */
export function framesOf(
  format: ClientFormat,
  answer: NeutralAnswer,
  deltas: readonly number[] = [],
): readonly Buffer[] {
  const writer = format.openStreamWriter({ includeUsage: true, createdAt: 1_750_000_000 })
  return eventsOf(answer, deltas)
    .map((event): NeutralEvent => (event.type === 'answer-end' ? { ...event, usage } : event))
    .map((event) => Buffer.from(writer.write(event)))
    .filter(({ length }) => length > 0)
}

async function* piecesOf(
  format: ClientFormat,
  answer: NeutralAnswer,
  { deltas = [], pieces = [], pause, diesAfter }: Script,
): AsyncGenerator<Uint8Array> {
  const frames = framesOf(format, answer, deltas)
  if (pieces.length > 0) {
    yield* cut(Buffer.concat(frames), pieces)
    return
  }
  for (const [index, frame] of frames.entries()) {
    if (index === diesAfter) return
    if (pause !== undefined && isPause(index, pause)) await Bun.sleep(pause.ms)
    // So that the socket has sent it, and the gateway can leave.
    else if (index % 8 === 0) await Bun.sleep(1)
    yield frame
  }
}

function isPause(index: number, { after, every }: NonNullable<Script['pause']>): boolean {
  if (index === after) return true
  return every !== undefined && index > after && (index - after) % every === 0
}

async function* cut(bytes: Buffer, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  let turn = 0
  for (let at = 0; at < bytes.length; turn++) {
    const length = Math.max(1, lengths[turn % lengths.length] ?? bytes.length)
    if (turn < 40) await Bun.sleep(0)
    yield bytes.subarray(at, at + length)
    at += length
  }
}
