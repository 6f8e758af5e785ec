import { describe, expect, test } from 'bun:test'
import type { JsonObject } from '../../src/core/json.ts'
import {
  anthropicMessages,
  bedrockConverse,
  cohereChat,
  gemini,
  openAiChat,
  openAiResponses,
} from '../../src/formats/index.ts'
import { readPromptFacts } from '../../src/routing/lanes/prompt-facts.ts'
import type { PromptFacts } from '../../src/routing/lanes/prompt-facts.ts'

const picture =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const tools = ['a', 'b', 'c'].map((name) => ({
  type: 'function',
  function: { name, description: 'Does it.', parameters: { type: 'object', properties: {} } },
}))
const call = { id: 'call_1', type: 'function', function: { name: 'a', arguments: '{}' } }

/** A conversation with something of everything, as an OpenAI client sends it. */
const request: JsonObject = {
  model: 'claude-sonnet-4-5',
  max_completion_tokens: 20_000,
  reasoning_effort: 'high',
  tools,
  messages: [
    { role: 'system', content: 'You help.' },
    { role: 'user', content: 'What is in this file?' },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'call_1', content: 'if (a) { b(); }' },
    { role: 'assistant', content: 'Something.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Do this:\n- one\n- two\n```\nx = f(y)\n```\n' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } },
      ],
    },
  ],
}

function factsOf(body: JsonObject): PromptFacts {
  return readPromptFacts(body, Buffer.byteLength(JSON.stringify(body)))
}

const neutral = openAiChat.readRequest(request)
const formats = {
  openAiChat,
  openAiResponses,
  anthropicMessages,
  bedrockConverse,
  gemini,
  cohereChat,
} as const

describe('the same conversation', () => {
  test.each(Object.entries(formats))('shows the same in %s', (name, format) => {
    const facts = factsOf(format.writeRequest(neutral, () => undefined))
    expect(facts).toMatchObject({
      tools: 3,
      toolResults: 1,
      attachments: 1,
      troubles: 0,
      userTurns: 2,
      items: 2,
      codePieces: 1,
      maxOutputTokens: 20_000,
    })
    // Efforts are words in some formats and budgets in others.
    if (name !== 'cohereChat') expect(facts.effort).toBeGreaterThan(0.5)
    expect(facts.turnTokens).toBeWithin(8, 20)
    expect(facts.promptTokens).toBeLessThan(400)
  })
})

describe('a failed tool', () => {
  const bodies: Readonly<Record<string, JsonObject>> = {
    anthropic: {
      messages: [
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 't', is_error: true, content: 'no' }],
        },
      ],
    },
    bedrock: {
      messages: [
        {
          role: 'user',
          content: [{ toolResult: { toolUseId: 't', status: 'error', content: [{ text: 'no' }] } }],
        },
      ],
    },
    gemini: {
      contents: [
        { role: 'user', parts: [{ functionResponse: { name: 'a', response: { error: 'no' } } }] },
      ],
    },
    openai: { messages: [{ role: 'tool', tool_call_id: 't', content: '{"error": "no"}' }] },
    responses: {
      input: [{ type: 'function_call_output', call_id: 't', output: '{"error":{"code":1}}' }],
    },
  }
  test.each(Object.entries(bodies))('is trouble in %s', (_, body) => {
    expect(factsOf(body)).toMatchObject({ toolResults: 1, troubles: 1, userTurns: 0 })
  })

  test('is none when it says that there was no error', () => {
    const content = '{"error": null, "result": 3}'
    expect(factsOf({ messages: [{ role: 'tool', content }] })).toMatchObject({ troubles: 0 })
  })
})

describe('a refusal and a question asked again', () => {
  test('are trouble', () => {
    const question = { role: 'user', content: 'Why?' }
    const refusals: readonly JsonObject[] = [
      { role: 'assistant', content: null, refusal: 'No.' },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
    ]
    for (const refusal of refusals) {
      const messages = [{ role: 'user', content: 'How?' }, refusal, question]
      expect(factsOf({ messages })).toMatchObject({ troubles: 1 })
    }
    const messages = [question, { role: 'assistant', content: 'So.' }, question]
    expect(factsOf({ messages })).toMatchObject({ troubles: 1, userTurns: 2 })
  })
})

describe('the form of the answer', () => {
  test.each([
    [{ response_format: { type: 'json_object' } }, 1],
    [{ response_format: { type: 'json_schema', json_schema: {} } }, 2],
    [{ text: { format: { type: 'json_schema' } } }, 2],
    [{ output_config: { format: { type: 'json_schema' } } }, 2],
    [{ generationConfig: { responseMimeType: 'application/json' } }, 1],
    [{ generationConfig: { responseSchema: {} } }, 2],
    [{ format: 'json' }, 1],
    [{ format: { type: 'object' } }, 2],
    [{ response_format: { type: 'text' } }, 0],
    [{}, 0],
  ] as const)('is seen: %j', (body, structuredOutput) => {
    expect(factsOf({ ...body })).toMatchObject({ structuredOutput })
  })

  test('tools that may not be used count for nothing', () => {
    expect(factsOf({ tools, tool_choice: 'none' })).toMatchObject({ tools: 0 })
    expect(factsOf({ tools, tool_choice: { type: 'none' } })).toMatchObject({ tools: 0 })
  })
})

describe('what is large', () => {
  const text = 'The committee met on Monday. '.repeat(50_000)
  const bodies: Readonly<Record<string, JsonObject>> = {
    'one text': { messages: [{ role: 'user', content: text }] },
    turns: {
      messages: Array.from({ length: 10_000 }, (_, index) => ({
        role: index % 2 === 0 ? 'user' : 'assistant',
        content: 'Hello there. '.repeat(20),
      })),
    },
    parts: {
      messages: [
        {
          role: 'user',
          content: Array.from({ length: 50_000 }, () => ({ type: 'text', text: 'a b' })),
        },
      ],
    },
    tools: { messages: [], tools: Array.from({ length: 50_000 }, () => ({ type: 'function' })) },
    results: {
      messages: Array.from({ length: 5000 }, () => ({
        role: 'tool',
        content: Array.from({ length: 50 }, () => ({ type: 'image', source: {} })),
      })),
    },
  }
  test.each(Object.entries(bodies))('takes no longer for that: %s', (_, body) => {
    const bytes = 1_000_000
    for (let warm = 0; warm < 200; warm++) readPromptFacts(body, bytes)
    const startedAt = performance.now()
    for (let run = 0; run < 20; run++) readPromptFacts(body, bytes)
    // Some 10 µs each; the bound is for busy machines, and far below what reading all of it takes.
    expect((performance.now() - startedAt) / 20).toBeLessThan(2)
  })
})
