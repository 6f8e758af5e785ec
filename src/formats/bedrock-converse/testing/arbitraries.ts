import * as fc from 'fast-check'
import type { NeutralAnswer, NeutralMessage, NeutralRequest } from '../../neutral.ts'

// Words that survive as they are: no blank text, no white space at the end of a last answer.
const word = fc.string({ minLength: 1, maxLength: 20 }).map((value) => `w${value}.`)
const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/)
const base64 = fc.base64String({ minLength: 4, maxLength: 20 }).filter((text) => text !== '')
const mark = fc.option(fc.constantFrom({}, { ttl: '5m' } as const, { ttl: '1h' } as const), {
  nil: undefined,
})

function marked<T extends object>(part: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc
    .tuple(part, mark)
    .map(([value, cacheMark]) => (cacheMark === undefined ? value : { ...value, cacheMark }))
}

const text = word.map((value) => ({ type: 'text', text: value }) as const)
const image = fc
  .oneof(
    fc.record({
      type: fc.constant('base64' as const),
      mediaType: fc.constantFrom('image/png', 'image/jpeg', 'image/gif', 'image/webp'),
      data: base64,
    }),
    fc.record({ type: fc.constant('url' as const), url: fc.constant('s3://bucket/a/b.png') }),
  )
  .map((source) => ({ type: 'image', source }) as const)
/** Where a document may lie. */
export const documentSource = fc.oneof(
  fc.record({
    type: fc.constant('base64' as const),
    mediaType: fc.constantFrom('application/pdf', 'text/csv', 'text/html', 'text/markdown'),
    data: base64,
  }),
  fc.record({ type: fc.constant('url' as const), url: fc.constant('s3://bucket/c.pdf') }),
  fc.record({ type: fc.constant('text' as const), text: word }),
)
const audio = fc.record({
  type: fc.constant('audio' as const),
  data: base64,
  format: fc.constantFrom('wav', 'mp3'),
})
const jsonObjectText = fc
  .dictionary(word, fc.jsonValue(), { maxKeys: 3 })
  .map((value) => JSON.stringify(value))
const toolCall = fc.record({
  type: fc.constant('tool-call' as const),
  id,
  name: id,
  arguments: jsonObjectText,
})
const reasoning = fc.record({
  type: fc.constant('reasoning' as const),
  text: fc.string(),
  signature: word,
})
const redacted = fc.record({ type: fc.constant('redacted-reasoning' as const), data: base64 })
const toolResult = marked(
  fc.record(
    {
      type: fc.constant('tool-result' as const),
      callId: id,
      content: fc.array(fc.oneof(text, image), { maxLength: 3 }),
      isError: fc.constant(true),
    },
    { requiredKeys: ['type', 'callId', 'content'] },
  ),
)

const some = { minLength: 1, maxLength: 4 }
const userMessage = fc
  .tuple(marked(text), fc.array(fc.oneof(marked(text), marked(image), audio), some))
  .map(([first, rest]): NeutralMessage => ({ role: 'user', content: [first, ...rest] }))
const assistantMessage = fc
  .array(fc.oneof(marked(text), marked(toolCall), reasoning, redacted), some)
  .map((content): NeutralMessage => ({ role: 'assistant', content }))
const toolMessage = fc
  .array(toolResult, some)
  .map((content): NeutralMessage => ({ role: 'tool', content }))
const systemMessage = fc
  .array(marked(text), some)
  .map((content): NeutralMessage => ({ role: 'system', content }))

// Turns alternate: that neighbours of one side merge is tested by itself.
const messages = fc
  .tuple(
    fc.option(systemMessage, { nil: undefined }),
    fc.array(fc.tuple(userMessage, assistantMessage), { maxLength: 2 }),
    fc.option(fc.tuple(toolMessage, fc.option(userMessage, { nil: undefined }))),
    userMessage,
  )
  .map(([system, turns, results, last]) => [
    ...(system === undefined ? [] : [system]),
    ...turns.flat(),
    ...(results === null ? [last] : [results[0], ...(results[1] ? [results[1]] : [])]),
  ])

const tool = marked(
  fc.record(
    {
      name: id,
      description: word,
      parameters: fc.record({ type: fc.constant('object'), properties: fc.constant({ a: {} }) }),
      strict: fc.boolean(),
    },
    { requiredKeys: ['name', 'parameters'] },
  ),
)

/** A model that takes everything. */
export const model = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
/** A request that Converse can express as it is. */
export const request: fc.Arbitrary<NeutralRequest> = fc.record(
  {
    model: fc.constant(model),
    messages,
    stream: fc.constant(false),
    tools: fc.array(tool, some),
    toolChoice: fc.oneof(
      fc.record({ type: fc.constantFrom('auto', 'required') }),
      fc.record({ type: fc.constant('tool' as const), name: id }),
    ),
    responseShape: fc.record(
      {
        type: fc.constant('json-schema' as const),
        schema: fc.record({ type: fc.constant('object') }),
        name: id,
        description: word,
      },
      { requiredKeys: ['type', 'schema'] },
    ),
    maxOutputTokens: fc.integer({ min: 5000, max: 9000 }),
    temperature: fc.double({ min: 0, max: 0.9, noNaN: true }),
    topP: fc.double({ min: 0, max: 0.9, noNaN: true }),
    topK: fc.integer({ min: 1, max: 9 }),
    stopSequences: fc.array(word, some),
    inexpressible: fc.constant([]),
  },
  { requiredKeys: ['model', 'messages', 'stream', 'tools', 'inexpressible'] },
)

const count = fc.nat({ max: 1000 })
const usage = fc.tuple(count, count, count, count).map(([input, read, written, output]) => ({
  inputTokens: input + read + written,
  outputTokens: output,
  cacheReadTokens: read,
  cacheWriteTokens: written,
}))
const answerParts = fc.array(fc.oneof(text, toolCall, reasoning, redacted), { maxLength: 5 })
/** An answer that Converse can express as it is. */
export const answer: fc.Arbitrary<NeutralAnswer> = fc
  .record(
    {
      id,
      model: fc.constant(''),
      content: answerParts,
      stopReason: fc.constantFrom('max-tokens', 'stop-sequence', 'content-filter', 'end' as const),
      stopSequence: word,
      usage,
    },
    { requiredKeys: ['id', 'model', 'content', 'stopReason', 'usage'] },
  )
  .map((value) => {
    const calls = value.content.some((part) => part.type === 'tool-call')
    return calls ? { ...value, stopReason: 'tool-calls' } : value
  })
