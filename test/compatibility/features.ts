import { pixelPng } from '../support/sdk.ts'
import type { Ask, Call, FaultKind, Part, Say, Thought, Tool, Turn } from './vocabulary.ts'

/** One row of the matrix: what is asked and what is answered. */
export interface Feature {
  readonly title: string
  readonly ask: Ask
  readonly say: Say
  /** Whether it is asked of the model that reasons. */
  readonly reasons?: boolean
  /** What follows when the client has run the tools: it sends back what it kept of the answer. */
  readonly second?: { readonly results: readonly Part[][]; readonly say: Say }
  /** The first answer was another provider's: the conversation goes on here. */
  readonly isMoved?: boolean
  /** The provider answers with an error. */
  readonly fault?: FaultKind
  /** The stream ends with an error behind its first words. */
  readonly isBroken?: boolean
  readonly only?: 'stream'
  /** Words that have to reach the client before the provider says more: `[sent, seen]`. */
  readonly gates?: readonly (readonly [sent: string, seen: string])[]
  /** The arguments of calls have to be streamed. */
  readonly streamsArguments?: boolean
}

const hello: Part = { type: 'text', text: 'Grüße! What is a gateway?' }
const usage = { input: 40, output: 12 }
const answer: Say = { text: 'A gateway is a door – no more. ✓', stop: 'end', usage }
const limit = 4000

function asked(part: Part | readonly Part[], more: Omit<Ask, 'turns'> = {}): Ask {
  const parts = 'type' in part ? [part] : part
  return { turns: [{ role: 'user', parts }], limit, ...more }
}

const weather: Tool = {
  name: 'get_weather',
  description: 'Weather of a place on the next days',
  schema: {
    type: 'object',
    properties: {
      place: { type: 'string', description: 'Town, with umlauts: Köln' },
      days: { type: 'integer', minimum: 1 },
      unit: { type: 'string', enum: ['celsius', 'kelvin'] },
    },
    required: ['place', 'days'],
    additionalProperties: false,
  },
}
const clock: Tool = {
  name: 'tell_time',
  description: 'Time at a place',
  schema: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
}
const tools = [weather, clock]
const inTrondheim: Call = {
  id: 'call_a1B2c3D4',
  name: 'get_weather',
  args: { place: 'Trondheim', days: 2, unit: 'celsius' },
}
const inBergen: Call = {
  id: 'call_e5F6g7H8',
  name: 'tell_time',
  args: { place: 'Bergen', zone: 'CET' },
}
const calls = [inTrondheim, inBergen]
const question: Part = {
  type: 'text',
  text: 'Weather in Trondheim, and what time is it in Bergen?',
}
const called: Say = { calls, stop: 'tool-calls', usage }

function withResults(results: readonly Part[], ...made: readonly Call[]): Ask {
  const turns: Turn[] = [
    { role: 'user', parts: [question] },
    { role: 'assistant', calls: made },
    { role: 'user', parts: results },
  ]
  return { turns, tools, limit }
}

function resultOf(call: Call, parts: readonly Part[], isError?: boolean): Part {
  return { type: 'result', call, parts, ...(isError === undefined ? {} : { isError }) }
}

const cold: Part = { type: 'text', text: '-3 °C and snow' }
const late: Part = { type: 'text', text: '{"time":"23:10"}' }
const image: Part = { type: 'image', mediaType: 'image/png', data: pixelPng }
const look: Part = { type: 'text', text: 'What is to be seen here?' }
const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF')
const document: Part = {
  type: 'document',
  mediaType: 'application/pdf',
  data: pdf.toString('base64'),
  title: 'Annual report',
}
const note: Part = {
  type: 'document',
  mediaType: 'text/plain',
  data: Buffer.from('The meeting is at noon.').toString('base64'),
  title: 'notes',
}
const schema = {
  type: 'object',
  properties: { city: { type: 'string' }, people: { type: 'integer' } },
  required: ['city', 'people'],
  additionalProperties: false,
}
const shaped: Say = { text: '{"city":"Oslo","people":709000}', stop: 'end', usage }

const thought: Thought = { text: 'First the weather, then the time.' }
const thinking = { input: 60, output: 50, reasoning: 30 }

/** The rows, in their order. */
export const features: readonly Feature[] = [
  {
    title: 'Text',
    ask: asked(hello),
    say: answer,
    gates: [['door', 'door']],
  },
  { title: 'System prompt', ask: asked(hello, { system: 'Answer in one sentence.' }), say: answer },
  {
    title: 'Conversation of several turns',
    ask: {
      turns: [
        { role: 'user', parts: [{ type: 'text', text: 'Name a colour.' }] },
        { role: 'assistant', text: 'Blue.' },
        { role: 'user', parts: [{ type: 'text', text: 'Another one.' }] },
      ],
      limit,
    },
    say: answer,
  },
  {
    title: 'Sampling and limits',
    ask: asked(hello, { temperature: 0.5, topP: 0.9 }),
    say: answer,
  },
  { title: 'Stop sequences', ask: asked(hello, { stops: ['END', '###'] }), say: answer },
  { title: 'No limit of tokens', ask: { turns: asked(hello).turns }, say: answer },
  { title: 'Images (data)', ask: asked([look, image]), say: answer },
  {
    title: 'Images (address)',
    ask: asked([look, { type: 'image-url', url: 'https://example.com/picture.png' }]),
    say: answer,
  },
  { title: 'Documents (PDF)', ask: asked([look, document]), say: answer },
  { title: 'Documents (plain text)', ask: asked([look, note]), say: answer },
  {
    title: 'Citations in answers',
    ask: asked(hello),
    say: { ...answer, cites: 'https://example.com/source' },
  },
  { title: 'Tools, parallel calls', ask: asked(question, { tools }), say: called },
  {
    title: 'Text before tool calls',
    ask: asked(question, { tools }),
    say: { ...called, text: 'I will look that up.' },
  },
  {
    title: 'Streamed arguments of calls',
    ask: asked(question, { tools }),
    say: called,
    only: 'stream',
    streamsArguments: true,
    gates: [
      ['Trondheim', 'Trondheim'],
      ['Bergen', 'Bergen'],
    ],
  },
  {
    title: 'Results of parallel calls',
    ask: withResults([resultOf(inTrondheim, [cold]), resultOf(inBergen, [late])], ...calls),
    say: answer,
  },
  {
    title: 'Text behind results',
    ask: withResults([resultOf(inTrondheim, [cold]), hello], inTrondheim),
    say: answer,
  },
  {
    title: 'Failed results',
    ask: withResults(
      [resultOf(inTrondheim, [{ type: 'text', text: 'no such place' }], true)],
      inTrondheim,
    ),
    say: answer,
  },
  {
    title: 'Images in results',
    ask: withResults([resultOf(inTrondheim, [cold, image])], inTrondheim),
    say: answer,
  },
  {
    title: 'Tool choice: some tool',
    ask: asked(question, { tools, choice: 'required' }),
    say: called,
  },
  {
    title: 'Tool choice: one tool',
    ask: asked(question, { tools, choice: { name: 'get_weather' } }),
    say: { ...called, calls: [inTrondheim] },
  },
  { title: 'Tool choice: none', ask: asked(question, { tools, choice: 'none' }), say: answer },
  {
    title: 'One call at a time',
    ask: asked(question, { tools, choice: 'auto', single: true }),
    say: { ...called, calls: [inTrondheim] },
  },
  { title: 'Answer by a schema', ask: asked(hello, { shape: schema }), say: shaped },
  {
    title: 'Answer as any JSON',
    ask: asked({ type: 'text', text: 'Name a city, as JSON.' }, { shape: 'json' }),
    say: shaped,
  },
  {
    title: 'Reasoning',
    reasons: true,
    ask: asked(hello, { reasons: true }),
    say: { ...answer, thoughts: [thought], usage: thinking },
  },
  {
    title: 'Reasoning kept over tool calls',
    reasons: true,
    ask: asked(question, { reasons: true, tools }),
    say: { ...called, thoughts: [thought], usage: thinking },
    second: { results: [[cold], [late]], say: { ...answer, usage: thinking } },
  },
  {
    title: 'Reasoning kept over a turn',
    reasons: true,
    ask: asked(hello, { reasons: true }),
    say: { ...answer, thoughts: [thought], usage: thinking },
    second: { results: [], say: { ...answer, usage: thinking } },
  },
  {
    title: 'Sealed reasoning kept over tool calls',
    reasons: true,
    ask: asked(question, { reasons: true, tools }),
    say: { ...called, thoughts: [{ text: '', sealed: 'c2VhbGVkIHRob3VnaHQ=' }], usage: thinking },
    second: { results: [[cold], [late]], say: { ...answer, usage: thinking } },
  },
  {
    title: 'Conversation begun at another provider',
    reasons: true,
    isMoved: true,
    ask: asked(question, { reasons: true, tools }),
    say: { ...called, thoughts: [thought], usage: thinking },
    second: { results: [[cold], [late]], say: { ...answer, usage: thinking } },
  },
  {
    title: 'Prompt-cache marks',
    ask: {
      system: 'A long text that is the same each time.',
      systemMark: '1h',
      turns: [{ role: 'user', parts: [{ ...hello, mark: '5m' }] }],
      tools: [weather, { ...clock, mark: '1h' }],
      limit,
    },
    say: { ...answer, usage: { input: 2000, output: 12, written: 1900 } },
  },
  {
    title: 'Cached tokens in usage',
    ask: asked(hello),
    say: { ...answer, usage: { input: 2000, output: 12, read: 1500, written: 400 } },
  },
  {
    title: 'Stopped: limit of tokens',
    ask: asked(hello, { limit: 20 }),
    say: { ...answer, stop: 'max-tokens' },
  },
  {
    title: 'Stopped: stop sequence',
    ask: asked(hello, { stops: ['END'] }),
    say: { ...answer, stop: 'stop-sequence' },
  },
  {
    title: 'Stopped: blocked as unsafe',
    ask: asked(hello),
    say: { ...answer, stop: 'blocked' },
  },
  { title: 'Error: rate limit', ask: asked(hello), say: answer, fault: 'rate-limit' },
  { title: 'Error: context window', ask: asked(hello), say: answer, fault: 'context-window' },
  { title: 'Error: overloaded', ask: asked(hello), say: answer, fault: 'overloaded' },
  {
    title: 'Error amid a stream',
    ask: asked(hello),
    say: answer,
    isBroken: true,
    only: 'stream',
  },
]
