import type { Finding } from '../../core/decision.ts'
import { placeholderName } from '../redaction/index.ts'
import { viewOf } from '../normalise/index.ts'
import { mergeFindings } from '../window/index.ts'
import type { Finders, TextPlace } from './finders.ts'

/** Puts the names of what was found in the place of it, such as `<EMAIL>`. */
export function hideFindings(
  text: string,
  findings: readonly Pick<Finding, 'label' | 'start' | 'end'>[],
): string {
  const hidden = findings.map(({ label, start, end }) => ({
    start,
    end,
    write: () => `<${placeholderName(label)}>`,
  }))
  let result = ''
  let from = 0
  for (const { start, end, write } of mergeFindings(hidden, text)) {
    result += text.slice(from, start) + write()
    from = end
  }
  return result + text.slice(from)
}

const note: TextPlace = { role: 'user', kind: 'text', direction: 'request' }

/** Puts the names of whatever is found in a text of bounded length in the place of it. */
export function hideFound(text: string, finders: Finders): string {
  const view = viewOf(text)
  return hideFindings(text, [...finders.find(view, note), ...finders.findNamesNow(view, note)])
}
