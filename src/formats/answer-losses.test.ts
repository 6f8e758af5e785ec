import { describe, expect, test } from 'bun:test'
import type { JsonObject } from '../core/json.ts'
import { anthropicMessages } from './anthropic-messages/index.ts'
import { bedrockConverse } from './bedrock-converse/index.ts'
import type { ProviderFormat, Warn } from './format.ts'
import { gemini } from './gemini/index.ts'
import { openAiChat } from './openai-chat/index.ts'
import { openAiCompletions } from './openai-completions/index.ts'
import { openAiResponses } from './openai-responses/index.ts'

interface Case {
  readonly format: ProviderFormat
  readonly whole: JsonObject
  /** Events of a stream with the same losses, each with its name. */
  readonly events: readonly (readonly [string, JsonObject])[]
  readonly losses: readonly string[]
}

const use = { type: 'server_tool_use', id: 'a', name: 'web_search', input: {} }
const cited = { type: 'text', text: 'x', citations: [{ url: 'u' }] }
const made = { image: { format: 'png' } }
const grounded = {
  content: { role: 'model', parts: [{ text: 'x' }] },
  finishReason: 'STOP',
  groundingMetadata: { groundingChunks: [{}] },
  citationMetadata: {},
}
const search = { type: 'web_search_call', id: 'ws_1', status: 'completed' }
const part = { type: 'output_text', text: 'x', annotations: [{ type: 'url_citation' }] }
const message = { type: 'message', role: 'assistant', content: [part] }
const annotated = { content: 'x', annotations: [{ type: 'url_citation' }] }
const citationsContent = { content: [{ text: 'x' }], citations: [{}] }

const cases: readonly Case[] = [
  {
    format: anthropicMessages,
    whole: { content: [use, cited, { type: 'a\nb' }] },
    events: [
      ['content_block_start', { index: 0, content_block: use }],
      ['content_block_start', { index: 1, content_block: { type: 'text', text: '' } }],
      ['content_block_delta', { index: 1, delta: { type: 'citations_delta', citation: {} } }],
      ['content_block_start', { index: 2, content_block: { type: 'a\nb' } }],
    ],
    losses: ['content[0]: server_tool_use', 'content[1].citations', 'content[2]'],
  },
  {
    format: bedrockConverse,
    whole: { output: { message: { content: [made, { citationsContent }] } } },
    events: [
      ['contentBlockStart', { contentBlockIndex: 0, start: made }],
      ['contentBlockDelta', { contentBlockIndex: 0, delta: made }],
      ['contentBlockDelta', { contentBlockIndex: 1, delta: { text: 'x' } }],
      ['contentBlockDelta', { contentBlockIndex: 1, delta: { citation: {} } }],
    ],
    losses: [
      'output.message.content[0]: image',
      'output.message.content[1].citationsContent.citations',
    ],
  },
  {
    format: gemini,
    whole: { candidates: [grounded] },
    events: [['', { candidates: [grounded] }]],
    losses: ['candidates[0].groundingMetadata'],
  },
  {
    format: openAiResponses,
    whole: { output: [search, message] },
    events: [
      ['response.output_item.done', { output_index: 0, item: search }],
      ['response.output_item.done', { output_index: 1, item: message }],
    ],
    losses: ['output[0]: web_search_call', 'output[1].content[0].annotations'],
  },
  {
    format: openAiChat,
    whole: { choices: [{ message: annotated, finish_reason: 'stop' }], citations: ['u'] },
    events: [['', { choices: [{ delta: annotated }], citations: ['u'] }]],
    losses: ['choices[0].message.annotations', 'citations'],
  },
]

describe.each(cases)('what is lost of an answer of $format.name is told', (each) => {
  test('whole', () => {
    const { told, warn } = listener()
    each.format.readAnswer(each.whole, warn)
    expect([...told]).toEqual([...each.losses])
  })

  test('streamed', () => {
    const { told, warn } = listener()
    const reader = each.format.openStreamReader(warn)
    for (const [event, data] of each.events) {
      const text = JSON.stringify(event === '' ? data : { type: event, ...data })
      reader.read({ bytes: new Uint8Array(), event, data: text })
    }
    expect([...told]).toEqual([...each.losses])
  })

  test('and need not be listened to', () => {
    expect(() => each.format.readAnswer(each.whole)).not.toThrow()
  })
})

test('a text completion tells of thinking and calls it has no place for', () => {
  const { told, warn } = listener()
  const writer = openAiCompletions.openStreamWriter({ includeUsage: false, createdAt: 1, warn })
  writer.write({ type: 'reasoning-start', index: 0 })
  writer.write({ type: 'reasoning-delta', index: 0, text: 'Hm' })
  writer.write({ type: 'tool-call-start', index: 1, id: 'a', name: 'f' })
  expect([...told]).toEqual(['content[0]', 'content[1]'])
})

function listener(): { readonly told: Set<string>; readonly warn: Warn } {
  const told = new Set<string>()
  const warn: Warn = ({ field, detail }) =>
    void told.add(detail === undefined ? field : `${field}: ${detail}`)
  return { told, warn }
}
