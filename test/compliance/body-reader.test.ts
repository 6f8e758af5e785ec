import { expect, test } from 'bun:test'
import { makeCall, makeQuestion } from '../support/question.ts'
import { createBodyReader } from '../../src/body-reader.ts'
import { newReport } from '../../src/core/call.ts'
import type { Operation } from '../../src/core/record.ts'
import { openAiChat } from '../../src/formats/index.ts'

test('an answer in words is read, whatever type its provider says it has', () => {
  const reader = createBodyReader({
    clientFormats: new Map([[openAiChat.name, openAiChat]]),
    maxFrameBytes: 1000,
  })
  const kindOf = (operation: Operation, type: string) => {
    const call = makeCall({ operation })
    return reader.streamKind(makeQuestion({ call, stream: true }), {
      status: 200,
      headers: { 'content-type': type },
      body: '',
      cache: 'miss',
      warnings: [],
      report: newReport(),
    })
  }
  expect(kindOf('chat', 'audio/mpeg')).toBe('whole')
  expect(kindOf('chat', 'text/event-stream')).toBe('frames')
  expect(kindOf('audio', 'audio/mpeg')).toBe('media')
  expect(kindOf('images', 'image/png')).toBe('media')
})
