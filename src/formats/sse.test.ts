import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../core/errors.ts'
import { createSseSplitter, formatSse, type SseFrame } from './sse.ts'

const maxFrameBytes = 1 << 20

function split(chunks: readonly Uint8Array[]): { frames: SseFrame[]; rest: Uint8Array } {
  const splitter = createSseSplitter({ maxFrameBytes })
  const frames = chunks.flatMap((chunk) => splitter.push(chunk))
  return { frames, rest: splitter.rest() }
}

function splitText(text: string) {
  return split([Buffer.from(text)])
}

/** What a frame says, in a form that can be compared. */
function plain(frame: SseFrame) {
  return {
    event: frame.event,
    data: frame.data,
    bytes: Buffer.from(frame.bytes).toString('latin1'),
  }
}

function cut(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const places = [...new Set(offsets.map((offset) => offset % (bytes.length + 1)))].sort(
    (a, b) => a - b,
  )
  return [...places, bytes.length].map((end, index) =>
    bytes.slice(index === 0 ? 0 : places[index - 1], end),
  )
}

/** The parser of the standard, written byte by byte without regard to speed. */
function slowMessages(text: string): { event: string; data: string }[] {
  const messages: { event: string; data: string }[] = []
  let event = ''
  let data: string[] = []
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  for (const line of lines.slice(0, -1)) {
    if (line === '') {
      if (data.length > 0) messages.push({ event, data: data.join('\n') })
      event = ''
      data = []
      continue
    }
    const [, name = line, value = ''] = /^([^:]*): ?(.*)$/s.exec(line) ?? []
    if (name === 'data') data.push(value)
    if (name === 'event') event = value
  }
  return messages
}

const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
const line = fc.oneof(
  fc.constantFrom('', ': ping', 'data', 'data:', 'data: [DONE]', 'id: 7', 'retry: 1', 'event: x'),
  fc.string({ unit: 'grapheme' }).map((text) => 'data: ' + text.replaceAll(/[\r\n]/g, '')),
  fc.string().map((text) => text.replaceAll(/[\r\n]/g, '')),
)
const mixedStream = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(line, lineEnd), { maxLength: 30 }), fc.string())
  .map(([mark, lines, rest]) => (mark ? '\uFEFF' : '') + lines.flat().join('') + rest)
const uniformStream = fc
  .tuple(fc.array(line, { maxLength: 30 }), lineEnd)
  .map(([lines, end]) => lines.map((text) => text + end).join(''))
const stream = fc.oneof(mixedStream, uniformStream)
const offsets = fc.array(fc.nat(2000), { maxLength: 12 })

describe('the splitter', () => {
  test('reads event, data and comments', () => {
    const { frames, rest } = splitText(
      ': hello\n\nevent: a\ndata: 1\ndata:2\nid: 9\n\ndata\n\ndata: [DONE]\n\ndata: half',
    )
    expect(frames.map(({ event, data }) => ({ event, data }))).toEqual([
      { event: '', data: undefined },
      { event: 'a', data: '1\n2' },
      { event: '', data: '' },
      { event: '', data: '[DONE]' },
    ])
    expect(Buffer.from(rest).toString()).toBe('data: half')
  })

  test('removes only one space after the colon', () => {
    expect(splitText('data:  x \n\n').frames[0]?.data).toBe(' x ')
  })

  test('ignores a byte order mark at the start and nowhere else', () => {
    const { frames } = splitText('\uFEFFdata: a\n\n\uFEFFdata: b\n\n')
    expect(frames.map((frame) => frame.data)).toEqual(['a', undefined])
    expect(frames[0]?.bytes.length).toBe('data: a\n\n'.length + 3)
  })

  test('keeps a CRLF together when it is cut in two', () => {
    const splitter = createSseSplitter({ maxFrameBytes })
    expect(splitter.push(Buffer.from('data: a\r\n\r'))).toEqual([])
    const [frame, ...others] = splitter.push(Buffer.from('\ndata: b'))
    expect(others).toEqual([])
    expect(frame?.data).toBe('a')
    expect(Buffer.from(frame?.bytes ?? []).toString()).toBe('data: a\r\n\r\n')
  })

  test('does not hold back the last frame of a stream of lone carriage returns', () => {
    const { frames, rest } = splitText('data: a\r\rdata: [DONE]\r\r')
    expect(frames.map((frame) => frame.data)).toEqual(['a', '[DONE]'])
    expect(rest.length).toBe(0)
  })

  test('gives out a last frame without its blank line only when asked', () => {
    const splitter = createSseSplitter({ maxFrameBytes })
    expect(splitter.push(Buffer.from('data: a\n\ndata: [DONE]\n'))).toHaveLength(1)
    expect(splitter.flush()?.data).toBe('[DONE]')
    expect(splitter.rest().length).toBe(0)
    expect(splitter.flush()).toBeUndefined()
  })

  test('a frame handed out is not changed by later pushes', () => {
    const splitter = createSseSplitter({ maxFrameBytes })
    splitter.push(Buffer.from('data: '))
    splitter.push(Buffer.from('a'))
    const [frame] = splitter.push(Buffer.from('b\n\ndata: c'))
    for (let round = 0; round < 50; round++) splitter.push(Buffer.from('xyz\n\ndata: w'))
    expect(Buffer.from(frame?.bytes ?? []).toString()).toBe('data: ab\n\n')
  })

  test('reads the same messages as the parser of the standard', () => {
    fc.assert(
      fc.property(stream, (text) => {
        const messages = splitText(text)
          .frames.filter((frame) => frame.data !== undefined)
          .map(({ event, data }) => ({ event, data: data ?? '' }))
        // A CR at the very end may still become a CRLF: the splitter waits for the next byte.
        const expected = slowMessages(text)
        if (text.endsWith('\n\r') && messages.length < expected.length) expected.pop()
        expect(messages).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })

  test('finds the same frames however the stream is split', () => {
    fc.assert(
      fc.property(stream, offsets, (text, places) => {
        const bytes = Buffer.from(text)
        const whole = split([bytes])
        const parts = split(cut(bytes, places))
        expect(parts.frames.map(plain)).toEqual(whole.frames.map(plain))
        expect(Buffer.from(parts.rest)).toEqual(Buffer.from(whole.rest))
      }),
      { numRuns: 500 },
    )
  })

  test('finds the same frames when bytes come one by one', () => {
    fc.assert(
      fc.property(stream, (text) => {
        const bytes = Buffer.from(text)
        const single = split(Array.from(bytes, (byte) => Uint8Array.of(byte)))
        expect(single.frames.map(plain)).toEqual(split([bytes]).frames.map(plain))
      }),
    )
  })

  test('loses and adds no byte, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 16, maxLength: 200 }), offsets, (bytes, places) => {
        const { frames, rest } = split(cut(bytes, places))
        const joined = Buffer.concat([...frames.map((frame) => frame.bytes), rest])
        expect(joined).toEqual(Buffer.from(bytes))
      }),
      { numRuns: 500 },
    )
  })
})

describe('the frame limit', () => {
  function push(limit: number, ...texts: string[]) {
    const splitter = createSseSplitter({ maxFrameBytes: limit })
    return texts.flatMap((text) => splitter.push(Buffer.from(text)))
  }

  test('counts the closing blank line and admits exactly the limit', () => {
    expect(push(9, 'data: a\n\ndata: b\n\n')).toHaveLength(2)
    expect(() => push(8, 'data: a\n\n')).toThrow(GatewayError)
  })

  test('refuses an endless frame before it is complete', () => {
    try {
      push(100, ...Array.from({ length: 20 }, () => 'data: aaaa'))
      throw new Error('nothing was thrown')
    } catch (error) {
      expect(error).toBeInstanceOf(GatewayError)
      expect((error as GatewayError).code).toBe('provider_bad_answer')
    }
  })

  test('takes a long frame in small pieces without slowing down', () => {
    const splitter = createSseSplitter({ maxFrameBytes: 16 << 20 })
    const piece = Buffer.alloc(256, 'x')
    const began = performance.now()
    splitter.push(Buffer.from('data: '))
    for (let count = 0; count < 40_000; count++) splitter.push(piece)
    const [frame] = splitter.push(Buffer.from('\r\n\r\n'))
    expect(frame?.data?.length).toBe(40_000 * 256)
    expect(performance.now() - began).toBeLessThan(2000)
  })
})

describe('formatSse', () => {
  test('writes an event that the splitter reads back', () => {
    const name = fc.string({ minLength: 1 }).map((text) => text.replaceAll(/[\r\n]/g, '_'))
    fc.assert(
      fc.property(fc.option(name, { nil: undefined }), fc.string(), (event, data) => {
        const text = formatSse(event === undefined ? { data } : { event, data })
        const [frame, ...others] = splitText(text).frames
        expect(others).toEqual([])
        expect(frame?.event).toBe(event ?? '')
        expect(frame?.data).toBe(data.replaceAll(/\r\n|\r/g, '\n'))
      }),
    )
  })
})
