import { describe, expect, test } from 'bun:test'
import { EventStreamCodec, Int64 } from '@smithy/eventstream-codec'
import * as fc from 'fast-check'
import { GatewayError } from '../core/errors.ts'
import {
  createEventStreamSplitter,
  decodeEventMessage,
  encodeEvent,
  encodeEventMessage,
  encodeException,
} from './event-stream.ts'
import type { EventHeader } from './event-stream-headers.ts'

const oracle = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString()),
  (text) => Buffer.from(text),
)

type MessageHeaders = Parameters<typeof oracle.encode>[0]['headers']

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const anyHeader: fc.Arbitrary<EventHeader> = fc.oneof(
  fc.record({ type: fc.constant('boolean' as const), value: fc.boolean() }),
  fc.record({ type: fc.constant('byte' as const), value: fc.integer({ min: -128, max: 127 }) }),
  fc.record({
    type: fc.constant('short' as const),
    value: fc.integer({ min: -32_768, max: 32_767 }),
  }),
  fc.record({ type: fc.constant('integer' as const), value: fc.integer() }),
  fc.record({ type: fc.constant('long' as const), value: long }),
  fc.record({ type: fc.constant('binary' as const), value: fc.uint8Array({ maxLength: 99 }) }),
  fc.record({ type: fc.constant('string' as const), value: fc.string({ unit: 'grapheme' }) }),
  // The oracle keeps dates: whole milliseconds a date can hold.
  fc.record({
    type: fc.constant('timestamp' as const),
    value: fc.bigInt({ min: 0n, max: 8_640_000_000_000n }),
  }),
  fc.record({ type: fc.constant('uuid' as const), value: fc.uuid() }),
)
const name = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => text !== '__proto__')
const anyMessage = fc.record({
  headers: fc.dictionary(name, anyHeader, { maxKeys: 6, noNullPrototype: true }),
  payload: fc.uint8Array({ maxLength: 300 }),
})

function toOracle(headers: Readonly<Record<string, EventHeader>>): MessageHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([key, header]) => {
      if (header.type === 'long') {
        const bytes = Buffer.alloc(8)
        bytes.writeBigInt64BE(header.value)
        return [key, { type: 'long', value: new Int64(new Uint8Array(bytes)) }]
      }
      if (header.type === 'timestamp') {
        return [key, { type: 'timestamp', value: new Date(Number(header.value)) }]
      }
      return [key, header]
    }),
  )
}

function splitAt(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  let at = 0
  for (let index = 0; at < bytes.length; index++) {
    const size = sizes.length === 0 ? bytes.length : Math.max(1, sizes[index % sizes.length] ?? 1)
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return pieces
}

function refusal(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error instanceof GatewayError ? error.code : error
  }
  return undefined
}

describe('messages', () => {
  test('are encoded byte for byte as the official codec does', () => {
    fc.assert(
      fc.property(anyMessage, ({ headers, payload }) => {
        const expected = oracle.encode({ headers: toOracle(headers), body: payload })
        expect(encodeEventMessage(headers, payload).equals(Buffer.from(expected))).toBeTrue()
      }),
    )
  })

  test('of the official codec are decoded to what they were', () => {
    fc.assert(
      fc.property(anyMessage, ({ headers, payload }) => {
        const wire = oracle.encode({ headers: toOracle(headers), body: payload })
        const message = decodeEventMessage(wire)
        expect(Buffer.from(message.payload).equals(payload)).toBeTrue()
        expect(message.headers.size).toBe(Object.keys(headers).length)
        for (const [key, header] of Object.entries(headers)) {
          const found = message.headers.get(key)
          if (header.type === 'binary' && found?.type === 'binary') {
            expect(Buffer.from(found.value).equals(header.value)).toBeTrue()
          } else expect(found).toEqual(header)
        }
      }),
    )
  })

  test('with any byte altered are refused', () => {
    fc.assert(
      fc.property(anyMessage, fc.nat(), fc.integer({ min: 1, max: 255 }), (message, at, change) => {
        const wire = encodeEventMessage(message.headers, message.payload)
        const index = at % wire.length
        wire[index] = (wire[index] ?? 0) ^ change
        expect(refusal(() => decodeEventMessage(wire))).toBe('provider_bad_answer')
      }),
    )
  })

  test('of any bytes, even with right checksums, never throw anything else', () => {
    const withChecksums = fc.uint8Array({ minLength: 0, maxLength: 60 }).map((block) => {
      // A valid message whose header block is arbitrary: the payload is declared to be headers.
      const wire = encodeEventMessage({}, block)
      wire.writeUInt32BE(block.length, 4)
      return reseal(wire)
    })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), withChecksums), (bytes) => {
        const thrown = refusal(() => decodeEventMessage(bytes)) ?? 'provider_bad_answer'
        expect(thrown).toBe('provider_bad_answer')
      }),
    )
  })
})

function reseal(wire: Buffer): Buffer {
  wire.writeUInt32BE(Bun.hash.crc32(wire.subarray(0, 8)), 8)
  wire.writeUInt32BE(Bun.hash.crc32(wire.subarray(0, wire.length - 4)), wire.length - 4)
  return wire
}

describe('the splitter', () => {
  const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 8 })

  test('finds the same frames however the bytes were split, and loses none of them', () => {
    fc.assert(
      fc.property(texts, fc.array(fc.nat({ max: 70 })), (payloads, sizes) => {
        const wire = Buffer.concat(payloads.map((text) => encodeEvent('chunk', { text })))
        const splitter = createEventStreamSplitter({ maxFrameBytes: 10_000 })
        const frames = splitAt(wire, sizes).flatMap((piece) => splitter.push(piece))
        expect(Buffer.concat(frames.map((frame) => frame.bytes)).equals(wire)).toBeTrue()
        expect(frames.map((frame) => frame.event)).toEqual(payloads.map(() => 'chunk'))
        expect(frames.map((frame) => JSON.parse(frame.data ?? ''))).toEqual(
          payloads.map((text) => ({ text })),
        )
        expect(splitter.rest().byteLength).toBe(0)
        expect(splitter.flush()).toBeUndefined()
      }),
    )
  })

  test('keeps the frames before a damaged one and refuses that one', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.nat({ max: 40 })), (at, sizes) => {
        const good = encodeEvent('chunk', { text: 'good' })
        const bad = encodeEvent('chunk', { text: 'bad' })
        bad[at % bad.length] = (bad[at % bad.length] ?? 0) ^ 0x55
        const splitter = createEventStreamSplitter({ maxFrameBytes: 10_000 })
        const pieces = splitAt(Buffer.concat([good, bad, good]), sizes)
        const frames = pieces.flatMap((piece) => splitter.push(piece))
        expect(frames[0]?.data).toBe('{"text":"good"}')
        const last = frames[1]
        expect(last).toBeDefined()
        expect(refusal(() => last?.event)).toBe('provider_bad_answer')
        expect(refusal(() => last?.data)).toBe('provider_bad_answer')
      }),
    )
  })

  test('refuses a frame that is longer than allowed as soon as it says so', () => {
    const splitter = createEventStreamSplitter({ maxFrameBytes: 200 })
    const wire = encodeEvent('chunk', { text: 'x'.repeat(300) })
    expect(splitter.push(wire.subarray(0, 11))).toEqual([])
    const [frame] = splitter.push(wire.subarray(11, 12))
    expect(refusal(() => frame?.event)).toBe('provider_bad_answer')
    expect(splitter.push(wire.subarray(12))).toEqual([])
    const [whole] = createEventStreamSplitter({ maxFrameBytes: 200 }).push(wire)
    expect(refusal(() => whole?.event)).toBe('provider_bad_answer')
  })

  test('names exceptions, those nobody modelled too', () => {
    const unmodelled = encodeEventMessage(
      {
        ':message-type': { type: 'string', value: 'error' },
        ':error-code': { type: 'string', value: 'InternalFailure' },
        ':error-message': { type: 'string', value: 'It broke.' },
      },
      '',
    )
    const splitter = createEventStreamSplitter({ maxFrameBytes: 1000 })
    const frames = splitter.push(
      Buffer.concat([encodeException('throttlingException', { message: 'slow down' }), unmodelled]),
    )
    expect(frames.map(({ event, data }) => [event, data])).toEqual([
      ['exception:throttlingException', '{"message":"slow down"}'],
      ['exception:InternalFailure', '{"message":"It broke."}'],
    ])
  })

  test('stays linear when a long message drips in', () => {
    const wire = encodeEvent('chunk', { text: 'x'.repeat(2_000_000) })
    const splitter = createEventStreamSplitter({ maxFrameBytes: 4_000_000 })
    const startedAt = performance.now()
    let frames = 0
    for (let at = 0; at < wire.length; at += 100) {
      frames += splitter.push(wire.subarray(at, at + 100)).length
      splitter.rest()
    }
    expect(frames).toBe(1)
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })
})
