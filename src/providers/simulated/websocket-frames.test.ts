import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createFrameSplitter, WebSocketError, writeFrame } from './websocket-frames.ts'

/** Masks a server's frame, as clients have to (RFC 6455 §5.3). */
function masked(frame: Uint8Array, mask: Uint8Array): Uint8Array {
  const short = (frame[1] ?? 0) & 0x7f
  const headLength = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0)
  const head = frame.slice(0, headLength)
  head[1] = (head[1] ?? 0) | 0x80
  const payload = frame.slice(headLength).map((byte, index) => byte ^ (mask[index & 3] ?? 0))
  return Buffer.concat([head, mask, payload])
}

const mask = fc.uint8Array({ minLength: 4, maxLength: 4 })
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.integer({ min: 120, max: 70_000 }).map((length) => new Uint8Array(length).fill(length)),
)

describe('frames', () => {
  test('are the same for any split of their bytes', () => {
    const frames = fc.array(fc.tuple(fc.constantFrom(1, 2, 9), payload, mask), { maxLength: 4 })
    fc.assert(
      fc.property(frames, fc.infiniteStream(fc.integer({ min: 1, max: 5_000 })), (sent, sizes) => {
        const bytes = Buffer.concat(
          sent.map(([opcode, content, key]) => masked(writeFrame(opcode, content), key)),
        )
        const split = createFrameSplitter(100_000)
        const read = []
        for (let at = 0; at < bytes.length;) {
          const { value: size = 1 } = sizes.next()
          read.push(...split(bytes.subarray(at, at + size)))
          at += size
        }
        expect(read.map(({ opcode, payload: content }) => [opcode, [...content]])).toEqual(
          sent.map(([opcode, content]) => [opcode, [...content]]),
        )
      }),
      { numRuns: 60 },
    )
  })

  test('that break the rules are refused, whatever else the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          createFrameSplitter(1_000)(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(WebSocketError)
        }
      }),
    )
    expect(() => createFrameSplitter(10)(writeFrame(1, new Uint8Array(3)))).toThrow('not masked')
    const large = masked(writeFrame(1, new Uint8Array(11)), new Uint8Array(4))
    expect(() => createFrameSplitter(10)(large)).toThrow('too large')
  })
})
