import type { Alphabet } from './alphabet.ts'
import { neighbourKinds } from './alphabet.ts'
import { operations } from './program.ts'
import type { Program } from './program.ts'
import { SubsetAutomaton, hasState, meet } from './subsets.ts'
import type { Closed, Subset } from './subsets.ts'

/** Where a pattern matches; offsets in UTF-16 code units, `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** So many characters are looked at backwards at a time. */
const blockLength = 4_096

/** Matches the patterns of one program. Its automata are built while it runs and kept within bounds. */
export class Matcher {
  readonly #program: Program
  readonly #alphabet: Alphabet
  readonly #search: SubsetAutomaton
  readonly #run: SubsetAutomaton
  readonly #backwards: (SubsetAutomaton | undefined)[]

  constructor(program: Program, alphabet: Alphabet) {
    this.#program = program
    this.#alphabet = alphabet
    this.#search = new SubsetAutomaton(program, alphabet, {
      direction: 'forwards',
      injected: program.starts,
    })
    this.#run = new SubsetAutomaton(program, alphabet, { direction: 'forwards', injected: [] })
    this.#backwards = Array.from({ length: program.starts.length })
  }

  /** How often the search had to forget what it had built. */
  get flushes(): number {
    return this.#search.flushes
  }

  /** Returns the patterns that match anywhere in a text, in one pass. */
  search(text: string): Set<number> {
    const found = new Set<number>()
    const { ofUnit, size } = this.#alphabet
    let subset = this.#search.begin([], neighbourKinds.edge)
    let seen: Closed | undefined
    for (let at = 0; at <= text.length; at++) {
      const unit = text.charCodeAt(at)
      let symbol = at === text.length ? size : (ofUnit[unit] ?? 0)
      if (unit >= 0xd800 && unit <= 0xdbff && isLowHalf(text, at + 1)) {
        symbol = this.#alphabet.ofCodePoint(text.codePointAt(at) ?? 0)
        at++
      }
      const step = subset.steps[symbol] ?? this.#search.step(subset, symbol)
      if (step.closed.matches !== undefined && step.closed !== seen) {
        seen = step.closed
        for (const pattern of step.closed.matches) found.add(pattern)
        if (found.size === this.#program.starts.length) break
      }
      subset = step.target
    }
    return found
  }

  /**
   * Yields where a pattern matches: the leftmost match first, of those that begin there the longest, and
   * then what matches behind it. Reads the text twice backwards and once forwards.
   */
  *find(text: string, pattern: number): Generator<Span> {
    const start = this.#program.starts[pattern] ?? 0
    const view = this.#viewOf(text, pattern)
    let at = 0
    while (at < text.length) {
      if (!hasState(view.closedAt(at), start)) {
        at = next(text, at)
        continue
      }
      const end = this.#longest(text, at, start, view)
      yield { start: at, end }
      at = end
    }
  }

  /** Returns the end of the longest match that begins at `at`; stops where no longer one can follow. */
  #longest(text: string, at: number, start: number, view: BackwardView): number {
    let subset = this.#run.begin([start], this.#kindBefore(text, at))
    let end = at
    for (let place = at; ; place = next(text, place)) {
      const step = this.#run.step(subset, this.#symbolAt(text, place))
      if (!meet(step.closed, view.closedAt(place))) return end
      if (step.closed.matches !== undefined) end = place
      if (place >= text.length) return end
      subset = step.target
    }
  }

  #viewOf(text: string, pattern: number): BackwardView {
    let automaton = this.#backwards[pattern]
    if (automaton === undefined) {
      const { operation, argument } = this.#program
      const isEnd = (state: number): boolean =>
        operation[state] === operations.match && argument[state] === pattern
      const injected = Array.from(operation.keys()).filter(isEnd)
      automaton = new SubsetAutomaton(this.#program, this.#alphabet, {
        direction: 'backwards',
        injected,
      })
      this.#backwards[pattern] = automaton
    }
    return new BackwardView(text, automaton, (place) => this.#symbolBefore(text, place))
  }

  #symbolAt(text: string, at: number): number {
    if (at >= text.length) return this.#alphabet.size
    const codePoint = text.codePointAt(at) ?? 0
    return codePoint > 0xffff
      ? this.#alphabet.ofCodePoint(codePoint)
      : (this.#alphabet.ofUnit[codePoint] ?? 0)
  }

  #symbolBefore(text: string, at: number): number {
    return at <= 0 ? this.#alphabet.size : this.#symbolAt(text, previous(text, at))
  }

  #kindBefore(text: string, at: number): number {
    return this.#alphabet.kinds[this.#symbolBefore(text, at)] ?? neighbourKinds.edge
  }
}

/** The states at some neighbouring places; none inside of a pair. */
interface Block {
  readonly from: number
  readonly closed: (Closed | undefined)[]
}

/** For each place of a text the states from which a match can still be completed. Must be asked from left to right. */
class BackwardView {
  readonly #text: string
  readonly #automaton: SubsetAutomaton
  readonly #symbolBefore: (place: number) => number
  /** Subsets at the right ends of blocks, to begin from again. */
  readonly #marks: { readonly place: number; readonly subset: Subset }[] = []
  /** The last two blocks that were asked for, the newer first. */
  #blocks: readonly Block[] = []

  constructor(text: string, automaton: SubsetAutomaton, symbolBefore: (place: number) => number) {
    this.#text = text
    this.#automaton = automaton
    this.#symbolBefore = symbolBefore
    let subset = automaton.begin([], neighbourKinds.edge)
    let place = text.length
    for (;;) {
      if (this.#marks.length === 0 || (this.#marks.at(-1)?.place ?? 0) - place >= blockLength) {
        this.#marks.push({ place, subset })
      }
      if (place === 0) break
      subset = automaton.step(subset, symbolBefore(place)).target
      place = previous(text, place)
    }
    this.#marks.reverse()
  }

  closedAt(place: number): Closed {
    const holds = ({ from, closed }: Block): boolean =>
      place >= from && place < from + closed.length
    const block = this.#blocks.find(holds) ?? this.#load(place)
    const closed = block.closed[place - block.from]
    if (closed === undefined) throw new RangeError(`no state at ${place}`)
    return closed
  }

  /** Reads the block that holds a place again, from its right end. */
  #load(place: number): Block {
    const index = this.#marks.findIndex((mark) => mark.place >= place)
    const right = this.#marks[index]
    const from = index === 0 ? 0 : (this.#marks[index - 1]?.place ?? 0) + 1
    if (right === undefined) throw new RangeError(`no place ${place}`)
    const closed: (Closed | undefined)[] = Array.from({ length: right.place - from + 1 })
    let { subset } = right
    for (let at = right.place; at >= from; at = at === 0 ? -1 : previous(this.#text, at)) {
      const step = this.#automaton.step(subset, this.#symbolBefore(at))
      closed[at - from] = step.closed
      subset = step.target
    }
    const block = { from, closed }
    this.#blocks = [block, ...this.#blocks.slice(0, 1)]
    return block
  }
}

function isLowHalf(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff
}

function next(text: string, at: number): number {
  return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)
}

function previous(text: string, at: number): number {
  return (
    at - (at > 1 && (text.codePointAt(at - 2) ?? 0) > 0xffff && isLowHalf(text, at - 1) ? 2 : 1)
  )
}
