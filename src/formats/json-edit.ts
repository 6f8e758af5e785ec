import type { JsonValue } from '../core/json.ts'
import type { JsonOutline, MemberSpan } from './json-scan.ts'

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * Sets top-level members of a JSON object text in place. Everything else keeps its bytes: unknown
 * fields, number spellings, order and white space survive. Members that are absent are added at the end;
 * those whose value is `undefined` are taken out.
 */
export function setMembers(
  text: string,
  outline: JsonOutline,
  values: Readonly<Record<string, JsonValue | undefined>>,
): string {
  const edits: Edit[] = []
  const removed = new Set<string>()
  let added = ''
  for (const [key, value] of Object.entries(values)) {
    const span = outline.members.get(key)
    if (value === undefined) removed.add(key)
    else if (span === undefined) added += `,${JSON.stringify(key)}:${JSON.stringify(value)}`
    else edits.push({ start: span.start, end: span.end, text: JSON.stringify(value) })
  }
  const isEmptied = removed.size > 0 && addRemovals(edits, outline, removed) === 0
  if (added !== '') {
    const isOnly = outline.members.size === 0 || isEmptied
    edits.push({ start: outline.close, end: outline.close, text: isOnly ? added.slice(1) : added })
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

/** Adds the edits that take members out, each with one comma; returns how many members stay. */
function addRemovals(edits: Edit[], outline: JsonOutline, removed: ReadonlySet<string>): number {
  let kept = 0
  let lastKept: MemberSpan | undefined
  let cutFrom: number | undefined
  let end = 0
  for (const [key, span] of outline.members) {
    if (removed.has(key)) {
      cutFrom ??= span.keyStart
    } else {
      if (cutFrom !== undefined) edits.push({ start: cutFrom, end: span.keyStart, text: '' })
      cutFrom = undefined
      lastKept = span
      kept += 1
    }
    end = span.end
  }
  // Behind the last member there is no comma to take along: the one before goes.
  if (cutFrom !== undefined) edits.push({ start: lastKept?.end ?? cutFrom, end, text: '' })
  return kept
}
