import type { JsonValue } from '../core/json.ts'
import type { JsonOutline } from './json-scan.ts'

/**
 * Sets top-level members of a JSON object text in place. Everything else keeps its bytes: unknown
 * fields, number spellings, order and white space survive. Members that are absent are added at the end.
 */
export function setMembers(
  text: string,
  outline: JsonOutline,
  values: Readonly<Record<string, JsonValue>>,
): string {
  const edits: { start: number; end: number; text: string }[] = []
  let added = ''
  for (const [key, value] of Object.entries(values)) {
    const span = outline.members.get(key)
    if (span === undefined) added += `,${JSON.stringify(key)}:${JSON.stringify(value)}`
    else edits.push({ start: span.start, end: span.end, text: JSON.stringify(value) })
  }
  if (added !== '') {
    const insertion = outline.members.size === 0 ? added.slice(1) : added
    edits.push({ start: outline.close, end: outline.close, text: insertion })
  }
  edits.sort((a, b) => a.start - b.start)
  let result = ''
  let from = 0
  for (const edit of edits) {
    result += text.slice(from, edit.start) + edit.text
    from = edit.end
  }
  return result + text.slice(from)
}
