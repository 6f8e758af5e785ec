import type { EventView } from './view.ts'

/** Writes an event as one line of JSON, with its line feed. */
export function encodeJsonLine(view: EventView): string {
  // JSON escapes line feeds, but not the two separators that some readers of lines take for one.
  return `${JSON.stringify(view).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`
}
