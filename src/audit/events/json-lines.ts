import type { EventView } from './view.ts'

// JSON leaves some control characters and separators as they are, and some readers take them for ends of lines.
const unseen = /[\p{Cc}\p{Zl}\p{Zp}]/gu

/** Writes a value as JSON in which no reader sees the end of a line or the command of a terminal. */
export function jsonInOneLine(value: object): string {
  return JSON.stringify(value).replace(
    unseen,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Writes an event as one line of JSON, with its line feed. */
export function encodeJsonLine(view: EventView): string {
  return `${jsonInOneLine(view)}\n`
}
