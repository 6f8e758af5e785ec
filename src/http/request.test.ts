import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../core/errors.ts'
import { checkHeaders, isForm, leavesLargeBody, splitUrl } from './request.ts'

function codeOf(run: () => void): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error)
  }
}

describe('a URL', () => {
  for (const [url, path, query] of [
    ['http://h/v1/models', '/v1/models', ''],
    ['http://h:7775/v1/files?after=a%2Fb&x=/?', '/v1/files', '?after=a%2Fb&x=/?'],
    ['https://[::1]:1/', '/', ''],
    ['http://h', '/', ''],
    ['http://h/?', '/', '?'],
    ['http://h//v1//x', '//v1//x', ''],
    // What the runtime gives where the host is none.
    ['/x/v1/models?a=b', '/x/v1/models', '?a=b'],
  ] as const) {
    test(`${url} is split as it is, nothing decoded`, () => {
      expect(splitUrl(url)).toEqual({ path, query })
    })
  }
})

describe('headers', () => {
  test('that must be given once are refused when they came twice', () => {
    for (const name of ['host', 'content-length', 'content-type', 'transfer-encoding']) {
      const headers = new Headers([
        [name, '1'],
        [name, '1'],
      ])
      expect(codeOf(() => checkHeaders(headers, 16_384))).toBe('invalid_request')
    }
    const others = new Headers([
      ['accept', 'a'],
      ['accept', 'b'],
      ['x-forwarded-for', '1, 2'],
    ])
    expect(codeOf(() => checkHeaders(others, 16_384))).toBeUndefined()
  })

  test('are counted as they stand on the wire, up to the configured size', () => {
    // `a: ` and CR LF make 5 bytes, the name and the value the rest.
    const headers = new Headers({ a: 'x'.repeat(95) })
    expect(codeOf(() => checkHeaders(headers, 100))).toBeUndefined()
    expect(codeOf(() => checkHeaders(headers, 99))).toBe('headers_too_large')
  })
})

describe('a form', () => {
  test('is one only at endpoints that take files', () => {
    const headers = new Headers({ 'content-type': 'Multipart/Form-Data; boundary=x' })
    for (const operation of ['audio', 'images', 'files'] as const) {
      expect(isForm(headers, operation)).toBe(true)
    }
    for (const operation of ['chat', 'embeddings', 'batches', 'moderations'] as const) {
      expect(isForm(headers, operation)).toBe(false)
    }
    expect(isForm(new Headers({ 'content-type': 'multipart/mixed' }), 'audio')).toBe(false)
    expect(isForm(new Headers(), 'audio')).toBe(false)
  })
})

describe('a body that nobody read', () => {
  const asking = (headers: Record<string, string>): Request =>
    new Request('http://h/', { method: 'POST', headers, body: 'x' })

  test('is worth a new connection when it is long or of unknown length', async () => {
    expect(leavesLargeBody(asking({ 'content-length': '65536' }))).toBe(false)
    expect(leavesLargeBody(asking({ 'content-length': '65537' }))).toBe(true)
    expect(leavesLargeBody(asking({ 'transfer-encoding': 'chunked' }))).toBe(true)
    expect(leavesLargeBody(new Request('http://h/'))).toBe(false)
    const read = asking({ 'content-length': '65537' })
    await read.text()
    expect(leavesLargeBody(read)).toBe(false)
  })
})
