/** Tokens of one mock stream and the pace at which they leave. */
export const deltasPerStream = 64
export const paceMs = 20

/** The model every target offers. */
export const benchModel = 'gpt-4o-mini'

/** What a token of English takes on average, in bytes. */
export const bytesPerToken = 4
/** A long prompt as agents send it all day: about 100,000 tokens. */
export const longPromptBytes = 409_600

const encoder = new TextEncoder()
const words = 'The quick gateway forwards each byte exactly as it came and proves it afterwards. '

/** The body of a plain answer, about one kilobyte. */
export const plainAnswer = encoder.encode(
  JSON.stringify({
    id: 'chatcmpl-bench0000000000000000000000',
    object: 'chat.completion',
    created: 1_767_225_600,
    model: benchModel,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: words.repeat(8).slice(0, 630), refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 210, completion_tokens: 160, total_tokens: 370 },
    system_fingerprint: 'fp_bench',
  }),
)

/** The frames of a stream: one for each delta; the last carries the finish, usage and terminator too. */
export const streamFrames: readonly Uint8Array[] = makeFrames()

/** All bytes of a stream, in order. */
export const streamBytes: Uint8Array = Buffer.concat([...streamFrames])

/** Server-sent events in one stream. */
export const eventsPerStream = Buffer.from(streamBytes).toString().split('\n\n').length - 1

/** A chat request of about `bytes` bytes. */
export function chatBody(bytes: number, stream = false): string {
  const body = (content: string) =>
    JSON.stringify({
      model: benchModel,
      ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
      temperature: 0.2,
      messages: [
        { role: 'system', content: 'You answer briefly.' },
        { role: 'user', content },
      ],
    })
  const room = Math.max(bytes - body('').length, 1)
  return body(words.repeat(Math.ceil(room / words.length)).slice(0, room))
}

function makeFrames(): Uint8Array[] {
  const base = {
    id: 'chatcmpl-bench0000000000000000000000',
    object: 'chat.completion.chunk',
    created: 1_767_225_600,
    model: benchModel,
    system_fingerprint: 'fp_bench',
  }
  const event = (data: object) => `data: ${JSON.stringify({ ...base, ...data })}\n\n`
  const choice = (delta: object, finish_reason: string | null) => ({
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  })
  const texts = Array.from({ length: deltasPerStream }, (_, index) =>
    event(
      choice(index === 0 ? { role: 'assistant', content: '' } : { content: ` word${index}` }, null),
    ),
  )
  const usage = { prompt_tokens: 210, completion_tokens: 63, total_tokens: 273 }
  const end = event(choice({}, 'stop')) + event({ choices: [], usage }) + 'data: [DONE]\n\n'
  texts[deltasPerStream - 1] += end
  return texts.map((text) => encoder.encode(text))
}
