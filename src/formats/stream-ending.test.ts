import { expect, test } from 'bun:test'
import {
  anthropicMessages,
  geminiArray,
  openAiChat,
  openAiResponses,
  openStreamEnding,
} from './index.ts'
import type { ErrorView } from './index.ts'

const error: ErrorView = {
  status: 403,
  code: 'blocked_by_policy',
  message: 'No.',
  source: 'gateway',
  requestId: 'r-1',
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

test('most dialects end a stream in the same way whatever was sent', () => {
  for (const format of [openAiChat, anthropicMessages]) {
    const ending = openStreamEnding(format)
    ending.see(bytes('data: {}\n\n'))
    expect(ending.write(error)).toEqual(format.writeStreamError(error))
  }
})

test('an array is closed behind its elements, and opened where none were sent', () => {
  const empty = openStreamEnding(geminiArray)
  expect(JSON.parse(String(empty.write(error)))).toMatchObject([{ error: { code: 403 } }])
  const begun = openStreamEnding(geminiArray)
  begun.see(bytes('[{"candidates":[]}\r\n'))
  const whole = JSON.parse(`[{"candidates":[]}\r\n${String(begun.write(error))}`)
  expect(whole).toHaveLength(2)
})

test('an error event of responses has the number behind the last event, not one that a text tells', () => {
  const ending = openStreamEnding(openAiResponses)
  ending.see(bytes('data: {"type":"a","sequence_number":6}\n\n'))
  ending.see(bytes('data: {"sequence_number": 7,"delta":"\\"sequence_number\\":99"}\n\n'))
  const data = /data: (.*)/.exec(String(ending.write(error)))?.[1] ?? ''
  expect(JSON.parse(data)).toMatchObject({ type: 'error', sequence_number: 8 })
})
