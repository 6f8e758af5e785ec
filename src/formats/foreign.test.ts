import { describe, expect, test } from 'bun:test'
import type { JsonObject } from '../core/json.ts'
import { anthropicMessages } from './anthropic-messages/index.ts'
import { bedrockConverse } from './bedrock-converse/index.ts'
import type { ProviderFormat } from './format.ts'
import { gemini } from './gemini/index.ts'
import { wrapForeign } from './gemini/signature.ts'
import { openAiResponses } from './openai-responses/index.ts'

function adopt(format: ProviderFormat, body: JsonObject, model = 'm') {
  const warnings: string[] = []
  const text = JSON.stringify(body)
  const changed = format.withoutForeign?.(body, {
    model,
    warn: ({ type, field }) => warnings.push(`${type} ${field}`),
  })
  // What was not asked to change has to be as it was.
  expect(JSON.stringify(body)).toBe(text)
  return { changed, warnings }
}

const hello = { role: 'user', content: 'Hi' }

describe('a body of Anthropic that was at another provider', () => {
  const own = { type: 'thinking', thinking: 'Hm.', signature: 'Eqo=' }
  const use = { type: 'tool_use', id: 'a', name: 'f', input: {} }
  const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a' }] }

  test('loses thinking with proofs of others, and with none', () => {
    const text = { type: 'text', text: 'Yes.' }
    const content = [
      { ...own, signature: 'gemini:YQ==' },
      own,
      { ...own, signature: 'openai:x' },
      { ...own, signature: '' },
      text,
    ]
    const { changed, warnings } = adopt(anthropicMessages, {
      messages: [hello, { role: 'assistant', content }, hello],
    })
    expect(changed).toEqual({
      messages: [hello, { role: 'assistant', content: [own, text] }, hello],
    })
    expect(warnings).toEqual([0, 2, 3].map((at) => `dropped messages[1].content[${at}]`))
  })

  test('does not think on within a turn that was begun without', () => {
    const thinking = { type: 'enabled', budget_tokens: 2048 }
    const begun = [hello, { role: 'assistant', content: [use] }, result]
    const { changed, warnings } = adopt(anthropicMessages, { thinking, messages: begun })
    expect(changed).toEqual({ thinking: undefined })
    expect(warnings).toEqual(['dropped thinking'])
    const thought = [hello, { role: 'assistant', content: [own, use] }, result]
    expect(adopt(anthropicMessages, { thinking, messages: thought }).changed).toBeUndefined()
    const adaptive = { thinking: { type: 'adaptive' }, messages: begun }
    expect(adopt(anthropicMessages, adaptive).changed).toBeUndefined()
  })
})

test('a body of Converse loses proofs of others, and where Claude reads it reasoning without any', () => {
  const reasoning = (told: JsonObject): JsonObject => ({
    reasoningContent: { reasoningText: told },
  })
  const own = reasoning({ text: 'Hm.', signature: 'Eqo=' })
  const bare = reasoning({ text: 'Hm.' })
  const foreign = reasoning({ text: '', signature: 'gemini:YQ==' })
  const messages = [{ role: 'assistant', content: [own, bare, foreign, { text: 'Yes.' }] }]
  const claude = adopt(bedrockConverse, { messages }, 'anthropic.claude-sonnet-4-5')
  expect(claude.changed).toEqual({
    messages: [{ role: 'assistant', content: [own, { text: 'Yes.' }] }],
  })
  const other = adopt(bedrockConverse, { messages }, 'deepseek.r1')
  expect(other.warnings).toEqual(['dropped messages[0].content[2]'])
  const fields = { thinking: { type: 'enabled', budget_tokens: 2048 }, top_k: 5 }
  const use = { toolUse: { toolUseId: 'a', name: 'f', input: {} } }
  const begun = {
    messages: [{ role: 'assistant', content: [use] }],
    additionalModelRequestFields: fields,
  }
  expect(adopt(bedrockConverse, begun, 'anthropic.claude-sonnet-4-5').changed).toEqual({
    additionalModelRequestFields: { thinking: undefined, top_k: 5 },
  })
})

test('a body of Responses loses what OpenAI did not seal, and what it does not keep', () => {
  const item = (more: JsonObject): JsonObject => ({ type: 'reasoning', summary: [], ...more })
  const own = item({ id: 'rs_68af4030baa4', encrypted_content: 'gAAA' })
  const kept = item({ id: 'rs_68af4030baa4' })
  const foreign = [
    item({ id: 'rs_1', encrypted_content: 'claude:Eqo=' }),
    item({ id: 'rs_1', encrypted_content: 'gemini:YQ==' }),
    item({ id: 'rs_1', encrypted_content: 'redacted:YQ==' }),
    item({ id: 'rs_a1_0' }),
  ]
  const { changed, warnings } = adopt(openAiResponses, { input: [own, ...foreign, kept, hello] })
  expect(changed).toEqual({ input: [own, kept, hello] })
  expect(warnings).toHaveLength(4)
  expect(adopt(openAiResponses, { input: [own, kept, hello] }).changed).toBeUndefined()
})

describe('a body of Gemini that was at another provider', () => {
  const functionCall = { name: 'f', args: {} }
  const foreign = wrapForeign({ type: 'signature', value: 'Eqo=' })

  test('loses proofs of others', () => {
    const parts = [
      { text: 'Hm.', thought: true, thoughtSignature: foreign },
      { text: '', thought: true, thoughtSignature: foreign },
      { text: 'Yes.', thoughtSignature: 'b3du' },
    ]
    const { changed, warnings } = adopt(gemini, { contents: [{ role: 'model', parts }] })
    expect(changed).toEqual({
      contents: [
        {
          role: 'model',
          parts: [
            { text: 'Hm.', thought: true },
            { text: 'Yes.', thoughtSignature: 'b3du' },
          ],
        },
      ],
    })
    expect(warnings).toHaveLength(2)
  })

  test('gets what stands for the proof of a call, from the third generation on', () => {
    const body = { contents: [{ role: 'model', parts: [{ functionCall }, { functionCall }] }] }
    expect(adopt(gemini, body, 'gemini-2.5-pro').changed).toBeUndefined()
    expect(adopt(gemini, body, 'gemini-3-pro').changed).toHaveProperty('contents[0].parts', [
      { functionCall, thoughtSignature: 'skip_thought_signature_validator' },
      { functionCall },
    ])
    const parts = [{ functionCall, thoughtSignature: 'b3du' }]
    const signed = { contents: [{ role: 'model', parts }] }
    expect(adopt(gemini, signed, 'gemini-3-pro').changed).toBeUndefined()
    const chunks = [signed.contents[0] ?? {}, { role: 'model', parts: [{ functionCall }] }]
    expect(adopt(gemini, { contents: chunks }, 'gemini-3-pro').changed).toBeUndefined()
  })
})

test.each([anthropicMessages, bedrockConverse, openAiResponses, gemini])(
  'a usual body is not looked at closely: $name',
  (format) => {
    expect(
      adopt(format, { messages: [hello], contents: [], input: [hello] }).changed,
    ).toBeUndefined()
  },
)
