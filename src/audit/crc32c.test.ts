import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createCrc32c } from './crc32c.ts'

const crc32c = createCrc32c()

test('the vectors of RFC 3720 §B.4 come out right', () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, index) => index)
  const vectors: [Uint8Array, number][] = [
    [Buffer.from('123456789'), 0xe3069283],
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [ascending, 0x46dd794e],
    [ascending.toReversed(), 0x113fdb5c],
    [new Uint8Array(0), 0],
  ]
  for (const [bytes, expected] of vectors) {
    expect(crc32c(bytes, 0, bytes.byteLength)).toBe(expected)
  }
})

test('any part of any bytes has the checksum of the bit-by-bit definition', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), fc.nat(100), (bytes, a, b) => {
      const from = Math.min(a, b, bytes.byteLength)
      const to = Math.min(Math.max(a, b), bytes.byteLength)
      expect(crc32c(bytes, from, to)).toBe(bitByBit(bytes.subarray(from, to)))
    }),
  )
})

function bitByBit(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}
