import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'bun:test'
import { asArray, asObject, asString, isObject, type JsonObject } from '../../core/json.ts'
import { createSseSplitter, formatSse } from '../sse.ts'
import { openAiChat } from './index.ts'

// Recorded traffic of real providers; it lies beside the project and may be absent.
const folder = join(import.meta.dir, '../../../../shared/data/wire')
const chatFormats =
  'alibaba azure-openai deepseek groq mistral moonshotai openai-compatible perplexity xai'.split(
    ' ',
  )

function records(file: string): JsonObject[] {
  const path = join(folder, file)
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.flatMap((line) => {
    const record: unknown = line === '' ? undefined : JSON.parse(line)
    return isObject(record) ? [record] : []
  })
}

function replay(text: string): void {
  const reader = openAiChat.openStreamReader()
  const observer = openAiChat.openStreamObserver({ withholdUsage: true })
  const splitter = createSseSplitter({ maxFrameBytes: 1 << 20 })
  const found = splitter.push(Buffer.from(text))
  const last = splitter.flush()
  const verdicts: string[] = []
  const events: string[] = []
  for (const frame of last === undefined ? found : [...found, last]) {
    verdicts.push(observer.observe(frame).type)
    events.push(...reader.read(frame).map((event) => event.type))
  }
  expect(events[0]).toBe('answer-start')
  expect(events.slice(-2)).toEqual(['answer-end', 'done'])
  expect(verdicts.at(-1)).toBe('end')
  expect(observer.outputLength()).toBeGreaterThan(0)
}

function isChatChunk(chunk: unknown): boolean {
  return Array.isArray(asObject(chunk)?.['choices'])
}

describe('recorded answers', () => {
  const recorded = records('fixtures.jsonl').filter((each) =>
    chatFormats.includes(asString(each['api']) ?? ''),
  )
  for (const record of recorded) {
    const chunks = asArray(record['chunks'])
    const body = asObject(record['body'])
    const name = asString(record['name']) ?? ''
    if (isChatChunk(chunks[0])) {
      const frames = chunks.map((chunk) => formatSse({ data: JSON.stringify(chunk) }))
      test(`${name}: the stream is read`, () => replay([...frames, 'data: [DONE]\n\n'].join('')))
    }
    if (typeof record['text'] === 'string') {
      const text = record['text']
      test(`${name}: the stream is read`, () => replay(text))
    }
    if (body !== undefined && isChatChunk(body)) {
      test(`${name}: the answer is read`, () => {
        const answer = openAiChat.readAnswer(body)
        expect(answer.content.length).toBeGreaterThan(0)
        expect(answer.stopReason).not.toBe('other')
        expect(answer.usage?.inputTokens).toBeGreaterThan(0)
      })
    }
  }
})

describe('recorded exchanges', () => {
  const exchanges = records('cassettes.jsonl')
    .flatMap((record) => asArray(record['exchanges']))
    .flatMap((exchange): JsonObject[] => (isObject(exchange) ? [exchange] : []))
    .filter((exchange) => asString(exchange['uri'])?.includes('/chat/completions'))
  exchanges.forEach((exchange, index) => {
    test(`${index}: ${asString(exchange['uri'])} is understood`, () => {
      const request = openAiChat.readRequest(asObject(exchange['request']) ?? {})
      openAiChat.writeRequest(request, () => undefined)
      const stream = asString(exchange['response_text'])
      const response = asObject(exchange['response']) ?? {}
      if (stream !== undefined) replay(stream)
      else if (exchange['status'] === 200) {
        expect(openAiChat.readAnswer(response).stopReason).not.toBe('other')
      } else {
        const fault = openAiChat.readError(Number(exchange['status']), JSON.stringify(response))
        expect(fault.message).not.toStartWith('The provider answered')
      }
    })
  })
})
