import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createFrameCodec, frameOverheadBytes, frameSequence } from './frame.ts'
import { UnsyncedFrames } from './unsynced-frames.ts'

const codec = createFrameCodec()
const records = fc.array(fc.record({ text: fc.string({ unit: 'binary' }), sequence: fc.nat() }), {
  minLength: 1,
  maxLength: 20,
})

test('any texts come back from their frames, with their sequence numbers', () => {
  fc.assert(
    fc.property(records, (entries) => {
      const buffer = frames(entries.map(json))
      let at = 0
      for (const entry of entries) {
        const frame = codec.check(buffer, at, buffer.byteLength)
        if (frame.type !== 'frame') throw new Error(`no frame at ${at}`)
        expect(frame.unsyncedBytes).toBe(at)
        expect(frameSequence(buffer, at, frame.frameBytes)).toBe(entry.sequence)
        const text = buffer.toString('utf8', at + frameOverheadBytes, at + frame.frameBytes)
        expect(text).toBe(json(entry))
        at += frame.frameBytes
      }
      expect(codec.check(buffer, at, buffer.byteLength).type).toBe('end')
    }),
  )
})

test('a frame with any bit flipped, or cut anywhere, is not intact', () => {
  const intact = frames(['{"sequence":7,"at":1,"type":"lifecycle"}'])
  for (let bit = 0; bit < intact.byteLength * 8; bit++) {
    const damaged = Buffer.from(intact)
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(codec.check(damaged, 0, damaged.byteLength).type).not.toBe('frame')
  }
  for (let length = 0; length < intact.byteLength; length++) {
    expect(codec.check(intact, 0, length).type).not.toBe('frame')
  }
})

test('frames stay whole and in order while the oldest are forgotten', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3000), { maxLength: 60 }), (sizes) => {
      const unsynced = new UnsyncedFrames(codec)
      const kept: string[] = []
      sizes.forEach((size, index) => {
        const text = `{"sequence":${index},"text":"${'é'.repeat(size)}"}`
        unsynced.add(text)
        kept.push(text)
        if (index % 3 !== 2) return
        unsynced.drop(frameOverheadBytes + Buffer.byteLength(kept.shift() ?? ''))
      })
      const bytes = Buffer.from(unsynced.bytesFrom(0))
      let at = 0
      for (const text of kept) {
        const frame = codec.check(bytes, at, bytes.byteLength)
        if (frame.type !== 'frame') throw new Error(`no frame at ${at}`)
        expect(bytes.toString('utf8', at + frameOverheadBytes, at + frame.frameBytes)).toBe(text)
        at += frame.frameBytes
      }
      expect(at).toBe(unsynced.byteLength)
    }),
  )
})

test('a text that does not begin like a record of ours has no sequence number', () => {
  for (const text of ['{"sequence":}', '{"at":1}', '{}']) {
    const buffer = frames([text])
    expect(frameSequence(buffer, 0, buffer.byteLength)).toBeNaN()
  }
})

function frames(texts: readonly string[]): Buffer {
  const unsynced = new UnsyncedFrames(codec)
  for (const text of texts) unsynced.add(text)
  return Buffer.from(unsynced.bytesFrom(0))
}

function json(entry: { readonly sequence: number; readonly text: string }): string {
  return JSON.stringify({ sequence: entry.sequence, at: 1, text: entry.text.toWellFormed() })
}
