import type { TextEdit, TextFilter } from '../../core/text-filter.ts'

/** A text after a filter let it through in one piece. */
export interface FilteredText {
  /** What may go out; up to where it was stopped, if it was. */
  readonly text: string
  readonly isBlocked: boolean
  /** How often something was replaced. */
  readonly edits: number
}

/** Lets a whole text through a filter: the result is that of the same text in a stream. */
export function filterWhole(text: string, filter: TextFilter): FilteredText {
  const first = filter.push(text)
  const last = filter.end()
  const edits = last.edits.length === 0 ? first.edits : [...first.edits, ...last.edits]
  return {
    text: applyEdits(text, edits, last.upTo),
    isBlocked: filter.isBlocked,
    edits: edits.length,
  }
}

/** Applies edits in order to a text, of which nothing from `end` on is kept. */
export function applyEdits(text: string, edits: readonly TextEdit[], end = text.length): string {
  let result = ''
  let from = 0
  for (const edit of edits) {
    result += text.slice(from, edit.start) + edit.write()
    from = edit.end
  }
  return from === 0 && end === text.length ? text : result + text.slice(from, end)
}
