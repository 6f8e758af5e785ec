import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { IncompleteError, ProtocolError, ResponseParser } from './response-parser.ts'

interface Parsed {
  status: number
  headers: Record<string, string>
  body: string
  keepsAlive: boolean | undefined
}

function parse(pieces: readonly Buffer[], options: { readonly close?: boolean } = {}): Parsed {
  const parsed: Parsed = { status: 0, headers: {}, body: '', keepsAlive: undefined }
  const body: Uint8Array[] = []
  const parser = new ResponseParser(
    {
      onHead({ status, headers }) {
        parsed.status = status
        headers.forEach((value, name) => (parsed.headers[name] = value))
      },
      onData: (bytes) => void body.push(bytes),
      onEnd: (keepsAlive) => (parsed.keepsAlive = keepsAlive),
    },
    1024,
  )
  for (const piece of pieces) parser.push(piece)
  if (options.close === true) parser.close()
  return { ...parsed, body: Buffer.concat(body).toString() }
}

function whole(text: string, options?: { readonly close?: boolean }): Parsed {
  return parse([Buffer.from(text)], options)
}

/** Cuts bytes at any places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...ends].map((start, index) => bytes.subarray(start, [...ends, bytes.length][index]))
}

const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'

describe('a response on the wire', () => {
  test('any body in any chunks, cut anywhere, arrives as it was sent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, unit: 'grapheme' })),
        fc.array(fc.nat()),
        (texts, places) => {
          const chunks = texts.map((text) => {
            const bytes = Buffer.from(text)
            return `${bytes.length.toString(16)};name=value\r\n${text}\r\n`
          })
          const bytes = Buffer.from(`${chunked}${chunks.join('')}0\r\nx-trailer: y\r\n\r\n`)
          const parsed = parse(cut(bytes, places))
          expect(parsed).toMatchObject({ status: 200, body: texts.join(''), keepsAlive: true })
        },
      ),
    )
  })

  test('a body with a length ends there, cut anywhere', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.nat()), (text, places) => {
        const length = Buffer.byteLength(text)
        const bytes = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n${text}`)
        expect(parse(cut(bytes, places))).toMatchObject({ body: text, keepsAlive: true })
      }),
    )
  })

  test('a body without length ends with the connection', () => {
    const parsed = whole('HTTP/1.0 200 OK\r\n\r\nhello', { close: true })
    expect(parsed).toMatchObject({ body: 'hello', keepsAlive: false })
  })

  test('interim responses are skipped', () => {
    const parsed = whole(
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
    )
    expect(parsed).toMatchObject({ status: 204, headers: {}, keepsAlive: true })
  })

  test('a connection is kept unless one side says otherwise', () => {
    const end = 'content-length: 0\r\n\r\n'
    expect(whole(`HTTP/1.1 200 OK\r\n${end}`).keepsAlive).toBe(true)
    expect(whole(`HTTP/1.1 200 OK\r\nConnection: Close\r\n${end}`).keepsAlive).toBe(false)
    expect(whole(`HTTP/1.0 200 OK\r\n${end}`).keepsAlive).toBe(false)
    expect(whole(`HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n${end}`).keepsAlive).toBe(true)
  })

  test.each([
    ['another protocol', 'SSH-2.0-OpenSSH\r\n'],
    ['a status that is none', 'HTTP/1.1 999 Odd\r\n\r\n'],
    ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['two lengths', `HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n`],
    ['lengths that differ', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\n'],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'],
    ['a length in words', 'HTTP/1.1 200 OK\r\ncontent-length: 0x10\r\n\r\n'],
    ['a coding nobody asked for', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n'],
    ['a folded header', 'HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n'],
    ['white space before a colon', 'HTTP/1.1 200 OK\r\ncontent-length : 3\r\n\r\n'],
    ['a header without colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'],
    ['a zero byte in a header', 'HTTP/1.1 200 OK\r\na: b\0c\r\n\r\n'],
    ['a chunk size that is none', `${chunked}zz\r\n`],
    ['a chunk size beyond all reason', `${chunked}fffffffffffffffff\r\n`],
    ['a chunk longer than its size', `${chunked}2\r\nabc\r\n`],
    ['endless headers', `HTTP/1.1 200 OK\r\na: ${'b'.repeat(2000)}`],
    ['an endless chunk line', `${chunked}1;${'x'.repeat(9000)}`],
    ['endless trailers', `${chunked}0\r\n${'a: b\r\n'.repeat(5000)}`],
    ['bytes behind the end', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab'],
  ])('%s is refused', (_what, text) => {
    expect(() => whole(text)).toThrow(ProtocolError)
  })

  test('a connection that ends within a response is told from one that ends after it', () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'
    expect(() => whole(`${head}abc`, { close: true })).toThrow('ended within a response')
    expect(() => whole(head.slice(0, 20), { close: true })).toThrow('ended within a response')
    expect(() => whole(`${chunked}3\r\nabc\r\n`, { close: true })).toThrow(
      'ended within a response',
    )
    expect(whole(`${head}abcde`, { close: true }).body).toBe('abcde')
  })

  test('no bytes whatever bring it to anything but a response or an error of its own', () => {
    const words = ['HTTP/1.1 200 OK\r\n', 'content-length: 3\r\n', 'transfer-encoding: chunked\r\n']
    const piece = fc.oneof(
      fc.constantFrom(...words, '\r\n', '\r\n\r\n', '3\r\n', '0\r\n', 'abc', ':', '\n', '\0'),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(piece), fc.boolean(), (pieces, close) => {
        try {
          parse(
            pieces.map((text) => Buffer.from(text)),
            { close },
          )
        } catch (error) {
          expect(error instanceof ProtocolError || error instanceof IncompleteError).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })
})
