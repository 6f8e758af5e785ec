import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { decodeText } from './decode.ts'

const words = fc.string({ unit: 'grapheme' }).filter((text) => !/\0|^\ufeff/.test(text))

describe('a text', () => {
  test('comes back in the encoding it had, with the mark of its byte order', () => {
    const encodings = [
      (text: string) => Buffer.from(text),
      (text: string) => Buffer.from(`\ufeff${text}`),
      (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'),
      (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
    ]
    fc.assert(
      fc.property(fc.constantFrom(...encodings), words, words, (encode, text, other) => {
        const decoded = decodeText(encode(text), false)
        expect(decoded?.text).toBe(text)
        expect(Buffer.from(decoded?.encode(other) ?? '')).toEqual(encode(other))
      }),
    )
  })

  test('of one byte for every sign is one only where it is said to be', () => {
    const bytes = Buffer.from([0x4a, 0x6f, 0x73, 0xe9, 0x20, 0x80, 0x81])
    expect(decodeText(bytes, false)).toBeUndefined()
    const decoded = decodeText(bytes, true)
    expect(decoded?.text).toBe('José €\u0081')
    expect(Buffer.from(decoded?.encode('José €\u0081☂') ?? '')).toEqual(
      Buffer.concat([bytes, Buffer.from('?')]),
    )
  })

  test('has no signs of binary data', () => {
    expect(decodeText(Buffer.from('a\0b'), true)).toBeUndefined()
    expect(decodeText(Buffer.from([0xe9, 0x01]), true)).toBeUndefined()
    expect(decodeText(Buffer.from([0xff, 0xfe, 0x00, 0xd8]), true)).toBeUndefined()
    expect(decodeText(Buffer.from([0xff, 0xfe, 0x41]), true)).toBeUndefined()
  })

  test('gives its very bytes back, whatever they were', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.boolean(), (bytes, isSaidToBe) => {
        const decoded = decodeText(bytes, isSaidToBe)
        if (decoded === undefined) return
        expect(Buffer.from(decoded.encode(decoded.text))).toEqual(Buffer.from(bytes))
      }),
      { numRuns: 1000 },
    )
  })
})
