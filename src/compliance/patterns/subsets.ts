import type { Alphabet } from './alphabet.ts'
import { neighbourKinds } from './alphabet.ts'
import { assertions, operations } from './program.ts'
import type { Program } from './program.ts'
import type { Assertion } from './syntax.ts'

/** States of a program that are reached at a place, before what the next character decides. */
export interface Subset {
  readonly members: Int32Array
  /** Kind of the neighbour that was read last. */
  readonly kind: number
  /** What reading each class leads to; the last entry is for the edge of the text. */
  readonly steps: (Step | undefined)[]
}

/** What reading a character leads to. */
export interface Step {
  /** The states at the place before the character, now that both its neighbours are known. */
  readonly closed: Closed
  readonly target: Subset
}

/** All states at a place. */
export interface Closed {
  readonly members: Int32Array
  /** The same, one bit for each state. */
  readonly bits: Uint32Array
  /** Patterns whose match state is there; `undefined` for none. */
  readonly matches: readonly number[] | undefined
}

/** In which direction a text is read, and what may begin at every place. */
export interface Reading {
  readonly direction: 'forwards' | 'backwards'
  /** States that are added at every place: starts (or, backwards, ends) of matches. */
  readonly injected: readonly number[]
}

/** How many cells the steps of all subsets may take before they are forgotten. */
const maxCells = 250_000

/**
 * Runs a program as a deterministic automaton that is built while it runs. What was built is kept up to a
 * bound and then built anew, so that memory is bounded and time stays linear in the text.
 */
export class SubsetAutomaton {
  /** How often everything was forgotten. */
  flushes = 0
  readonly #program: Program
  readonly #alphabet: Alphabet
  readonly #reading: Reading
  readonly #edges: Edges
  #subsets = new Map<number, Subset[]>()
  #closed = new Map<number, Closed[]>()
  #cells = 0
  readonly #stack: Int32Array
  readonly #words: number

  constructor(program: Program, alphabet: Alphabet, reading: Reading) {
    this.#program = program
    this.#alphabet = alphabet
    this.#reading = reading
    this.#edges = reading.direction === 'forwards' ? forwardEdges(program) : backwardEdges(program)
    this.#stack = new Int32Array(program.operation.length)
    this.#words = (program.operation.length >> 5) + 1
  }

  /** Returns the subset of the given states at an edge of the text or behind a neighbour of a kind. */
  begin(members: readonly number[], kind: number): Subset {
    return this.#subset(Int32Array.from(members).sort(), this.#program.usesAssertions ? kind : 0)
  }

  /** Returns what reading a class leads to; the size of the alphabet stands for the edge of the text. */
  step(subset: Subset, symbol: number): Step {
    const known = subset.steps[symbol]
    if (known !== undefined) return known
    const kind = this.#program.usesAssertions
      ? (this.#alphabet.kinds[symbol] ?? neighbourKinds.edge)
      : neighbourKinds.other
    const closed = this.#close(subset, kind)
    const target = this.#subset(this.#move(closed, symbol), kind)
    const step: Step = { closed, target }
    subset.steps[symbol] = step
    return step
  }

  /** Follows everything that needs no character, where both neighbours of the place are known. */
  #close(subset: Subset, kind: number): Closed {
    const isForwards = this.#reading.direction === 'forwards'
    const left = isForwards ? subset.kind : kind
    const right = isForwards ? kind : subset.kind
    const bits = new Uint32Array(this.#words)
    const stack = this.#stack
    let depth = 0
    for (const state of subset.members) if (mark(bits, state)) stack[depth++] = state
    for (const state of this.#reading.injected) if (mark(bits, state)) stack[depth++] = state
    while (depth > 0) {
      const state = stack[--depth] ?? 0
      for (const next of this.#edges.empty[state] ?? []) {
        const guard = isForwards ? state : next
        const isOpen =
          this.#program.operation[guard] !== operations.assertion || this.#holds(guard, left, right)
        if (isOpen && mark(bits, next)) stack[depth++] = next
      }
    }
    return this.#closedOf(bits)
  }

  #holds(state: number, left: number, right: number): boolean {
    const assertion = assertions[this.#program.argument[state] ?? 0] ?? 'textStart'
    return holds(assertion, left, right)
  }

  #move(closed: Closed, symbol: number): Int32Array {
    if (symbol >= this.#alphabet.size) return Int32Array.of()
    const bits = new Uint32Array(this.#words)
    for (const state of closed.members) {
      for (const { set, target } of this.#edges.reading[state] ?? []) {
        if (this.#alphabet.members[set]?.[symbol] === 1) mark(bits, target)
      }
    }
    return membersOf(bits)
  }

  #subset(members: Int32Array, kind: number): Subset {
    const hash = hashOf(members, kind)
    const bucket = this.#subsets.get(hash)
    const known = bucket?.find((other) => other.kind === kind && equal(other.members, members))
    if (known !== undefined) return known
    const width = this.#alphabet.size + 1
    if (this.#cells + width + members.length > maxCells) this.#flush()
    this.#cells += width + members.length
    const subset: Subset = { members, kind, steps: Array.from<undefined>({ length: width }) }
    put(this.#subsets, hash, subset)
    return subset
  }

  #closedOf(bits: Uint32Array): Closed {
    const members = membersOf(bits)
    const hash = hashOf(members, 0)
    const known = this.#closed.get(hash)?.find((other) => equal(other.members, members))
    if (known !== undefined) return known
    const matches: number[] = []
    for (const state of members) {
      if (this.#program.operation[state] === operations.match) {
        matches.push(this.#program.argument[state] ?? 0)
      }
    }
    const closed: Closed = { members, bits, matches: matches.length === 0 ? undefined : matches }
    this.#cells += members.length + bits.length
    put(this.#closed, hash, closed)
    return closed
  }

  #flush(): void {
    this.flushes++
    this.#cells = 0
    this.#subsets = new Map()
    this.#closed = new Map()
  }
}

/** Tells whether a closed set holds a state. */
export function hasState(closed: Closed, state: number): boolean {
  return ((closed.bits[state >> 5] ?? 0) & (1 << (state & 31))) !== 0
}

/** Tells whether two closed sets have a state in common. */
export function meet(some: Closed, others: Closed): boolean {
  for (const state of some.members) if (hasState(others, state)) return true
  return false
}

interface Edges {
  /** Where each state leads to without a character. */
  readonly empty: readonly (readonly number[])[]
  /** Where each state leads to with a character of a set. */
  readonly reading: readonly (readonly { readonly set: number; readonly target: number }[])[]
}

function forwardEdges({ operation, first, second, argument }: Program): Edges {
  return {
    empty: operation.map((kind, state) => {
      if (kind === operations.set || kind === operations.match) return []
      return [first[state] ?? -1, second[state] ?? -1].filter((next) => next >= 0)
    }),
    reading: operation.map((kind, state) =>
      kind === operations.set ? [{ set: argument[state] ?? 0, target: first[state] ?? 0 }] : [],
    ),
  }
}

function backwardEdges(program: Program): Edges {
  const forward = forwardEdges(program)
  const empty: number[][] = program.operation.map(() => [])
  const reading: { set: number; target: number }[][] = program.operation.map(() => [])
  for (const [state, nexts] of forward.empty.entries()) {
    for (const next of nexts) empty[next]?.push(state)
  }
  for (const [state, nexts] of forward.reading.entries()) {
    for (const { set, target } of nexts) reading[target]?.push({ set, target: state })
  }
  return { empty, reading }
}

function holds(assertion: Assertion, left: number, right: number): boolean {
  const isEdge = (left === neighbourKinds.word) !== (right === neighbourKinds.word)
  switch (assertion) {
    case 'textStart':
      return left === neighbourKinds.edge
    case 'textEnd':
      return right === neighbourKinds.edge
    case 'lineStart':
      return left === neighbourKinds.edge || left === neighbourKinds.lineEnd
    case 'lineEnd':
      return right === neighbourKinds.edge || right === neighbourKinds.lineEnd
    case 'wordEdge':
      return isEdge
    case 'noWordEdge':
      return !isEdge
  }
}

/** Sets the bit of a state; tells whether it was not set before. */
function mark(bits: Uint32Array, state: number): boolean {
  const word = bits[state >> 5] ?? 0
  const bit = 1 << (state & 31)
  if ((word & bit) !== 0) return false
  bits[state >> 5] = word | bit
  return true
}

/** Lists the states whose bits are set, in order. */
function membersOf(bits: Uint32Array): Int32Array {
  let count = 0
  for (const word of bits) for (let rest = word; rest !== 0; rest &= rest - 1) count++
  const members = new Int32Array(count)
  let at = 0
  for (let index = 0; index < bits.length; index++) {
    for (let rest = bits[index] ?? 0; rest !== 0; rest &= rest - 1) {
      members[at++] = index * 32 + 31 - Math.clz32(rest & -rest)
    }
  }
  return members
}

function put<T>(map: Map<number, T[]>, hash: number, item: T): void {
  const bucket = map.get(hash)
  if (bucket === undefined) map.set(hash, [item])
  else bucket.push(item)
}

function hashOf(members: Int32Array, kind: number): number {
  let hash = kind
  for (const member of members) hash = Math.imul(hash ^ member, 0x0100_0193) + 1
  return hash
}

function equal(some: Int32Array, others: Int32Array): boolean {
  if (some.length !== others.length) return false
  for (let at = 0; at < some.length; at++) if (some[at] !== others[at]) return false
  return true
}
