import { mergeFindings } from '../window/index.ts'
import type { Replacer } from './replacer.ts'

/** A text that was found, as far as redaction needs to know. */
export interface Redactable {
  readonly label: string
  readonly start: number
  readonly end: number
}

/**
 * Replaces what was found in a text. Findings that overlap are replaced as one, under the label of the longest.
 */
export function redactText(
  text: string,
  findings: readonly Redactable[],
  replace: Replacer,
): string {
  const writable = findings.map(({ label, start, end }) => ({
    start,
    end,
    write: (found: string) => replace(label, found),
  }))
  let result = ''
  let from = 0
  for (const { start, end, write } of mergeFindings(writable, text)) {
    result += text.slice(from, start) + write(text.slice(start, end))
    from = end
  }
  return from === 0 ? text : result + text.slice(from)
}
