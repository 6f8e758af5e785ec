import type { Settled, TextEdit, TextFilter } from '../../core/text-filter.ts'
import type { Restorer } from './tokens.ts'

/**
 * Opens a filter that puts values back into one growing text. It holds back only what may be the beginning of
 * a token. Where the text is inspected as well, its window does this instead: what `Restorer.find` returns is
 * a finding for it.
 */
export function openRestoreFilter(restorer: Restorer): TextFilter {
  /** What is not decided yet, from `decided` on. */
  let waiting = ''
  let decided = 0

  function settle(length: number): Settled {
    const text = waiting.slice(0, length)
    const edits: TextEdit[] = restorer
      .find(text)
      .map(({ start, end, write }) => ({ start: decided + start, end: decided + end, write }))
    waiting = waiting.slice(length)
    decided += length
    return { upTo: decided, edits }
  }

  return {
    push(text) {
      waiting += text
      return settle(wholeSigns(waiting, restorer.openFrom(waiting)))
    },
    idle: () => ({ upTo: decided, edits: [] }),
    end: () => settle(waiting.length),
    isBlocked: false,
  }
}

function wholeSigns(text: string, offset: number): number {
  const code = text.charCodeAt(offset - 1)
  return code >= 0xd800 && code <= 0xdbff ? offset - 1 : offset
}
