import { createAlphabet } from './alphabet.ts'
import { createUnicode, namedSets } from './code-points.ts'
import type { Unicode } from './code-points.ts'
import { Matcher } from './matcher.ts'
import type { Span } from './matcher.ts'
import { PatternError } from './pattern-error.ts'
import { compileProgram } from './program.ts'
import { parsePattern } from './syntax.ts'
import type { PatternNode } from './syntax.ts'

/** A pattern of a configuration. */
export interface PatternSource {
  readonly pattern: string
  /** Any of `i` (ignore case), `s` (a dot stands for line ends as well), `m` (`^` and `$` at line ends). */
  readonly flags?: string
}

/** A match of one of the patterns of a set. */
export interface PatternMatch extends Span {
  /** Place of the pattern in the list that was compiled. */
  readonly pattern: number
}

/** Patterns that are matched together. Not to be shared between threads: it builds itself while it runs. */
export interface PatternSet {
  /**
   * Returns the matches of every pattern, in the order of the patterns. A match is leftmost-longest: of all
   * matches the one that begins first, of those the longest; matches of one pattern do not overlap. Linear in
   * the text, whatever the patterns are.
   */
  find(text: string): PatternMatch[]
}

/** Compiles patterns; it keeps what it learns about Unicode, so one compiler serves a whole configuration. */
export interface PatternCompiler {
  /** Throws a `PatternError` for a pattern that is wrong or cannot be matched in linear time. */
  check(source: PatternSource): void
  /** Throws like `check` for the first pattern that is refused. */
  compile(sources: readonly PatternSource[]): PatternSet
}

/** So many patterns share one pass over the text. */
const groupSize = 24
/** A group that forgets its automaton more often than once in so many characters is split. */
const charactersForFlush = 20_000
const maxPatternLength = 4_000

/** Builds a compiler of patterns. */
export function createPatternCompiler(): PatternCompiler {
  const unicode = createUnicode()
  const parse = (source: PatternSource): ParsedPattern => parseSource(source, unicode)
  return {
    check(source) {
      compileProgram([parse(source).node])
    },
    compile(sources) {
      const parsed = sources.map(parse)
      const create = (indexes: readonly number[]): Group => createGroup(parsed, indexes, unicode)
      // What is a word depends on the flag `i`, so patterns with and without it are apart.
      const byCase = [false, true].map((ignoresCase) =>
        Array.from(parsed.keys()).filter((index) => parsed[index]?.ignoresCase === ignoresCase),
      )
      const groups = byCase.flatMap((indexes) => chunksOf(indexes, groupSize)).map(create)
      return { find: (text) => findIn(groups, text, create) }
    },
  }
}

interface ParsedPattern {
  readonly node: PatternNode
  readonly ignoresCase: boolean
}

interface Group {
  readonly indexes: readonly number[]
  readonly matcher: Matcher
}

function findIn(
  groups: Group[],
  text: string,
  create: (indexes: readonly number[]) => Group,
): PatternMatch[] {
  const matches: PatternMatch[] = []
  for (const [place, group] of [...groups].entries()) {
    const before = group.matcher.flushes
    for (const local of group.matcher.search(text)) {
      const pattern = group.indexes[local] ?? 0
      for (const span of group.matcher.find(text, local)) matches.push({ pattern, ...span })
    }
    const flushes = group.matcher.flushes - before
    if (flushes > 2 + text.length / charactersForFlush && group.indexes.length > 1) {
      // Together the patterns have too many states: two halves have far fewer.
      const half = group.indexes.length >> 1
      groups[place] = create(group.indexes.slice(0, half))
      groups.push(create(group.indexes.slice(half)))
    }
  }
  return matches.toSorted((a, b) => a.pattern - b.pattern || a.start - b.start)
}

function chunksOf(indexes: readonly number[], size: number): number[][] {
  const chunks: number[][] = []
  for (let from = 0; from < indexes.length; from += size)
    chunks.push(indexes.slice(from, from + size))
  return chunks
}

function createGroup(
  parsed: readonly ParsedPattern[],
  indexes: readonly number[],
  unicode: Unicode,
): Group {
  const members = indexes.flatMap((index) => parsed[index] ?? [])
  const program = compileProgram(members.map(({ node }) => node))
  const word =
    members[0]?.ignoresCase === true ? unicode.ignoreCase(namedSets.word) : namedSets.word
  return { indexes, matcher: new Matcher(program, createAlphabet(program.sets, word)) }
}

function parseSource({ pattern, flags = '' }: PatternSource, unicode: Unicode): ParsedPattern {
  if (pattern.length > maxPatternLength) {
    throw new PatternError(
      `the pattern is longer than ${maxPatternLength} characters`,
      maxPatternLength,
      'Use a dictionary for lists of words.',
    )
  }
  const unknown = /[^ism]/.exec(flags)
  if (unknown !== null) {
    throw new PatternError(
      `the flag ${unknown[0]} is unknown`,
      0,
      'Use i, s and m only; Unicode is always on.',
    )
  }
  const ignoreCase = flags.includes('i')
  const options = { ignoreCase, dotAll: flags.includes('s'), multiline: flags.includes('m') }
  return { node: parsePattern(pattern, options, unicode), ignoresCase: ignoreCase }
}
