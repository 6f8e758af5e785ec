import { union } from './code-points.ts'
import type { CodePointSet } from './code-points.ts'
import { PatternError } from './pattern-error.ts'
import type { Assertion, PatternNode } from './syntax.ts'

/** What a state of a program does. */
export const operations = { set: 0, split: 1, assertion: 2, match: 3 } as const

/** Assertions by number. */
export const assertions: readonly Assertion[] = [
  'textStart',
  'textEnd',
  'lineStart',
  'lineEnd',
  'wordEdge',
  'noWordEdge',
]

/**
 * A non-deterministic automaton (Thompson 1968). A `set` state consumes a character of set `arguments[state]`
 * and goes to `first`; a `split` goes to `first` and `second` (-1 for none); an `assertion` goes to `first`
 * where it holds; a `match` ends pattern `arguments[state]`.
 */
export interface Program {
  readonly operation: readonly number[]
  readonly first: readonly number[]
  readonly second: readonly number[]
  readonly argument: readonly number[]
  readonly sets: readonly CodePointSet[]
  readonly starts: readonly number[]
  readonly usesAssertions: boolean
}

/** How large the program of one pattern may become. */
export const maxStates = 1_000

/** Compiles patterns into one program. Throws a `PatternError` for one that is too large or may match nothing. */
export function compileProgram(patterns: readonly PatternNode[]): Program {
  const builder = new ProgramBuilder()
  for (const [index, pattern] of patterns.entries()) {
    if (mayBeEmpty(pattern)) {
      throw new PatternError(
        'the pattern matches the empty text',
        0,
        'Ask for at least one character.',
      )
    }
    builder.add(pattern, index)
  }
  return builder.program
}

function mayBeEmpty(node: PatternNode): boolean {
  switch (node.type) {
    case 'set':
      return false
    case 'assertion':
      return true
    case 'sequence':
      return node.items.every(mayBeEmpty)
    case 'choice':
      return node.items.some(mayBeEmpty)
    case 'repeat':
      return node.min === 0 || mayBeEmpty(node.item)
  }
}

/** Returns the set of an alternative between single characters. */
function asSet(node: PatternNode): CodePointSet | undefined {
  if (node.type === 'set') return node.set
  if (node.type === 'sequence') {
    const [item] = node.items
    return node.items.length === 1 && item !== undefined ? asSet(item) : undefined
  }
  if (node.type !== 'choice') return undefined
  const sets = node.items.map(asSet)
  return sets.every((set) => set !== undefined) ? union(sets) : undefined
}

class ProgramBuilder {
  readonly #operation: number[] = []
  readonly #first: number[] = []
  readonly #second: number[] = []
  readonly #argument: number[] = []
  readonly #sets: CodePointSet[] = []
  readonly #setNumbers = new Map<string, number>()
  readonly #starts: number[] = []
  #usesAssertions = false
  #limit = 0

  get program(): Program {
    return {
      operation: this.#operation,
      first: this.#first,
      second: this.#second,
      argument: this.#argument,
      sets: this.#sets,
      starts: this.#starts,
      usesAssertions: this.#usesAssertions,
    }
  }

  add(pattern: PatternNode, index: number): void {
    this.#limit = this.#operation.length + maxStates
    const match = this.#push(operations.match, -1, -1, index)
    this.#starts.push(this.#compile(pattern, match))
  }

  /** Compiles a node from its end: returns the state at which it begins when `next` is where it goes on. */
  #compile(node: PatternNode, next: number): number {
    switch (node.type) {
      case 'set':
        return this.#push(operations.set, next, -1, this.#setNumber(node.set))
      case 'assertion':
        this.#usesAssertions = true
        return this.#push(operations.assertion, next, -1, assertions.indexOf(node.assertion))
      case 'sequence':
        return node.items.reduceRight((after, item) => this.#compile(item, after), next)
      case 'choice': {
        const set = asSet(node)
        if (set !== undefined) return this.#push(operations.set, next, -1, this.#setNumber(set))
        return node.items
          .map((item) => this.#compile(item, next))
          .reduceRight((rest, start) => this.#push(operations.split, start, rest, 0))
      }
      case 'repeat':
        return this.#repeat(node, next)
    }
  }

  #repeat({ item, min, max }: PatternNode & { type: 'repeat' }, next: number): number {
    let start = next
    if (max === Infinity) {
      // The loop: its split is made first, so that the item can lead back to it.
      start = this.#push(operations.split, -1, next, 0)
      this.#first[start] = this.#compile(item, start)
    } else {
      for (let count = min; count < max; count++) {
        start = this.#push(operations.split, this.#compile(item, start), next, 0)
      }
    }
    for (let count = 0; count < min; count++) start = this.#compile(item, start)
    return start
  }

  #push(operation: number, first: number, second: number, argument: number): number {
    if (this.#operation.length >= this.#limit) {
      throw new PatternError(
        `the pattern needs more than ${maxStates} states`,
        0,
        'Use smaller bounds, fewer alternatives, or a dictionary.',
      )
    }
    this.#first.push(first)
    this.#second.push(second)
    this.#argument.push(argument)
    return this.#operation.push(operation) - 1
  }

  #setNumber(set: CodePointSet): number {
    const key = set.join()
    const known = this.#setNumbers.get(key)
    if (known !== undefined) return known
    const number = this.#sets.push(set) - 1
    this.#setNumbers.set(key, number)
    return number
  }
}
