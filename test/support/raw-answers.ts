import type { RawExchange, RawScript } from './raw-provider.ts'

/** The wire formats a raw provider can pretend to speak. */
export type Dialect = 'openai' | 'anthropic'

/** Text that the well-formed answers of a raw provider say. */
export const spoken = 'Hello from afar'

/** A response head; without a length the body is chunked unless told otherwise. */
export function head(status: number, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} Whatever\r\n${lines.join('')}\r\n`
}

/** One chunk of a chunked body. */
export function chunk(data: string | Uint8Array): Buffer {
  const bytes = Buffer.from(data)
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, crlf])
}

/** The end of a chunked body. */
export const lastChunk = '0\r\n\r\n'

const crlf = Buffer.from('\r\n')
const sse = { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' }

/** The head of a streamed answer. */
export const streamHead = head(200, sse)

/** A whole response with its length. */
export function whole(
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const bytes = Buffer.from(body)
  const all = {
    'content-type': 'application/json',
    'content-length': `${bytes.length}`,
    ...headers,
  }
  return Buffer.concat([Buffer.from(head(status, all)), bytes])
}

/** Answers every request with these bytes and keeps the connection. */
export function answering(bytes: string | Uint8Array): RawScript {
  return async (exchange) => void (await exchange.send(bytes))
}

/** Sends pieces one after the other, as separate writes. */
export async function sendAll(
  exchange: RawExchange,
  ...pieces: readonly (string | Uint8Array)[]
): Promise<void> {
  for (const piece of pieces) {
    await exchange.send(piece)
    await Bun.sleep(2)
  }
}

/** Never does anything again. */
export function hang(): Promise<never> {
  return new Promise(() => {
    // Nothing resolves this: the other side has to give up.
  })
}

/** A correct plain answer. */
export function plainAnswer(dialect: Dialect): string {
  return JSON.stringify(dialect === 'openai' ? openAiAnswer : anthropicAnswer)
}

const openAiAnswer = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'm',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: spoken },
      finish_reason: 'stop',
      logprobs: null,
    },
  ],
  usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
}

const anthropicAnswer = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: spoken }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 7, output_tokens: 3 },
}

/** The frames of a correct stream: beginning, two or more deltas, end; the last is the terminator. */
export function streamFrames(dialect: Dialect): readonly string[] {
  return dialect === 'openai' ? openAiFrames() : anthropicFrames()
}

/** The frames of a stream before its first word. */
export function openingFrames(dialect: Dialect): readonly string[] {
  return streamFrames(dialect).slice(0, dialect === 'openai' ? 1 : 2)
}

function openAiFrames(): string[] {
  const frame = (choices: unknown[], more: object = {}): string =>
    data({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices,
      ...more,
    })
  const delta = (content: object, finish: string | null = null): string =>
    frame([{ index: 0, delta: content, finish_reason: finish }])
  return [
    delta({ role: 'assistant', content: '' }),
    ...words().map((word) => delta({ content: word })),
    delta({}, 'stop'),
    frame([], { usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } }),
    'data: [DONE]\n\n',
  ]
}

function anthropicFrames(): string[] {
  const { content: _content, ...message } = anthropicAnswer
  const begun = {
    ...message,
    content: [],
    stop_reason: null,
    usage: { input_tokens: 7, output_tokens: 1 },
  }
  return [
    event({ type: 'message_start', message: begun }),
    event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    ...words().map((text) =>
      event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    ),
    event({ type: 'content_block_stop', index: 0 }),
    event({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 3 },
    }),
    event({ type: 'message_stop' }),
  ]
}

function words(): string[] {
  return spoken.split(/(?= )/)
}

/** One delta of text in a dialect, for streams that are made to be long. */
export function textDelta(dialect: Dialect, text: string): string {
  return dialect === 'openai'
    ? data({
        id: 'chatcmpl-1',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'm',
        choices: [{ index: 0, delta: { content: text }, finish_reason: null }],
      })
    : event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })
}

/** An error event inside a stream, as the provider itself would send it. */
export function errorEvent(dialect: Dialect, message: string): string {
  return dialect === 'openai'
    ? data({ error: { message, type: 'server_error', code: 'server_error', param: null } })
    : event({ type: 'error', error: { type: 'overloaded_error', message } })
}

/** An error body, as the provider itself would send it. */
export function errorBody(dialect: Dialect, type: string, message: string): string {
  return JSON.stringify(
    dialect === 'openai'
      ? { error: { message, type, code: type, param: null } }
      : { type: 'error', error: { type, message } },
  )
}

function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}

function event(value: { readonly type: string; readonly [field: string]: unknown }): string {
  return `event: ${value.type}\n${data(value)}`
}
