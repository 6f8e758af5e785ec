import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../../core/errors.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { Warning } from '../format.ts'
import type { NeutralAnswer, NeutralEvent, NeutralRequest } from '../neutral.ts'
import { createSseSplitter } from '../sse.ts'
import { openAiCompletions } from './index.ts'

const usage = { inputTokens: 3, outputTokens: 2, cacheReadTokens: 0, reasoningTokens: 0 }
const request: NeutralRequest = {
  model: 'gpt-3.5-turbo-instruct',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Once upon' }] }],
  stream: true,
  streamUsage: true,
  maxOutputTokens: 20,
  temperature: 0.5,
  stopSequences: ['\n'],
  userId: 'ana',
  inexpressible: [],
}

function paramOf(body: JsonObject): string | undefined {
  try {
    openAiCompletions.readRequest(body)
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'invalid_request') return error.param
    throw error
  }
  throw new Error('the request was accepted')
}

function collect(): { warnings: Warning[]; warn: (warning: Warning) => void } {
  const warnings: Warning[] = []
  return { warnings, warn: (warning) => warnings.push(warning) }
}

describe('a completions request', () => {
  test('is read as a chat with one user message, and written back', () => {
    const body = {
      model: 'gpt-3.5-turbo-instruct',
      prompt: ['Once upon'],
      max_tokens: 20,
      temperature: 0.5,
      stop: '\n',
      user: 'ana',
      stream: true,
      stream_options: { include_usage: true },
      n: 1,
      echo: false,
    }
    expect(openAiCompletions.readRequest(body)).toEqual(request)
    const { warnings, warn } = collect()
    const written: unknown = JSON.parse(
      JSON.stringify(openAiCompletions.writeRequest(request, warn)),
    )
    if (!isObject(written)) throw new Error('a request is an object')
    expect(written['prompt']).toBe('Once upon')
    expect(openAiCompletions.readRequest(written)).toEqual(request)
    expect(warnings).toEqual([])
  })

  test('reports what a chat cannot do', () => {
    const body = { model: 'm', prompt: 'a', suffix: 'b', echo: true, best_of: 3, logprobs: 2, n: 2 }
    const lost = ['n', 'suffix', 'echo', 'best_of', 'logprobs']
    expect(openAiCompletions.readRequest(body).inexpressible).toEqual(lost)
  })

  test.each([
    ['no prompt', undefined],
    ['several prompts', ['a', 'b']],
    ['token numbers', [1, 2]],
    ['arrays of token numbers', [[1, 2]]],
    ['an object', {}],
  ])('with %s is refused', (_, prompt) => {
    expect(paramOf({ model: 'm', prompt })).toBe('prompt')
  })

  test('writes a conversation out as one prompt and says so', () => {
    const { warnings, warn } = collect()
    const messages = [
      { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
      ...request.messages,
    ] as const
    const body = openAiCompletions.writeRequest(
      { ...request, messages, tools: [{ name: 'f' }] },
      warn,
    )
    expect(body['prompt']).toBe('System: Be brief.\n\nUser: Once upon\n\nAssistant:')
    expect(warnings.map((warning) => warning.field)).toEqual(['tools', 'messages'])
  })

  test('never throws anything but an invalid request', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (fields, prompt) => {
        const body: unknown = JSON.parse(JSON.stringify({ model: 'm', ...fields, prompt }))
        if (!isObject(body)) return
        try {
          openAiCompletions.readRequest(body)
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError)
        }
      }),
    )
  })
})

describe('a completions answer', () => {
  const answer: NeutralAnswer = {
    id: 'cmpl-1',
    model: 'm',
    createdAt: 5,
    content: [{ type: 'text', text: ' a time' }],
    stopReason: 'max-tokens',
    usage,
  }

  test('keeps its meaning in a round trip', () => {
    const { warnings, warn } = collect()
    const body: unknown = JSON.parse(JSON.stringify(openAiCompletions.writeAnswer(answer, warn)))
    if (!isObject(body)) throw new Error('an answer is an object')
    expect(body['object']).toBe('text_completion')
    expect(openAiCompletions.readAnswer(body)).toEqual(answer)
    expect(openAiCompletions.readUsage(body)).toEqual(usage)
    expect(warnings).toEqual([])
  })

  test('reports parts that are not text, and does not claim tool calls', () => {
    const { warnings, warn } = collect()
    const call = { type: 'tool-call', id: 'c', name: 'f', arguments: '{}' } as const
    const body = openAiCompletions.writeAnswer(
      { ...answer, content: [call], stopReason: 'tool-calls' },
      warn,
    )
    expect(body).toHaveProperty('choices.0.finish_reason', 'stop')
    expect(warnings).toEqual([{ type: 'dropped', field: 'content[0]' }])
  })

  test('without text is refused', () => {
    expect(() => openAiCompletions.readAnswer({ choices: [{ message: {} }] })).toThrow(GatewayError)
  })

  test('keeps a stream as it was', () => {
    const before: NeutralEvent[] = [
      { type: 'answer-start', id: 'cmpl-1', model: 'm', createdAt: 5 },
      { type: 'text-start', index: 0 },
      { type: 'text-delta', index: 0, text: ' a' },
      { type: 'text-delta', index: 0, text: ' time' },
      { type: 'text-end', index: 0 },
      { type: 'answer-end', stopReason: 'stop-sequence', stopSequence: '\n', usage },
      { type: 'done' },
    ]
    const writer = openAiCompletions.openStreamWriter({ includeUsage: true, createdAt: 1 })
    const text = before.map((event) => writer.write(event)).join('')
    const reader = openAiCompletions.openStreamReader()
    const observer = openAiCompletions.openStreamObserver({ withholdUsage: true })
    const frames = createSseSplitter({ maxFrameBytes: 9999 }).push(Buffer.from(text))
    expect(frames.flatMap((frame) => reader.read(frame))).toEqual(before)
    expect(frames.map((frame) => observer.observe(frame).type).slice(-2)).toEqual([
      'withhold',
      'end',
    ])
    expect(observer.usage()).toEqual(usage)
    expect(observer.outputLength()).toBe(7)
  })
})
