import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createUnwrappingSplitter } from './bedrock-invoke/chunks.ts'
import { createEventStreamSplitter, encodeEvent } from './event-stream.ts'
import { createArraySplitter } from './gemini/array-splitter.ts'
import { createLineSplitter, lineOf } from './ollama-chat/lines.ts'
import { createSseSplitter } from './sse.ts'
import type { SseSplitter } from './sse.ts'

const maxFrameBytes = 10_000_000
const inChunk = (text: string) => ({
  bytes: Buffer.from(JSON.stringify({ text })).toString('base64'),
})

/** Every framing of a provider's stream, and a stream of frames with these texts in it. */
const framings: readonly [
  name: string,
  open: () => SseSplitter,
  write: (texts: readonly string[]) => Uint8Array,
][] = [
  [
    'server-sent events',
    () => createSseSplitter({ maxFrameBytes }),
    (texts) => Buffer.from(texts.map((text) => `data: ${JSON.stringify({ text })}\n\n`).join('')),
  ],
  [
    'lines',
    () => createLineSplitter({ maxFrameBytes }),
    (texts) => Buffer.from(texts.map((text) => lineOf({ text })).join('')),
  ],
  [
    'an array',
    () => createArraySplitter({ maxFrameBytes }),
    (texts) => Buffer.from(`[${texts.map((text) => JSON.stringify({ text })).join(',\n')}]`),
  ],
  [
    'an event stream',
    () => createEventStreamSplitter({ maxFrameBytes }),
    (texts) => Buffer.concat(texts.map((text) => encodeEvent('delta', { text }))),
  ],
  [
    'events in an event stream',
    () => createUnwrappingSplitter({ maxFrameBytes }),
    (texts) => Buffer.concat(texts.map((text) => encodeEvent('chunk', inChunk(text)))),
  ],
]

function* piecesOf(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
}

describe.each(framings)('%s', (_name, open, write) => {
  test('say whether a frame has begun', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { minLength: 1 }),
        fc.integer({ min: 1, max: 50 }),
        (texts, size) => {
          const splitter = open()
          expect(splitter.isBetweenFrames()).toBeTrue()
          for (const piece of piecesOf(write(texts), size)) {
            splitter.push(piece)
            expect(splitter.isBetweenFrames()).toBe(splitter.rest().byteLength === 0)
          }
        },
      ),
      { numRuns: 50 },
    )
  })

  test('cost a long frame that drips in no more than its length', () => {
    const splitter = open()
    const startedAt = performance.now()
    let count = 0
    for (const piece of piecesOf(write(['x'.repeat(4_000_000)]), 64)) {
      splitter.isBetweenFrames()
      count += splitter.push(piece).length
    }
    expect(count).toBeGreaterThan(0)
    expect(performance.now() - startedAt).toBeLessThan(3000)
  })
})
