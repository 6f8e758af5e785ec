/** Finds all keywords of a fixed set in one pass (Aho and Corasick 1975), without regard to case. */
export interface KeywordAutomaton {
  /**
   * Calls `visit` for every occurrence, in the order of their ends; the longest first where several end together.
   * @param to where to stop; the end of the text where it is not given
   */
  scan(
    text: string,
    visit: (keyword: number, start: number, end: number) => void,
    to?: number,
  ): void
}

/** The trie of keywords while it grows: one row of `width` targets for each state. */
interface Trie {
  readonly rows: number[][]
  /** Keywords that end in a state. */
  readonly ends: number[][]
}

/**
 * Builds a dense automaton for some thousands of keywords. A step costs two look-ups for each UTF-16 code
 * unit; large dictionaries belong into `dictionaries/`, whose layout is compact. Keywords must not be empty.
 */
export function createKeywordAutomaton(keywords: readonly string[]): KeywordAutomaton {
  const { classOf, width } = classesOf(keywords)
  const trie = growTrie(keywords, classOf, width)
  const { table, firstEnding, outputs } = flatten(trie, width)
  const lengths = Int32Array.from(keywords, (keyword) => keyword.length)
  return {
    scan(text, visit, to = text.length) {
      const stop = Math.min(to, text.length)
      let state = 0
      for (let at = 0; at < stop; at++) {
        state = table[state + (classOf[text.charCodeAt(at)] ?? 0)] ?? 0
        if (state < firstEnding) continue
        for (const keyword of outputs[(state - firstEnding) / width] ?? []) {
          visit(keyword, at + 1 - (lengths[keyword] ?? 0), at + 1)
        }
      }
    },
  }
}

/** Gives every code unit that occurs in a keyword a class, shared by its upper and lower case; the rest is class 0. */
function classesOf(keywords: readonly string[]): { classOf: Uint16Array; width: number } {
  const classOf = new Uint16Array(65_536)
  let width = 1
  for (const keyword of keywords) {
    if (keyword === '') throw new RangeError('A keyword must not be empty.')
    for (const unit of keyword.toLowerCase().split('')) {
      const code = unit.charCodeAt(0)
      if (classOf[code] !== 0) continue
      const upper = unit.toUpperCase()
      classOf[code] = width
      if (upper.length === 1) classOf[upper.charCodeAt(0)] = width
      width++
    }
  }
  return { classOf, width }
}

function growTrie(keywords: readonly string[], classOf: Uint16Array, width: number): Trie {
  const newRow = (): number[] => Array.from({ length: width }, () => 0)
  const rows: number[][] = [newRow()]
  const ends: number[][] = [[]]
  for (const [index, keyword] of keywords.entries()) {
    let state = 0
    // Lower case first: letters such as U+0130 have another length in lower case.
    for (const unit of keyword.toLowerCase().split('')) {
      const unitClass = classOf[unit.charCodeAt(0)] ?? 0
      let next = rows[state]?.[unitClass] ?? 0
      if (next === 0) {
        next = rows.push(newRow()) - 1
        ends.push([])
        const row = rows[state]
        if (row !== undefined) row[unitClass] = next
      }
      state = next
    }
    ends[state]?.push(index)
  }
  return { rows, ends }
}

/** Turns the trie into one table whose ending states stand last, so that one comparison finds them. */
function flatten(trie: Trie, width: number) {
  const order = resolveFailures(trie)
  const silent = order.filter((state) => trie.ends[state]?.length === 0)
  const ending = order.filter((state) => trie.ends[state]?.length !== 0)
  const place = new Int32Array(order.length)
  for (const [index, state] of [...silent, ...ending].entries()) place[state] = index * width
  const table = new Int32Array(order.length * width)
  for (const state of order) {
    for (const [unitClass, next] of (trie.rows[state] ?? []).entries()) {
      table[(place[state] ?? 0) + unitClass] = place[next] ?? 0
    }
  }
  const outputs = ending.map((state) => trie.ends[state] ?? [])
  return { table, firstEnding: silent.length * width, outputs }
}

/** Completes missing edges with those of the longest proper suffix; returns all states, breadth first. */
function resolveFailures({ rows, ends }: Trie): number[] {
  const failure = new Int32Array(rows.length)
  const order = [0]
  for (const state of order) {
    const row = rows[state] ?? []
    const back = rows[failure[state] ?? 0] ?? []
    for (const [unitClass, next] of row.entries()) {
      const fallback = back[unitClass] ?? 0
      if (next === 0) row[unitClass] = fallback
      else {
        // Children of the root fall back to the root, not to themselves.
        const target = state === 0 ? 0 : fallback
        failure[next] = target
        ends[next]?.push(...(ends[target] ?? []))
        order.push(next)
      }
    }
  }
  return order
}
