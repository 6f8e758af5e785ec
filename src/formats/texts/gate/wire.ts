import { asString, isObject, parseJson } from '../../../core/json.ts'
import { decodeEventMessage, encodeEventMessage } from '../../event-stream.ts'
import type { SseFrame } from '../../sse.ts'
import { replaceTexts } from '../replace.ts'
import { toBase64 } from '../encoded.ts'
import { withoutStrayLines } from './stray-lines.ts'

/** How the frames of a stream carry their data. */
export interface FrameWire {
  /** The JSON text of a frame; `undefined` where it has none. */
  read(frame: SseFrame): string | undefined
  /** The bytes of the frame with other data. */
  write(frame: SseFrame, data: string): Uint8Array
  /** The frame without what is beside its data and might say something. */
  clean?(frame: SseFrame): SseFrame
}

const lineEnds = /(?<=\r\n|\r(?!\n)|(?<!\r)\n)/

/** Server-sent events: the lines that are no data stay. */
export const sseWire: FrameWire = {
  read: (frame) => frame.data,
  clean: withoutStrayLines,
  write(frame, data) {
    let isWritten = false
    const lines = textOf(frame)
      .split(lineEnds)
      .map((line) => {
        const body = line.replace(/^\ufeff/, '')
        if (!/^data(?::|[\r\n]|$)/.test(body)) return line
        if (isWritten) return ''
        isWritten = true
        const end = /[\r\n]+$/.exec(line)?.[0] ?? ''
        return data
          .split('\n')
          .map((part) => `data: ${part}${end}`)
          .join('')
      })
    return Buffer.from(lines.join(''))
  },
}

/** Elements of a JSON array and lines of JSON: what stands around them stays. */
export const plainWire: FrameWire = {
  read: (frame) => frame.data,
  write(frame, data) {
    const text = textOf(frame)
    const before = frame.data ?? ''
    const at = text.indexOf(before)
    return Buffer.from(text.slice(0, at) + data + text.slice(at + before.length))
  },
}

/** Messages of AWS's event stream: the headers stay. */
export const eventStreamWire: FrameWire = {
  read: (frame) => frame.data,
  write(frame, data) {
    const { headers } = decodeEventMessage(frame.bytes)
    return encodeEventMessage(Object.fromEntries(headers), data)
  },
}

/** Messages of InvokeModel, whose chunks carry an event in base 64. */
export const chunkWire: FrameWire = {
  read(frame) {
    const payload = frame.event === 'chunk' ? parseJson(frame.data ?? '') : undefined
    const bytes = isObject(payload) ? asString(payload['bytes']) : undefined
    return bytes === undefined ? frame.data : Buffer.from(bytes, 'base64').toString()
  },
  write(frame, data) {
    if (frame.event !== 'chunk') return eventStreamWire.write(frame, data)
    const payload = replaceTexts(frame.data ?? '', new Map([['bytes', toBase64(data)]]))
    return eventStreamWire.write(frame, payload)
  },
}

function textOf({ bytes }: SseFrame): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}
