import { createPlaceholders } from './placeholders.ts'
import { maxNameLength } from './replacer.ts'
import type { Replacer } from './replacer.ts'

/** Who made tokens, and in which call: only they get the values back. */
export interface TokenOwner {
  readonly principal: string
  readonly requestId: string
}

/** A token in a text, with what it stands for. */
export interface FoundToken {
  readonly start: number
  readonly end: number
  /** The value, as it is to stand there. */
  readonly write: () => string
}

/** Puts values back in the place of their tokens. */
export interface Restorer {
  /** Finds the tokens in a text, in order. */
  find(text: string): readonly FoundToken[]
  /** Offset in a text that goes on from which on a token may have begun; its length where none has. */
  openFrom(text: string): number
  /** Returns the text with all values back in their places. */
  restore(text: string): string
  /** Returns the text with signs that mean nothing in the place of tokens, for those who look for other things. */
  hide(text: string): string
}

/** The reversible tokens of one call. They live in memory, and nowhere else. */
export interface TokenBook extends Disposable {
  /** Returns the token of a value. */
  readonly replace: Replacer
  /** Keeps clear of tokens that stand in a text of the call already. Called for all before the first token. */
  reserve(text: string): void
  /** Returns what gives the values back; `undefined` for anybody but the owner, and when the call is over. */
  restorer(owner: TokenOwner): Restorer | undefined
}

/** Opens the book of one call. Disposing of it forgets all values. */
export function openTokenBook(owner: TokenOwner): TokenBook {
  const values = new Map<string, string>()
  const placeholders = createPlaceholders((token, value) => values.set(token.slice(1, -1), value))
  let isOpen = true

  return {
    replace(label, text) {
      if (!isOpen) throw new Error('the tokens of a call were asked for when it was over')
      return placeholders.replace(label, text)
    },
    reserve: (text) => placeholders.reserve(text),
    restorer(asking) {
      const isOwner = asking.principal === owner.principal && asking.requestId === owner.requestId
      return isOpen && isOwner ? createRestorer(values) : undefined
    },
    [Symbol.dispose]() {
      isOpen = false
      values.clear()
    },
  }
}

/** A token as models repeat it: in any case, and with its brackets encoded in HTML. */
const tokenPattern = /<([A-Z][A-Z0-9_]{0,64}_\d{1,9})>|&lt;([A-Z][A-Z0-9_]{0,64}_\d{1,9})&gt;/gi
/** The beginning of one, at the end of a text. */
const openPattern = /(?:<|&(?:l(?:t;?)?)?)(?:[A-Z][A-Z0-9_]*(?:&(?:g(?:t)?)?)?)?$/i
const maxTokenLength = maxNameLength + 20

function createRestorer(values: ReadonlyMap<string, string>): Restorer {
  function find(text: string): FoundToken[] {
    if (values.size === 0 || !(text.includes('<') || text.includes('&'))) return []
    return [...text.matchAll(tokenPattern)].flatMap((match) => {
      const [all, plain, encoded] = match
      const value = values.get((plain ?? encoded ?? '').toUpperCase())
      if (value === undefined) return []
      const write = (): string => (plain === undefined ? encodeHtml(value) : value)
      return [{ start: match.index, end: match.index + all.length, write }]
    })
  }

  function put(text: string, write: (found: FoundToken) => string): string {
    let result = ''
    let from = 0
    for (const found of find(text)) {
      result += text.slice(from, found.start) + write(found)
      from = found.end
    }
    return from === 0 ? text : result + text.slice(from)
  }

  return {
    find,
    openFrom(text) {
      if (values.size === 0) return text.length
      const tail = Math.max(0, text.length - maxTokenLength)
      const open = openPattern.exec(text.slice(tail))
      return open === null ? text.length : tail + open.index
    },
    restore: (text) => put(text, ({ write }) => write()),
    hide: (text) => put(text, ({ start, end }) => '\ufffc'.repeat(end - start)),
  }
}

function encodeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  }
  return text.replaceAll(/[&<>"]/g, (sign) => entities[sign] ?? sign)
}
