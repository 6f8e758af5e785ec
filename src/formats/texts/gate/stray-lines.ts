import type { SseFrame } from '../../sse.ts'

const lf = 10
const cr = 13
const dataField = Buffer.from('data:')

/**
 * Returns an event without the lines that say something which nobody inspects: comments, identifiers and names
 * of events that are more than a few plain words, and fields that nobody knows. Clients read none of them.
 */
export function withoutStrayLines(frame: SseFrame): SseFrame {
  const { bytes } = frame
  const lines = linesOf(bytes)
  if (lines.every(({ isPlain }) => isPlain)) return frame
  const kept = lines.filter(({ isPlain }) => isPlain)
  const rest = kept.map(({ start, end }) => bytes.subarray(start, end))
  return {
    bytes: Buffer.concat(rest.length === 0 ? [Buffer.from('\n')] : rest),
    event: plainEvent.test(`event:${frame.event}`) ? frame.event : '',
    data: frame.data,
  }
}

interface Line {
  readonly start: number
  /** Behind its line end. */
  readonly end: number
  readonly isPlain: boolean
}

function linesOf(bytes: Uint8Array): readonly Line[] {
  const lines: Line[] = []
  const hasReturns = bytes.includes(cr)
  for (let start = 0; start < bytes.length;) {
    const end = endOfLine(bytes, start, hasReturns)
    lines.push({ start, end, isPlain: isData(bytes, start) || isPlain(bytes.subarray(start, end)) })
    start = end
  }
  return lines
}

function endOfLine(bytes: Uint8Array, start: number, hasReturns: boolean): number {
  const feed = bytes.indexOf(lf, start)
  const end = feed < 0 ? bytes.length : feed + 1
  if (!hasReturns) return end
  const back = bytes.indexOf(cr, start)
  return back < 0 || back + 1 >= end || bytes[back + 1] === lf ? end : back + 1
}

/** Most lines are data, which is not decoded here. */
function isData(bytes: Uint8Array, start: number): boolean {
  return dataField.every((byte, index) => bytes[start + index] === byte)
}

/** Longest line that may be plain, in bytes. */
const maxPlainLength = 96
const plainEvent = /^event:[\w. /-]{0,64}$/
const plainLine =
  /^\ufeff?(?:data(?:$|:[^]*)|(?:event|id):[\w. :/-]{0,64}|retry: ?\d{1,9}|:[A-Za-z .!_-]{0,64})?$/

function isPlain(line: Uint8Array): boolean {
  const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString()
  if (text.startsWith('\ufeffdata')) return true
  return line.length <= maxPlainLength && plainLine.test(text.trimEnd()) && !/\d{9}/.test(text)
}
