import { expect, test } from 'bun:test'
import { GatewayError } from '../core/errors.ts'
import { openAiChat } from '../formats/index.ts'
import { Continuity } from './continue.ts'

test('a stream too long to be gone on with is not held', () => {
  const writer = openAiChat.openStreamWriter({ includeUsage: false, createdAt: 1 })
  const continuity = new Continuity(writer, undefined)
  const error = new GatewayError('provider_stream_cut')
  const usage = { inputTokens: 1, outputTokens: 1, estimated: false }
  const broken = () => continuity.broken(error, usage)
  continuity.see({ type: 'text-start', index: 0 })
  continuity.see({ type: 'text-delta', index: 0, text: 'x'.repeat(2_000_000) })
  expect(broken()?.saidLength).toBe(2_000_000)
  for (let piece = 0; piece < 10; piece++) {
    continuity.see({ type: 'text-delta', index: 0, text: 'x'.repeat(1000) })
  }
  expect(broken()).toBeUndefined()
})
