import { complement, namedSets, setOf, union } from './code-points.ts'
import type { CodePointSet, Unicode } from './code-points.ts'
import { PatternError } from './pattern-error.ts'

/** What a pattern asks of the place between two characters. */
export type Assertion =
  'textStart' | 'textEnd' | 'lineStart' | 'lineEnd' | 'wordEdge' | 'noWordEdge'

/** A pattern as it is understood. */
export type PatternNode =
  | { readonly type: 'set'; readonly set: CodePointSet }
  | { readonly type: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly type: 'choice'; readonly items: readonly PatternNode[] }
  | {
      readonly type: 'repeat'
      readonly item: PatternNode
      readonly min: number
      readonly max: number
    }
  | { readonly type: 'assertion'; readonly assertion: Assertion }

/** How a pattern is to be understood. */
export interface PatternFlags {
  readonly ignoreCase: boolean
  /** A dot stands for line ends as well. */
  readonly dotAll: boolean
  /** `^` and `$` stand for the ends of lines. */
  readonly multiline: boolean
}

/** The largest bound of a repetition. */
export const maxRepeat = 1_000
const maxDepth = 200
const syntaxUnits = '^$\\.*+?()[]{}|/'

/**
 * Reads a pattern: the regular expressions of ECMAScript with the flag `u`, without what cannot be matched in
 * linear time. Throws a `PatternError` with the place and the cure.
 */
export function parsePattern(source: string, flags: PatternFlags, unicode: Unicode): PatternNode {
  const reader = new PatternReader(source, flags, unicode)
  return reader.read()
}

class PatternReader {
  readonly #source: string
  readonly #flags: PatternFlags
  readonly #unicode: Unicode
  #at = 0
  #depth = 0

  constructor(source: string, flags: PatternFlags, unicode: Unicode) {
    this.#source = source
    this.#flags = flags
    this.#unicode = unicode
  }

  read(): PatternNode {
    const node = this.#choice()
    if (this.#at < this.#source.length) {
      throw this.#error(
        'a closing bracket without an opening one',
        'Write \\) for the sign itself.',
      )
    }
    return node
  }

  #choice(): PatternNode {
    if (++this.#depth > maxDepth)
      throw this.#error('groups are nested too deep', 'Write it flatter.')
    const items = [this.#sequence()]
    while (this.#take('|')) items.push(this.#sequence())
    this.#depth--
    return items.length === 1 && items[0] !== undefined ? items[0] : { type: 'choice', items }
  }

  #sequence(): PatternNode {
    const items: PatternNode[] = []
    while (this.#at < this.#source.length && this.#peek() !== '|' && this.#peek() !== ')') {
      items.push(this.#quantified())
    }
    return { type: 'sequence', items }
  }

  #quantified(): PatternNode {
    const start = this.#at
    const item = this.#atom()
    const bounds = this.#quantifier()
    if (bounds === undefined) return item
    if (item.type === 'assertion') {
      throw this.#error('an assertion cannot be repeated', 'Leave the quantifier out.', start)
    }
    if (this.#peek() === '?' || this.#peek() === '+') {
      throw this.#error(
        'lazy and possessive quantifiers mean nothing here, because the longest match is always taken',
        'Leave the second sign out, and say in a class what the match must not contain.',
      )
    }
    if (this.#quantifier() !== undefined) {
      throw this.#error('two quantifiers in a row', 'Put the first into a group.')
    }
    return { type: 'repeat', item, ...bounds }
  }

  #quantifier(): { min: number; max: number } | undefined {
    const start = this.#at
    if (this.#take('*')) return { min: 0, max: Infinity }
    if (this.#take('+')) return { min: 1, max: Infinity }
    if (this.#take('?')) return { min: 0, max: 1 }
    if (this.#peek() !== '{') return undefined
    const match = /^\{(\d{1,9})(?:(,)(\d{0,9}))?\}/.exec(
      this.#source.slice(this.#at, this.#at + 24),
    )
    if (match === null) {
      throw this.#error('a brace that is no quantifier', 'Write \\{ for the sign itself.')
    }
    this.#at += match[0].length
    const min = Number(match[1])
    const max = match[2] === undefined ? min : match[3] === '' ? Infinity : Number(match[3])
    if (min > maxRepeat || (max !== Infinity && max > maxRepeat)) {
      throw this.#error(
        `a bound above ${maxRepeat}`,
        `Write at most ${maxRepeat}, or leave it open.`,
        start,
      )
    }
    if (max < min) throw this.#error('the bounds are the wrong way round', 'Swap them.', start)
    return { min, max }
  }

  #atom(): PatternNode {
    const start = this.#at
    const unit = this.#next()
    switch (unit) {
      case '.':
        return this.#set(this.#flags.dotAll ? complement([]) : complement(namedSets.lineEnd), true)
      case '^':
        return { type: 'assertion', assertion: this.#flags.multiline ? 'lineStart' : 'textStart' }
      case '$':
        return { type: 'assertion', assertion: this.#flags.multiline ? 'lineEnd' : 'textEnd' }
      case '(':
        return this.#group(start)
      case '[':
        return this.#set(this.#class(start), true)
      case '\\':
        return this.#escape(start)
      case '*':
      case '+':
      case '?':
      case '{':
        throw this.#error(
          'a quantifier with nothing before it',
          `Write \\${unit} for the sign itself.`,
          start,
        )
      case ']':
      case '}':
        throw this.#error(
          'a closing bracket without an opening one',
          `Write \\${unit} for the sign itself.`,
          start,
        )
      default:
        return this.#set(setOf([[unit.codePointAt(0) ?? 0, unit.codePointAt(0) ?? 0]]))
    }
  }

  #group(start: number): PatternNode {
    if (this.#take('?')) {
      const isName = /^<[A-Za-z_]\w*>/.exec(this.#source.slice(this.#at))
      if (isName !== null) this.#at += isName[0].length
      else if (!this.#take(':')) {
        throw this.#error(
          'look-ahead, look-behind, atomic groups and modifiers cannot be matched in linear time',
          'Write a plain group, and say with a class or with \\b what must stand beside the match.',
          start,
        )
      }
    }
    const node = this.#choice()
    if (!this.#take(')'))
      throw this.#error('a group that does not end', 'Add the closing bracket.', start)
    return node
  }

  #escape(start: number): PatternNode {
    const unit = this.#peek()
    if (unit === 'b' || unit === 'B') {
      this.#at++
      return { type: 'assertion', assertion: unit === 'b' ? 'wordEdge' : 'noWordEdge' }
    }
    if (/[1-9k]/.test(unit)) {
      throw this.#error(
        'back-references cannot be matched in linear time',
        'Write out what the group may be.',
        start,
      )
    }
    return this.#set(this.#escapedSet(start))
  }

  /** Reads what stands behind a backslash, inside and outside of classes. */
  #escapedSet(start: number): CodePointSet {
    const unit = this.#next()
    const word = this.#flags.ignoreCase ? this.#unicode.ignoreCase(namedSets.word) : namedSets.word
    switch (unit) {
      case 'd':
        return namedSets.digit
      case 'D':
        return complement(namedSets.digit)
      case 'w':
        return word
      case 'W':
        return complement(word)
      case 's':
        return namedSets.space
      case 'S':
        return complement(namedSets.space)
      case 'p':
      case 'P':
        return this.#property(start, unit === 'P')
      default: {
        const codePoint = this.#codePoint(unit, start)
        return setOf([[codePoint, codePoint]])
      }
    }
  }

  #property(start: number, isNegated: boolean): CodePointSet {
    const match = /^\{([^{}]{1,60})\}/.exec(this.#source.slice(this.#at, this.#at + 64))
    const set = match === null ? undefined : this.#unicode.property(match[1] ?? '')
    if (match === null || set === undefined) {
      throw this.#error(
        'an unknown property',
        'Write one that Unicode has, such as \\p{L}, \\p{Lu} or \\p{Script=Greek}.',
        start,
      )
    }
    this.#at += match[0].length
    return isNegated ? complement(set) : set
  }

  #codePoint(unit: string, start: number): number {
    const controls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, '0': 0 }
    const control = controls[unit]
    if (control !== undefined && !(unit === '0' && /\d/.test(this.#peek()))) return control
    if (unit === 'x') return this.#hexadecimal(/^[0-9a-fA-F]{2}/, start)
    if (unit === 'u') {
      if (this.#peek() !== '{') return this.#hexadecimal(/^[0-9a-fA-F]{4}/, start)
      this.#at++
      const codePoint = this.#hexadecimal(/^[0-9a-fA-F]{1,6}(?=\})/, start)
      this.#at++
      return codePoint
    }
    if (syntaxUnits.includes(unit) || unit === '-') return unit.codePointAt(0) ?? 0
    throw this.#error(`\\${unit} means nothing`, `Write ${unit} without the backslash.`, start)
  }

  #hexadecimal(digits: RegExp, start: number): number {
    const match = digits.exec(this.#source.slice(this.#at, this.#at + 8))
    const codePoint = match === null ? NaN : Number.parseInt(match[0], 16)
    if (match === null || codePoint > 0x10_ffff) {
      throw this.#error(
        'a number of a character that is none',
        'Write \\u{1F512} or \\u0041.',
        start,
      )
    }
    this.#at += match[0].length
    return codePoint
  }

  #class(start: number): CodePointSet {
    const isNegated = this.#take('^')
    const parts: CodePointSet[] = []
    while (!this.#take(']')) {
      if (this.#at >= this.#source.length) {
        throw this.#error('a class that does not end', 'Add the closing bracket.', start)
      }
      const itemStart = this.#at
      const first = this.#classItem()
      const isRange = this.#peek() === '-' && this.#source[this.#at + 1] !== ']'
      if (!isRange || this.#at + 1 >= this.#source.length) {
        parts.push(first)
        continue
      }
      this.#at++
      const last = this.#classItem()
      if (first.length !== 2 || last.length !== 2 || first[0] !== first[1] || last[0] !== last[1]) {
        throw this.#error(
          'a range of what is no single character',
          'Write \\- for the hyphen.',
          itemStart,
        )
      }
      if ((first[0] ?? 0) > (last[0] ?? 0)) {
        throw this.#error('a range that ends before it begins', 'Swap its ends.', itemStart)
      }
      parts.push(setOf([[first[0] ?? 0, last[0] ?? 0]]))
    }
    const set = union(parts)
    // Case first: what differs by case from a character that is left out is left out, too.
    const all = this.#flags.ignoreCase ? this.#unicode.ignoreCase(set) : set
    return isNegated ? complement(all) : all
  }

  #classItem(): CodePointSet {
    const start = this.#at
    const unit = this.#next()
    if (unit === '\\') {
      if (this.#peek() !== 'b') return this.#escapedSet(start)
      this.#at++
      return setOf([[8, 8]])
    }
    return setOf([[unit.codePointAt(0) ?? 0, unit.codePointAt(0) ?? 0]])
  }

  #set(set: CodePointSet, isFolded = false): PatternNode {
    return {
      type: 'set',
      set: this.#flags.ignoreCase && !isFolded ? this.#unicode.ignoreCase(set) : set,
    }
  }

  #peek(): string {
    return this.#source[this.#at] ?? ''
  }

  #take(unit: string): boolean {
    if (this.#peek() !== unit) return false
    this.#at++
    return true
  }

  #next(): string {
    const codePoint = this.#source.codePointAt(this.#at)
    if (codePoint === undefined) {
      throw this.#error('the pattern ends in the midst of something', 'Complete it.')
    }
    const unit = String.fromCodePoint(codePoint)
    this.#at += unit.length
    return unit
  }

  #error(problem: string, cure: string, at = this.#at): PatternError {
    return new PatternError(problem, at, cure)
  }
}
