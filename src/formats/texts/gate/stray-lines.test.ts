import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { createSseSplitter } from '../../sse.ts'
import { openTextGate } from './gate.ts'
import { withoutStrayLines } from './stray-lines.ts'

function cleaned(text: string): string {
  const splitter = createSseSplitter({ maxFrameBytes: 100_000 })
  const frames = splitter.push(Buffer.from(text))
  return Buffer.concat(frames.map((frame) => withoutStrayLines(frame).bytes)).toString()
}

/** A gate that hides long numbers, and answers at once. */
function passed(text: string): string {
  const hidden = (said: string): string => said.replaceAll(/\d{12,}/g, '<X>')
  const gate = openTextGate('openai-chat', {
    maxFrameBytes: 100_000,
    openFilter() {
      let length = 0
      return {
        push(said) {
          const from = length
          length += said.length
          const write = (): string => hidden(said)
          return { upTo: length, edits: [{ start: from, end: length, write }] }
        },
        idle: () => ({ upTo: length, edits: [] }),
        end: () => ({ upTo: length, edits: [] }),
        isBlocked: false,
      }
    },
  })
  return Buffer.concat([...gate.push(Buffer.from(text)), ...gate.end()]).toString()
}

const number = '4539578763621486'
const said = `data: {"choices":[{"index":0,"delta":{"content":"${number}"}}]}\n\n`

describe('lines of a stream that are no data', () => {
  test('go where they may say something', () => {
    expect(cleaned(': wait\n\nevent: a.b\nid: 7\nretry: 500\ndata: x\n\n')).toBe(
      ': wait\n\nevent: a.b\nid: 7\nretry: 500\ndata: x\n\n',
    )
    const stray = `: ${number}\nevent: a@b.de\nid: ${number}\ndatabase: x\nnote: Bob\ndata: y\n\n`
    expect(cleaned(stray)).toBe('data: y\n\n')
    expect(cleaned(stray.replaceAll('\n', '\r\n'))).toBe('data: y\r\n\r\n')
    expect(cleaned(`: ${'a'.repeat(100)}\n\n`)).toBe('\n')
  })

  test('carry no data past the gate', () => {
    expect(passed(`: wait\n${said}`)).not.toContain(number)
    expect(passed(`event: ping\ndata: {"a":"${number}"}\n\n`)).not.toContain(number)
    expect(passed(`: ${number}\n\n${said}data: [DONE]\n\n`)).not.toContain(number)
    expect(passed(': PROCESSING\n\n')).toBe(': PROCESSING\n\n')
    const ping = 'event: ping\ndata: {"type": "ping"}\n\n'
    expect(passed(ping)).toBe(ping)
  })

  test('never cost data', () => {
    const line = fc.constantFrom('data: a', 'data:b', 'data', ': x', 'id: 1', 'evil: 1', 'event: e')
    const end = fc.constantFrom('\n', '\r\n', '\r')
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), end, (lines, end) => {
        const splitter = (): string[] =>
          createSseSplitter({ maxFrameBytes: 1_000 })
            .push(Buffer.from(`${[...lines, ''].join(end)}${end}\n`))
            .flatMap(({ data }) => data ?? [])
        const again = createSseSplitter({ maxFrameBytes: 1_000 })
        const text = cleaned(`${[...lines, ''].join(end)}${end}\n`)
        expect(again.push(Buffer.from(`${text}\n`)).flatMap(({ data }) => data ?? [])).toEqual(
          splitter(),
        )
      }),
    )
  })
})
